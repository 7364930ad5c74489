"""Where a kiosk's journal goes on after staff enrolled it again, and what it is handed to finish."""

from datetime import datetime

from contract.enrolment import JournalPosition, JournalSalvage
from contract.stop_reason import StopReason
from server.fleet import clone_detection
from server.fleet.models import Kiosk
from server.payments.journal import reenrolment


def after_damage(kiosk: Kiosk, salvaged: JournalSalvage, now: datetime) -> JournalPosition:
    """Where a kiosk whose journal was damaged goes on. Staff are told in any case; when entries that it
    told of are lost with what is not here, it stays stopped until they enrolled it again."""
    here = kiosk.journal_sequence
    known_to = max(here, salvaged.last)
    gap = salvaged.last > here and salvaged.whole_from > here + 1
    lost = kiosk.told_sequence - known_to if kiosk.told_sequence > known_to else 0
    clone_detection.alert(
        kiosk,
        "journal_damaged",
        now,
        received=here,
        told=kiosk.told_sequence,
        readable_to=salvaged.last,
        whole_from=salvaged.whole_from,
    )
    if gap or lost:
        clone_detection.stop(kiosk, StopReason.DAMAGED, now, lost=lost, gap=gap)
    # the next file is signed by the key that asks
    Kiosk.objects.filter(pk=kiosk.pk).update(told_sequence=here, journal_key="")
    return position_of(kiosk, salvaged.open_payments, now)


def position_of(kiosk: Kiosk, asked: list[str], now: datetime) -> JournalPosition:
    """``asked`` are payments whose end the kiosk's disk does not know. Ends the kiosk's orders at the
    channels, because nobody stands in front of it any more."""
    kiosk_id = str(kiosk.id)
    reenrolment.end_orders(kiosk_id, now)
    still_open = reenrolment.open_card_payments(kiosk_id, now)
    return JournalPosition(
        sequence=kiosk.journal_sequence,
        hash=kiosk.journal_hash,
        number=max(kiosk.number, reenrolment.highest_number(kiosk_id)),
        starts=kiosk.starts,
        stopped=StopReason(kiosk.stopped) if kiosk.stopped else None,
        payments=[*reenrolment.ended_card_payments(kiosk_id, asked), *still_open],
    )
