"""Staff ask kiosks to do something, or take it back: each time with person, role, reason and time, in
the log. Nothing is done here: a kiosk fetches what waits for it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contract.remote_acts import ActKind
from server.fleet.models import Kiosk
from server.remote_acts import signing
from server.remote_acts.models import NOT_BEGUN, OPEN, ActCount, RemoteAct, State
from server.remote_acts.wishes import LIFE_USUAL, LIVES, NotPossible, checked, deed_of
from server.staff import audit, people, scope
from server.staff.people import Person
from server.staff.roles import TABLE, Role


@dataclass(frozen=True)
class Wish:
    """``id``: the same wish twice is one. ``minutes``: for how long it holds."""

    kind: ActKind
    reason: str
    parameters: dict[str, Any] = field(default_factory=dict)
    minutes: int = LIFE_USUAL
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def ask(user: Any, kiosks: Iterable[Kiosk], wish: Wish, now: datetime) -> list[RemoteAct]:
    """One act for each of the kiosks that the person may ask. Raises NotPossible, ReasonMissing and
    ActKeyMissing; then nothing is asked of any."""
    parameters = checked(wish.kind, wish.parameters, now)
    reason = audit.reason_of(wish.reason)
    if wish.minutes not in LIVES:
        raise NotPossible(_("Choose how long it holds"))
    deed = deed_of(wish.kind)
    asked = [kiosk for kiosk in kiosks if scope.may(user, deed, kiosk.community_id)]
    if not asked:
        raise NotPossible(_("There is no kiosk here that you may ask this"))
    signing.signer(signing.current(now))
    with transaction.atomic():
        made = [
            _asked(user, kiosk.pk, wish, parameters, reason, now)
            for kiosk in sorted(asked, key=lambda one: one.pk)
        ]
    return [act for act in made if act is not None]


def _asked(
    user: Any,
    kiosk_id: uuid.UUID,
    wish: Wish,
    parameters: dict[str, Any],
    reason: str,
    now: datetime,
) -> RemoteAct | None:
    """None where the same wish was asked before. Raises NotPossible."""
    kiosk = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk_id)
    if RemoteAct.objects.filter(kiosk=kiosk, wish=wish.id).exists():
        return None
    if not kiosk.public_key:
        raise NotPossible(
            _("%(kiosk)s is not paired: nothing can be asked of it") % {"kiosk": kiosk.code}
        )
    waiting = RemoteAct.objects.filter(kiosk=kiosk, state__in=OPEN, not_after__gt=now)
    if waiting.filter(kind=wish.kind.value, parameters=parameters).exists():
        raise NotPossible(
            _("%(kiosk)s was asked this already, and has not done it yet") % {"kiosk": kiosk.code}
        )
    count, _made = ActCount.objects.get_or_create(
        kiosk=kiosk, defaults={"community_id": kiosk.community_id}
    )
    count.last += 1
    count.save(update_fields=["last"])
    by = people.of(user)
    act = RemoteAct.objects.create(
        community_id=kiosk.community_id,
        kiosk=kiosk,
        number=count.last,
        wish=wish.id,
        kind=wish.kind.value,
        parameters=parameters,
        asked_by=by.name,
        role=role_of(user, kiosk.community_id, wish.kind),
        reason=reason,
        asked_at=now,
        not_after=now + timedelta(minutes=wish.minutes),
        state_at=now,
    )
    audit.record(
        kiosk.community_id,
        by,
        "kiosk_act_asked",
        ("kiosk", kiosk.code),
        reason,
        now,
        after={"kind": wish.kind.value, "act": str(act.pk), "role": act.role, **parameters},
    )
    return act


def who_asked(kiosk: Kiosk, act_id: str | None) -> tuple[Person | None, str]:
    """By whom and why a kiosk was asked for another key, in the act that it does now; None: by nobody."""
    act = RemoteAct.objects.filter(
        kiosk=kiosk, pk=act_id, kind=ActKind.NEW_KEY.value, state=State.BEGUN.value
    ).first()
    return (Person(act.asked_by), act.reason) if act else (None, "")


def take_back(user: Any, act_id: uuid.UUID, reason: str, now: datetime) -> None:
    """It gets no go any more. One that was begun meanwhile tells its end all the same. Raises NotPossible
    and ReasonMissing."""
    reason = audit.reason_of(reason)
    with transaction.atomic():
        kiosk_id = RemoteAct.objects.values_list("kiosk", flat=True).get(pk=act_id)
        Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk_id)
        act = RemoteAct.objects.select_related("kiosk").get(pk=act_id)
        if not scope.may(user, deed_of(ActKind(act.kind)), act.community_id):
            raise NotPossible(_("You may not take this back"))
        if act.state not in NOT_BEGUN:
            raise NotPossible(_("It was begun already, or has ended"))
        by = people.of(user)
        act.state, act.state_at = State.CANCELLED.value, now
        act.cancelled_by, act.cancel_reason = by.name, reason
        act.save(update_fields=["state", "state_at", "cancelled_by", "cancel_reason"])
        audit.record(
            act.community_id,
            by,
            "kiosk_act_taken_back",
            ("kiosk", act.kiosk.code),
            reason,
            now,
            before={"kind": act.kind, "act": str(act.pk)},
        )


def role_of(user: Any, community: int, kind: ActKind) -> str:
    """The role by which the person may; empty for the company's own account."""
    held = [role for role in Role if TABLE[role] in scope.rights(user).get(community, [])]
    able = [role for role in held if deed_of(kind) in TABLE[role].does]
    return able[0].value if able else ""
