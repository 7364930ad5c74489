"""Where a kiosk's journal goes on after staff enrolled it again, and what it is handed to finish."""

from datetime import datetime

from contract.enrolment import JournalPosition
from server.fleet.models import Kiosk
from server.payments import handover


def position_of(kiosk: Kiosk, asked: list[str], now: datetime) -> JournalPosition:
    """``asked`` are payments whose end the kiosk's disk does not know. Ends the kiosk's orders at the
    channels, because nobody stands in front of it any more."""
    kiosk_id = str(kiosk.id)
    handover.end_orders(kiosk_id, now)
    still_open = handover.open_card_payments(kiosk_id, now)
    return JournalPosition(
        sequence=kiosk.journal_sequence,
        hash=kiosk.journal_hash,
        number=max(kiosk.number, handover.highest_number(kiosk_id)),
        starts=kiosk.starts,
        payments=[*handover.ended_card_payments(kiosk_id, asked), *still_open],
    )
