"""What the server keeps of what kiosks say: the newest heartbeat, and nonces that may not come again."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, transaction

from contract.heartbeat import Heartbeat
from contract.http_signature import WINDOW
from contract.plain_text import NUL_IN_JSON
from contract.stop_reason import StopReason
from server.fleet import clone_detection
from server.fleet.callers import Callers, as_text, is_version
from server.fleet.clone_detection import PRESENCE
from server.fleet.models import Kiosk
from server.fleet.states import condition_of
from server.prepared import NotTold, duplicate, first_try, one_row
from server.storable import storable

NONCES_KEPT = 3 * WINDOW  # a signature is fresh for WINDOW either way; then its age refuses it
_OF_ITSELF = ("state", "software", "open_payments", "journal_last", "journal_acknowledged")
_OWN = (
    *("heard_at", "heartbeat", "journal_waits_since"),
    *("condition", "condition_since", "turned_away_before", "paper_days", "software"),
)
# What decides how a heartbeat is judged: it stands while none of this is changed by another message.
_DECIDING = (*PRESENCE, "public_key", "journal_sequence", "journal_hash", "stopped")
_NONCE = (
    "INSERT INTO fleet_usednonce (key_id, nonce, seen_at) VALUES (%s, %s, %s)"
    " ON CONFLICT DO NOTHING RETURNING 1"
)
_KEPT, _READ = (*_OWN, *PRESENCE), ("id", *_DECIDING)
_SET = ", ".join(f"{name} = %s" for name in _KEPT)
_AS_READ = " AND ".join(f"fleet_kiosk.{name} = %s" for name in _READ)
_NATIVE = ("CharField", "DateTimeField", "UUIDField")  # to PostgreSQL, as they are here
_UPDATE = f"UPDATE fleet_kiosk SET {_SET} WHERE {_AS_READ} RETURNING 1"


class Replayed(Exception):
    """The request was made before."""


class NotAsKnown(Exception):
    """The kiosk's row or its community's is another by now, or it cannot be judged by what was known.
    ``found``: the kiosk as it is instead, if that was looked for and it is paired."""

    def __init__(self, found: Kiosk | None = None) -> None:
        super().__init__()
        self.found = found


@dataclass
class Nonce:
    """Of one request, which counts if nobody has used it before. Safe against a race."""

    key_id: str
    nonce: str
    seen_at: datetime
    used: bool = False

    def use(self) -> None:
        """Raises Replayed. Again is no replay."""
        if not self.used and not use_nonce(self.key_id, self.nonce, now=self.seen_at):
            raise Replayed
        self.used = True


def record_heartbeat(
    kiosk: Kiosk,
    heartbeat: Heartbeat,
    *,
    now: datetime,
    nonce: Nonce | None = None,
    callers: Callers | None = None,
) -> StopReason | None:
    """Keeps the newest heartbeat on the kiosk's row and uses up its nonce. Returns why the kiosk is
    stopped, if it is. Raises Replayed; then nothing is done.

    One statement, which holds only while the row is as ``kiosk`` was read (by ``callers``); where
    something else changed it, or the kiosk is to be stopped, it is judged again while the row is held.
    """
    if not _record(kiosk, heartbeat, now, nonce, callers):
        if nonce is not None:
            nonce.use()
        with transaction.atomic():
            # as server.estate.row_locks; not its community, which long acts hold
            held = Kiosk.objects.select_for_update(no_key=True, of=("self",))
            known = held.select_related("community").get(pk=kiosk.pk)
            if known.public_key != kiosk.public_key:  # enrolled again while this was on its way
                return None
            _record(known, heartbeat, now, nonce, may_stop=True)
        for name in (*_DECIDING, *_OWN):
            setattr(kiosk, name, getattr(known, name))
        kiosk.version = ()
    return _watched(kiosk, heartbeat, now)


def record_of_remembered(
    callers: Callers, kiosk: Kiosk, heartbeat: Heartbeat, *, now: datetime, nonce: Nonce
) -> StopReason | None:
    """As ``record_heartbeat``, of a kiosk that ``callers`` remembered, with what they ask of each: the
    one statement is the first of its request. Raises Replayed and NotAsKnown; then nothing is done."""
    told, judged = heartbeat.presence, duplicate(kiosk)
    elsewhere = lost_since(kiosk, heartbeat) is not None  # that it was heard since, mostly
    stops = told is not None and clone_detection.judge(judged, told) is not None
    if elsewhere or stops or clone_detection.ended_by(kiosk, heartbeat):
        raise NotAsKnown
    text = _take(judged, kiosk, heartbeat, now)
    try:
        _keep_version(callers, kiosk, judged, text, nonce, first_try)
    except NotTold:
        raise NotAsKnown from None
    except NotAsKnown:
        callers.was_right(False)
        raise
    callers.was_right(True)
    return _watched(kiosk, heartbeat, now)


def _watched(kiosk: Kiosk, heartbeat: Heartbeat, now: datetime) -> StopReason | None:
    """Why ``kiosk`` is stopped, if it is. Staff hear of what else is wrong with its journal."""
    clone_detection.watch_journal(kiosk, heartbeat, now)
    clone_detection.watch_backlog(kiosk, heartbeat, now)
    return StopReason(kiosk.stopped) if kiosk.stopped else None


def _record(
    kiosk: Kiosk,
    heartbeat: Heartbeat,
    now: datetime,
    nonce: Nonce | None,
    callers: Callers | None = None,
    *,
    may_stop: bool = False,
) -> bool:
    """Whether it is on the row, and then also on ``kiosk``. Raises Replayed."""
    told, judged = heartbeat.presence, duplicate(kiosk)
    reason = clone_detection.judge(judged, told) if told else None
    if reason is not None and not may_stop:
        return False
    over = clone_detection.ended_by(kiosk, heartbeat)
    if over:
        if nonce is not None:
            nonce.use()
        clone_detection.end(kiosk, over, now)
    text = _take(judged, kiosk, heartbeat, now)
    try:
        if callers is not None and kiosk.version and nonce is not None and not nonce.used:
            _keep_version(callers, kiosk, judged, text, nonce, one_row)
        else:
            _keep(kiosk, judged, text, nonce)
    except NotAsKnown:
        return False
    if reason is not None and told is not None:
        known = kiosk.journal_sequence
        clone_detection.stop(kiosk, reason, now, known=known, told=told.journal_last)
    return True


def _take(judged: Kiosk, kiosk: Kiosk, heartbeat: Heartbeat, now: datetime) -> str:
    """Puts what is said on ``judged``; returns it as JSON. ``kiosk``: as it was before."""
    said, text = heartbeat.model_dump(mode="json"), heartbeat.model_dump_json()
    if NUL_IN_JSON in text:
        said = storable(said)
        text = json.dumps(said)
    judged.journal_waits_since = clone_detection.backlog_since(kiosk, heartbeat, now)
    judged.software = said["software"][:40]
    judged.condition = condition_of(heartbeat).value
    if judged.condition != kiosk.condition or kiosk.condition_since is None:
        judged.condition_since = now
        judged.turned_away_before = _turned_away(kiosk, heartbeat)
    elif heartbeat.turned_away is None or heartbeat.turned_away < (kiosk.turned_away_before or 0):
        judged.turned_away_before = heartbeat.turned_away  # it counts anew, or no more
    judged.paper_days = heartbeat.paper.days_left if heartbeat.paper else None
    judged.heard_at, judged.heartbeat = now, said
    return text


def _keep(kiosk: Kiosk, judged: Kiosk, text: str, nonce: Nonce | None) -> None:
    """Where the row is as ``kiosk`` says in all that decides. Raises Replayed and NotAsKnown."""
    if nonce is not None:
        nonce.use()
    if one_row(_UPDATE, [*_kept(judged, text), *_values(kiosk, _READ)]) is None:
        raise NotAsKnown
    _set(kiosk, judged, ())


def _keep_version(
    callers: Callers,
    kiosk: Kiosk,
    judged: Kiosk,
    text: str,
    nonce: Nonce,
    ask: Callable[[str, list[Any]], tuple[Any, ...] | None],
) -> None:
    """Where both rows are still in the version of ``kiosk``; and the nonce is used up, in one commit.
    Raises Replayed and NotAsKnown, and what ``ask`` raises."""
    [mine] = _values(kiosk, _READ[:1])
    row = ask(
        _statement_of_version(callers.statement, tuple(callers.also.values())),
        [
            *(*_values(kiosk, _READ), *kiosk.version),
            *(nonce.key_id, nonce.nonce, nonce.seen_at),
            *(*_kept(judged, text), mine, *kiosk.version[: Callers.OF_KIOSK], mine),
        ],
    )
    assert row is not None
    as_known, nonce.used, *rest = row
    version, rest = rest[: Callers.OF_KIOSK], rest[Callers.OF_KIOSK :]
    answers, found = rest[: len(callers.also)], rest[len(callers.also) :]
    if as_known and not nonce.used:
        raise Replayed
    if version[0] is None:  # another was quicker, or the rows were others before
        raise NotAsKnown(callers.made(tuple(found)) if found[0] is not None else None)
    _set(kiosk, judged, (*version, *kiosk.version[Callers.OF_KIOSK :]))
    callers.tell(kiosk, answers)


@cache
def _statement_of_version(found: str, also: tuple[str, ...]) -> str:
    own = Callers.VERSION[: Callers.OF_KIOSK]
    told = ", ".join((*as_text(own), *also))
    return (
        f"WITH known AS (SELECT FROM {Callers.SOURCE}"
        f" WHERE {_AS_READ} AND {is_version(Callers.VERSION)}),"
        " used AS (INSERT INTO fleet_usednonce (key_id, nonce, seen_at)"
        " SELECT %s::text, %s::text, %s::timestamptz FROM known ON CONFLICT DO NOTHING RETURNING 1),"
        f" kept AS (UPDATE fleet_kiosk SET {_SET} FROM used"
        f" WHERE fleet_kiosk.id = %s AND {is_version(own)} RETURNING {told})"
        " SELECT EXISTS (SELECT FROM known), EXISTS (SELECT FROM used), kept.*, found.*"
        " FROM (SELECT) one LEFT JOIN kept ON true"
        f" LEFT JOIN ({found} AND NOT EXISTS (SELECT FROM known)) found ON true"
    )


def _set(kiosk: Kiosk, judged: Kiosk, version: tuple[str, ...]) -> None:
    """What is kept now, in which version; empty: that is not known."""
    for name in _KEPT:
        setattr(kiosk, name, getattr(judged, name))
    kiosk.version = version


def _kept(judged: Kiosk, text: str) -> list[Any]:
    values = _values(judged, _KEPT)
    values[_KEPT.index("heartbeat")] = text
    return values


def _values(kiosk: Kiosk, names: tuple[str, ...]) -> list[Any]:
    """For the database, as the fields would save them."""
    known = kiosk.__dict__
    return [
        known[name] if convert is None or known[name] is None else convert(known[name])
        for name, convert in _converters(names, connection.vendor)
    ]


@cache
def _converters(
    names: tuple[str, ...], vendor: str
) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(name, _converter(Kiosk._meta.get_field(name), vendor)) for name in names]


def _converter(field: Any, vendor: str) -> Callable[[Any], Any] | None:
    """None: its values go as they are. PostgreSQL is told how wide a number is, or a statement would be
    prepared for each width."""
    kind = field.get_internal_type()
    if kind == "JSONField" or (vendor == "postgresql" and kind in _NATIVE):
        return None  # JSON's text is made once
    if vendor == "postgresql" and kind in connection.ops.integerfield_type_map:
        return connection.ops.integerfield_type_map[kind]
    return lambda value: field.get_db_prep_save(value, connection)


def _turned_away(kiosk: Kiosk, heartbeat: Heartbeat) -> int | None:
    """How many it had turned away when what is wrong now began: as it told before, for those of the last
    half minute may be the first."""
    before = (kiosk.heartbeat or {}).get("turned_away")
    now = heartbeat.turned_away
    return min(before, now) if isinstance(before, int) and now is not None else now


def lost_since(kiosk: Kiosk, heartbeat: Heartbeat) -> datetime | None:
    """Of a server that came back with an earlier backup: up to when it knows everything, at least. None
    where nothing says that it did. ``kiosk`` is as it was before this heartbeat is recorded.

    It shows by what the kiosk was answered: a heartbeat later than the last one that is known here, or
    that more of its journal is safe here than there is. No answer leaves before that is committed.
    """
    last_known = kiosk.heard_at or kiosk.enrolled_at
    if last_known is None:
        return None
    answered = heartbeat.answered_at is not None and heartbeat.answered_at > last_known
    lacks = heartbeat.journal_acknowledged > kiosk.journal_sequence
    return last_known if answered or lacks else None


def use_nonce(key_id: str, nonce: str, *, now: datetime) -> bool:
    """True when the nonce is new for this key; False for a replay. Safe against a race. Nonces are needed
    for ``NONCES_KEPT``; ``server.retention`` takes older ones away."""
    at = connection.ops.adapt_datetimefield_value(now)
    return one_row(_NONCE, (key_id, nonce, at)) is not None


def last_word(kiosk_id: str) -> dict[str, Any]:
    """As JSON: when it was heard, up to where its journal came, and its card terminal's state."""
    return last_words([kiosk_id]).get(kiosk_id, {})


def last_words(kiosk_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """As ``last_word``, of many kiosks in one question, by their ids; of unknown ones there is none."""
    return {str(kiosk.pk): _last_word(kiosk) for kiosk in Kiosk.objects.filter(pk__in=kiosk_ids)}


def _last_word(kiosk: Kiosk) -> dict[str, Any]:
    beat = kiosk.heartbeat or {}
    said: dict[str, Any] = {
        "code": kiosk.code,
        "heard_at": kiosk.heard_at.isoformat() if kiosk.heard_at else "",
        "stopped": kiosk.stopped,
        "journal_received": kiosk.journal_sequence,
        **{name: beat.get(name) for name in _OF_ITSELF},
    }
    for device in beat.get("devices", []):
        if device.get("role") == "card_terminal":
            conditions = [c.get("code") for c in device.get("conditions", [])]
            said["card_terminal"] = {"level": device.get("level"), "conditions": conditions}
    return {name: value for name, value in said.items() if value not in ("", None)}
