"""Decides who is told of which alert now, and writes the messages down. It sends nothing.

Each alert that is open has a ``Handling``, made here when it is first seen. What is decided and the next
moment to look are one transaction, under the row's lock: any number of workers decide once.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from server.alerts.models import Alert
from server.on_call import wording
from server.on_call.kinds import group_of
from server.on_call.models import (
    OF_THE_RULE,
    Handling,
    Message,
    MessageState,
    PersonAddress,
    Purpose,
    Way,
)
from server.on_call.plan import able, on_call
from server.on_call.rules import Times, rules_of, times_of
from server.storable import storable_text

DUE_MAX = 500
NOBODY_AGAIN = timedelta(minutes=5)  # so soon it is looked whether somebody is on call now
_TOLD = (MessageState.SENT, MessageState.DELIVERED, MessageState.SENDING)
log = logging.getLogger(__name__)


@dataclass
class _Rules:
    """Of each community, read once in a turn."""

    known: dict[int, Any] = field(default_factory=dict)

    def times(self, alert: Alert) -> Times:
        key = alert.community_id
        if key not in self.known:
            self.known[key] = rules_of(key)
        return times_of(alert.kind, self.known[key])


def look(now: datetime) -> int:
    """Begins with new alerts, tells what is due and what has ended. Returns how many were due."""
    rules = _Rules()
    _begin(now, rules)
    # What seems over, or another says, waits in its place and takes nobody else's.
    waiting = Q(alert__resolved_at=None, due_at__lte=now) & Q(
        alert__cured_at=None, alert__part_of=None
    )
    over = Q(alert__resolved_at__isnull=False, end_told=False)
    due = list(Handling.objects.filter(waiting | over).order_by("pk")[:DUE_MAX])
    for handling in due:
        try:
            _attend(handling.pk, now, rules)
        except Exception:  # one community's wrong data keep the others from nothing
            log.exception("alert %s could not be attended to", handling.alert_id)
    return len(due)


def _begin(now: datetime, rules: _Rules) -> None:
    new = Alert.objects.filter(resolved_at=None, handling=None).order_by("pk")[:DUE_MAX]
    Handling.objects.bulk_create(
        [
            Handling(
                community_id=alert.community_id,
                alert=alert,
                due_at=rules.times(alert).next_after(alert.raised_at, 0, None),
            )
            for alert in new
        ],
        ignore_conflicts=True,
    )


def _attend(key: int, now: datetime, rules: _Rules) -> None:
    with transaction.atomic():
        handling = Handling.objects.select_for_update(of=("self",)).get(pk=key)
        alert = Alert.objects.select_related("community").get(pk=handling.alert_id)
        if alert.resolved_at is not None:
            _end(handling, alert, now)
        elif handling.due_at is not None and handling.due_at <= now:
            _tell_what_is_due(handling, alert, now, rules.times(alert))


def _tell_what_is_due(handling: Handling, alert: Alert, now: datetime, times: Times) -> None:
    if handling.acknowledged_at is not None:
        handling.due_at = None
    elif handling.silenced_until is not None and handling.silenced_until > now:
        handling.due_at = handling.silenced_until
    elif alert.cured_at is not None or alert.part_of_id is not None:
        return
    else:
        reached = times.level_at(alert.raised_at, now)
        _escalate(handling, alert, now, max(handling.level, reached), times)
    handling.save()


def _escalate(handling: Handling, alert: Alert, now: datetime, level: int, times: Times) -> None:
    """Tells the levels that are reached anew, and all again where it is repeated or nobody is there.

    Where nobody can be told nothing counts as told: the next look does it, for whoever is on call then.
    """
    if not level:
        handling.due_at = times.next_after(alert.raised_at, 0, None)
        return
    first, anew = handling.level == 0, level > handling.level
    purpose = Purpose.TOLD if first else Purpose.ESCALATED if anew else Purpose.REPEATED
    told = [one for one in range(1, level + 1) if times.after[one - 1] is not None]
    people = _on_call(alert, [one for one in told if one > handling.level], now)
    count = tell(alert, people, purpose, handling.round + 1, now)
    if not count:
        count = tell(alert, _on_call(alert, told, now), purpose, handling.round + 1, now)
    handling.nobody = not count
    if count:
        handling.round, handling.level, handling.told_at = handling.round + 1, level, now
        handling.due_at = times.next_after(alert.raised_at, level, now)
    else:
        step = times.next_after(alert.raised_at, level, None)
        again = now + NOBODY_AGAIN
        handling.due_at = min(again, step) if step is not None else again


def _on_call(alert: Alert, levels: Iterable[int], now: datetime) -> list[Any]:
    found: dict[int, Any] = {}
    area = group_of(alert.kind).area
    for level in levels:
        found.update((person.pk, person) for person in on_call(alert.community, level, now, area))
    return list(found.values())


def tell(alert: Alert, people: Iterable[Any], purpose: Purpose, round_: int, now: datetime) -> int:
    """Writes a message to each address of these people that it suits, once a round. Returns how many
    there are. Where one of the same alert still waits to be sent, nothing is repeated."""
    people = list(people)
    known = PersonAddress.objects.filter(
        person__in=[person.pk for person in people], ended_at=None
    ).select_related("person")
    addresses = [address for address in known if _suits(alert, address, purpose)]
    waits: set[int] = set()
    if purpose == Purpose.REPEATED:
        waiting = Message.objects.filter(alert=alert, state=MessageState.WAITING)
        waits.update(waiting.values_list("address_id", flat=True))
    for address in addresses:
        if address.pk not in waits:
            _write(alert, address, purpose, round_, now)
    return len(addresses)


def _suits(alert: Alert, address: PersonAddress, purpose: Purpose) -> bool:
    """People are called for what cannot wait, and not to hear that it is over."""
    return address.way != Way.CALL or (group_of(alert.kind).rings and purpose in OF_THE_RULE)


def _write(
    alert: Alert, address: PersonAddress, purpose: Purpose, round_: int, now: datetime
) -> None:
    Message.objects.get_or_create(
        alert=alert,
        round=round_,
        purpose=purpose,
        address=address,
        defaults={
            "community_id": alert.community_id,
            "person_name": (address.person.get_full_name() or address.person.get_username())[:150],
            "text": storable_text(wording.message(alert, purpose, address.language, now)),
            "made_at": now,
            "due_at": now,
            "changed_at": now,
        },
    )


def _end(handling: Handling, alert: Alert, now: datetime) -> None:
    """Those who were told are told that it is over; what still waits is not sent any more."""
    if handling.end_told:
        return
    Message.objects.filter(alert=alert, state=MessageState.WAITING).exclude(
        purpose=Purpose.ENDED
    ).update(state=MessageState.DROPPED, changed_at=now)
    told = Message.objects.filter(alert=alert, state__in=_TOLD).values("address")
    addresses = PersonAddress.objects.filter(pk__in=told, ended_at=None).select_related("person")
    area = group_of(alert.kind).area
    may = {p.pk for p in able(alert.community_id, {a.person_id for a in addresses}, area)}
    handling.round += 1
    for address in addresses:
        if address.person_id in may and _suits(alert, address, Purpose.ENDED):
            _write(alert, address, Purpose.ENDED, handling.round, now)
    handling.end_told, handling.due_at = True, None
    handling.save()
