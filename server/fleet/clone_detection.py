"""Whether the kiosk that speaks is the one that we know. It stops one that is not, and tells staff.

A kiosk whose disk was restored from an old image, and two machines with one identity, would take money
under numbers and on bills that are already settled. Both give themselves away: by a start that was
counted twice, by messages of an earlier start that do not end, by a journal that ends too early.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contract.heartbeat import Heartbeat
from contract.stop_reason import Presence, StopReason
from server.alerts.raising import raise_alert, resolve
from server.fleet.models import Kiosk
from server.payments.journal.intake import JournalBroken, JournalGap, JournalNotSigned

JOURNAL_STILL = timedelta(minutes=10)  # nothing of a journal arrives although its kiosk is heard
STRAYS_MAX = 2  # messages of an earlier start that may still be on their way; more is a second life
PRESENCE = ("boot", "starts", "beat", "told_sequence", "number", "strays", "stray_beat")
_JOURNAL_ALERTS = {
    "journal.cannot_record": "journal_unwritable",
    "journal.damaged": "journal_damaged",
}
_OVER = (
    *("kiosk_stopped", "journal_broken", "journal_gap", "journal_damaged"),
    "journal_stands_still",
)


def hear(kiosk: Kiosk, told: Presence | None, now: datetime) -> StopReason | None:
    """Takes note of what the kiosk tells of itself. Returns why it is stopped, if it is."""
    if told is None:
        return StopReason(kiosk.stopped) if kiosk.stopped else None
    with transaction.atomic():
        known = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk.pk)
        if known.public_key != kiosk.public_key:  # enrolled again while this was on its way
            return None
        reason = judge(known, told)
        known.save(update_fields=PRESENCE)
        if reason is not None:
            stop(known, reason, now, known=known.journal_sequence, told=told.journal_last)
    kiosk.stopped = known.stopped
    return StopReason(known.stopped) if known.stopped else None


def judge(known: Kiosk, told: Presence) -> StopReason | None:
    """What is wrong with a kiosk that tells this, after all that it told before. Changes ``known``.

    A message that was long on its way is no proof: it comes from an earlier start, or its beat is
    not the newest, and it is passed over, unless such messages do not end.
    """
    known.number = max(known.number, told.number)
    if told.starts < known.starts:
        if told.beat > known.stray_beat:
            known.strays, known.stray_beat = known.strays + 1, told.beat
        return StopReason.TWIN if known.strays > STRAYS_MAX else None
    if told.starts == known.starts:
        if told.boot != known.boot:
            return StopReason.TWIN
        if told.beat <= known.beat:
            return None
    else:
        known.boot, known.starts, known.strays, known.stray_beat = told.boot, told.starts, 0, 0
    known.beat = told.beat
    if told.journal_last < max(known.journal_sequence, known.told_sequence):
        return StopReason.BEHIND
    known.told_sequence = told.journal_last
    if told.journal_last == known.journal_sequence and told.journal_hash != known.journal_hash:
        return StopReason.FORKED
    return None


def doubt(kiosk: Kiosk, wrong: JournalGap | JournalBroken, now: datetime) -> None:
    """Its journal does not follow. A gap may close again; a contradiction stops the kiosk."""
    if isinstance(wrong, JournalGap):
        alert(kiosk, "journal_gap", now, acknowledged=wrong.acknowledged)
        return
    alert(kiosk, "journal_broken", now, error=str(wrong))
    foreign = isinstance(wrong, JournalNotSigned)
    reason = StopReason.NOT_SIGNED if foreign else StopReason.FORKED
    stop(kiosk, reason, now, error=str(wrong))


def stop(kiosk: Kiosk, reason: StopReason, now: datetime, **details: object) -> None:
    """From now on it gets no payment until staff enrol it again. The first reason stays."""
    Kiosk.objects.filter(pk=kiosk.pk, stopped="").update(stopped=reason.value, stopped_at=now)
    kiosk.stopped = kiosk.stopped or reason.value
    alert(kiosk, "kiosk_stopped", now, reason=reason.value, **details)


def begin_anew(kiosk: Kiosk, now: datetime) -> None:
    """Staff enrolled it again: what earlier disks and machines told of themselves is over. Saves
    nothing."""
    kiosk.boot, kiosk.starts, kiosk.beat, kiosk.strays, kiosk.stray_beat = "", 0, 0, 0, 0
    kiosk.told_sequence, kiosk.stopped, kiosk.stopped_at = kiosk.journal_sequence, "", None
    kiosk.journal_waits_since = None
    resolve(kiosk.community_id, _OVER, kiosk.code, now)


def watch_journal(kiosk: Kiosk, heartbeat: Heartbeat, now: datetime) -> None:
    """Staff hear when a kiosk cannot record, as often as it says so."""
    wrong = _told_wrong(heartbeat)
    for code, kind in _JOURNAL_ALERTS.items():
        if wrong and code in wrong:
            alert(kiosk, kind, now)


def ended_by(kiosk: Kiosk, heartbeat: Heartbeat) -> list[str]:
    """Alerts that may be open and are over with this heartbeat, as ``kiosk`` was before it: it can record
    again, its journal has arrived."""
    before, wrong = _was_wrong(kiosk.heartbeat or {}), _told_wrong(heartbeat)
    unwritable, over = "journal.cannot_record", []
    if wrong is not None and unwritable not in wrong and (before is None or unwritable in before):
        over.append(_JOURNAL_ALERTS[unwritable])
    if kiosk.journal_waits_since is not None and not _waits(kiosk, heartbeat):
        over.append("journal_stands_still")
    return over


def end(kiosk: Kiosk, kinds: list[str], now: datetime) -> None:
    """Of ``ended_by``. To be done before the heartbeat takes the place of the last one in ``kiosk``: an
    end that was cut short is made up for by the next."""
    resolve(kiosk.community_id, kinds, kiosk.code, now)


def _told_wrong(heartbeat: Heartbeat) -> set[str] | None:
    """Faults that the kiosk tells of itself; None when it tells nothing of itself."""
    own = next((d for d in heartbeat.devices if d.role == "kiosk"), None)
    return {c.code for c in own.conditions if c.level == "error"} if own else None


def _was_wrong(heartbeat: dict[str, Any]) -> set[str] | None:
    """As ``_told_wrong``, of a heartbeat that was kept, perhaps by another version."""
    own = next((d for d in heartbeat.get("devices", []) if d.get("role") == "kiosk"), None)
    if own is None:
        return None
    return {c.get("code") for c in own.get("conditions", []) if c.get("level") == "error"}


def backlog_since(kiosk: Kiosk, heartbeat: Heartbeat, now: datetime) -> datetime | None:
    """Since when entries wait at a kiosk that is heard and none arrives; None when none waits."""
    return (kiosk.journal_waits_since or now) if _waits(kiosk, heartbeat) else None


def _waits(kiosk: Kiosk, heartbeat: Heartbeat) -> bool:
    return heartbeat.journal_last > kiosk.journal_sequence


def watch_backlog(kiosk: Kiosk, heartbeat: Heartbeat, now: datetime) -> None:
    """Staff hear when what waits does so for long: whatever it is that the server does not take, the
    kiosk cannot tell. ``kiosk`` as it is after the heartbeat."""
    since = kiosk.journal_waits_since
    if since is not None and now - since >= JOURNAL_STILL:
        alert(
            *(kiosk, "journal_stands_still", now),
            journal_received=kiosk.journal_sequence,
            journal_last=heartbeat.journal_last,
            since=since.isoformat(),
        )


def alert(kiosk: Kiosk, kind: str, now: datetime, **details: object) -> None:
    raise_alert(kiosk.community_id, kind, kiosk.code, now, kiosk_code=kiosk.code, **details)
