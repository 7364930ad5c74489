"""How a kiosk stands, as one word, decided by the database for any number of kiosks at once.

What a heartbeat says is boiled down to ``condition`` when it comes (``condition_of``); the rest is on the
kiosk's row. The first that applies counts, in the order of ``STATES``.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, F, Q, QuerySet, Value, When

from contract.heartbeat import LATE_S, STILL_S, Heartbeat
from server.fleet.models import Condition, Kiosk


class State(StrEnum):
    """The most urgent first; those after ATTENTION need nobody."""

    STOPPED = "stopped"  # by the server: it would take money twice
    SILENT = "silent"  # no heartbeat
    STILL = "still"  # heard, but its screen stands still: whoever touches it gets no answer
    NO_MONEY = "no_money"  # heard, but nobody can pay there
    FAULT = "fault"  # a device is out of order; some ways to pay are left
    ATTENTION = "attention"  # something will be missing soon
    UNPAIRED = "unpaired"
    WELL = "well"
    CLOSED = "closed"  # by its hours, or for an outage that was planned; nothing is wrong
    OFF = "off"  # by staff, on purpose


PROBLEMS = (
    *(State.STOPPED, State.SILENT, State.STILL),
    *(State.NO_MONEY, State.FAULT, State.ATTENTION),
)
_RANK = {state: rank for rank, state in enumerate(State)}


def condition_of(heartbeat: Heartbeat) -> Condition:
    """The worst of what it says."""
    if heartbeat.drawn_s is not None and heartbeat.drawn_s > STILL_S:
        return Condition.STILL
    levels = {device.level for device in heartbeat.devices}
    if not heartbeat.closed and (heartbeat.state == "out_of_order" or not heartbeat.offers):
        return Condition.NO_MONEY
    if "error" in levels:
        return Condition.FAULT
    if "warning" in levels:
        return Condition.ATTENTION
    return Condition.CLOSED if heartbeat.closed else Condition.WELL


def classified(kiosks: QuerySet[Kiosk], now: datetime) -> QuerySet[Kiosk]:
    """With ``standing`` (a State), ``rank`` (the most urgent lowest) and ``since`` (a time, or None)."""
    heard = Q(heard_at__gte=now - timedelta(seconds=LATE_S))
    which = (
        (Q(active=False), State.OFF, F("off_since")),
        (Q(public_key=""), State.UNPAIRED, Value(None)),
        (~Q(stopped=""), State.STOPPED, F("stopped_at")),
        (Q(heard_at=None), State.SILENT, F("enrolled_at")),
        (~heard, State.SILENT, F("heard_at")),
        (Q(condition=Condition.STILL), State.STILL, F("condition_since")),
        (Q(condition=Condition.NO_MONEY), State.NO_MONEY, F("condition_since")),
        (Q(condition=Condition.FAULT), State.FAULT, F("condition_since")),
        (Q(condition=Condition.ATTENTION), State.ATTENTION, F("condition_since")),
        (Q(condition=Condition.CLOSED), State.CLOSED, F("condition_since")),
    )
    date_time = Kiosk._meta.get_field("heard_at").__class__()
    return kiosks.annotate(
        standing=Case(
            *(When(when, then=Value(state.value)) for when, state, _ in which),
            default=Value(State.WELL.value),
        ),
        rank=Case(
            *(When(when, then=Value(_RANK[state])) for when, state, _ in which),
            default=Value(_RANK[State.WELL]),
        ),
        since=Case(
            *(When(when, then=since) for when, _, since in which),
            default=Value(None),
            output_field=date_time,
        ),
    )


def turned_away_since(kiosk: Kiosk, state: State) -> int | None:
    """How many residents left unpaid since what is wrong now began. None where the kiosk does not count,
    where nothing is wrong, or where nothing is heard of it."""
    told, before = (kiosk.heartbeat or {}).get("turned_away"), kiosk.turned_away_before
    if state not in PROBLEMS or state is State.SILENT or not isinstance(told, int):
        return None
    return max(0, told - before) if before is not None else None
