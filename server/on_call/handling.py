"""What people do with an alert: acknowledge, assign, comment, silence. Each with its name, in the log."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.alerts.models import Alert
from server.alerts.raising import CALL_BACK_AT
from server.on_call.escalation import tell
from server.on_call.kinds import group_of
from server.on_call.models import (
    OF_THE_RULE,
    Comment,
    Handling,
    Message,
    MessageState,
    PersonAddress,
    Purpose,
)
from server.on_call.plan import people_of
from server.on_call.rules import rules_of, times_of
from server.staff import audit
from server.staff.people import Person, of

SILENCE_MAX = timedelta(days=30)
COMMENT_MAX = 500


class NotPossible(Exception):
    """``text`` says why, in the page's language."""

    def __init__(self, text: Any) -> None:
        super().__init__(str(text))
        self.text = text


def acknowledge(alert: Alert, by: Person, at: datetime) -> None:
    """Somebody looks after it: nobody is told of it any more. Twice is once. Raises NotPossible."""
    with transaction.atomic():
        handling = _held(alert)
        if handling.acknowledged_at is not None:
            return
        handling.acknowledged_by, handling.acknowledged_at = by.name, at
        handling.due_at = None
        handling.save()
        Alert.objects.filter(pk=alert.pk).update(seen_at=at)
        _take_back(alert, at)
        _note(alert, by, "alert_acknowledged", at)


def assign(alert: Alert, to: int, user: Any, at: datetime) -> bool:
    """By the account ``user``. Whether the person has an address, and is told. Raises NotPossible for
    whoever has no role here by which this alert is seen."""
    with transaction.atomic():
        handling = _held(alert)
        choice = people_of(alert.community_id, user, group_of(alert.kind).area)
        person = next((one for one in choice if one.pk == to), None)
        if person is None:
            raise NotPossible(_("This person holds no role here by which alerts are seen"))
        if handling.assigned_to_id == person.pk:
            return PersonAddress.objects.filter(person=person.pk, ended_at=None).exists()
        before = _name(handling.assigned_to) if handling.assigned_to else ""
        handling.assigned_to = person
        handling.round += 1
        handling.save()
        count = tell(alert, [person], Purpose.ASSIGNED, handling.round, at)
        values = {"before": {"to": before}, "after": {"to": _name(person)}}
        _note(alert, of(user), "alert_assigned", at, **values)
    return bool(count)


def comment(alert: Alert, text: str, by: Person, at: datetime) -> None:
    """Raises audit.ReasonMissing for an empty one."""
    words = " ".join(text.replace("\x00", " ").split())[:COMMENT_MAX]
    if not words:
        raise audit.ReasonMissing
    with transaction.atomic():
        Comment.objects.create(
            community_id=alert.community_id, alert=alert, person_name=by.name, text=words, at=at
        )
        _note(alert, by, "alert_commented", at, after={"text": words})


def silence(alert: Alert, until: datetime, reason: str, by: Person, at: datetime) -> None:
    """Nobody is told before then. Raises NotPossible, audit.ReasonMissing."""
    if not at < until <= at + SILENCE_MAX:
        raise NotPossible(_("Choose a time within the next 30 days"))
    why = audit.reason_of(reason)
    with transaction.atomic():
        handling = _held(alert)
        before = handling.silenced_until
        handling.silenced_by, handling.silenced_until = by.name, until
        handling.silence_reason = why
        if handling.acknowledged_at is None:
            handling.due_at = until
        handling.save()
        _take_back(alert, at)
        values = ({"until": before}, {"until": until})
        _note(alert, by, "alert_silenced", at, why, before=values[0], after=values[1])


def hear_again(alert: Alert, by: Person, at: datetime) -> None:
    """Ends a silence, and an acknowledgement: people are told again as the rule says."""
    with transaction.atomic():
        handling = _held(alert)
        if handling.silenced_until is None and handling.acknowledged_at is None:
            return
        before = {"until": handling.silenced_until, "acknowledged": handling.acknowledged_at}
        handling.silenced_until, handling.silenced_by, handling.silence_reason = None, "", ""
        handling.acknowledged_at, handling.acknowledged_by = None, ""
        Alert.objects.filter(pk=alert.pk).update(seen_at=None)
        out = Message.objects.filter(alert=alert, purpose__in=OF_THE_RULE)
        if not out.exclude(state__in=(MessageState.WAITING, MessageState.DROPPED)).exists():
            handling.level, handling.told_at = 0, None  # what was taken back reached nobody
        times = times_of(alert.kind, rules_of(alert.community_id))
        handling.due_at = times.next_after(alert.raised_at, handling.level, handling.told_at)
        handling.save()
        _note(alert, by, "alert_heard", at, before=before)


def show_number(alert: Alert, by: Person, at: datetime) -> str:
    """The number at which somebody wants to be called, which is masked until somebody asks; the look is
    written down. Empty: none was left, or it is forgotten."""
    number = str(alert.details.get(CALL_BACK_AT, ""))
    if number:
        _note(alert, by, "alert_number_shown", at)
    return number


def _take_back(alert: Alert, at: datetime) -> None:
    """What the rule had written and has not gone out yet does not go out any more."""
    Message.objects.filter(alert=alert, state=MessageState.WAITING, purpose__in=OF_THE_RULE).update(
        state=MessageState.DROPPED, changed_at=at
    )


def _name(account: Any) -> str:
    return account.get_full_name() or account.get_username()


def _held(alert: Alert) -> Handling:
    """Its handling, locked. Raises NotPossible where the alert is over."""
    Handling.objects.get_or_create(
        alert=alert, defaults={"community_id": alert.community_id, "due_at": alert.raised_at}
    )
    handling = Handling.objects.select_for_update(of=("self",)).get(alert=alert)
    if Alert.objects.filter(pk=alert.pk, resolved_at__isnull=False).exists():
        raise NotPossible(_("This alert is over"))
    return handling


def _note(
    alert: Alert, by: Person, act: str, at: datetime, reason: str = "", **values: Any
) -> None:
    subject = ("alert", str(alert.pk))
    audit.note(alert.community_id, by, act, subject, at, reason=reason, **values)
