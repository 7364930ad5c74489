"""A kiosk fetches what it is asked and tells how it went. One kiosk at a time, whatever comes twice.

The kiosk's row is held meanwhile: what staff take back, and a kiosk that is enrolled again or loses its
key, counts from that moment on.
"""

import base64
import binascii
import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from contract.remote_acts import (
    ACTS_AT_ONCE,
    GO_S,
    Act,
    ActKind,
    ActReport,
    ActsAnswer,
    ActsCall,
    Go,
    OutOfService,
    OutOfServiceWish,
    SignedAct,
    sign_act,
)
from server.fleet.models import Kiosk
from server.remote_acts import signing
from server.remote_acts.models import (
    NOT_BEGUN,
    OPEN,
    ActAttachment,
    ActCount,
    RemoteAct,
    State,
)
from server.storable import storable, storable_text

log = logging.getLogger(__name__)
_TOLD = {
    State.DONE,
    State.FAILED,
    State.IN_DOUBT,
}  # it was begun: true whatever was decided meanwhile
_UNDONE = {State.CANCELLED, State.EXPIRED}
_OPEN = ", ".join(f"'{state.value}'" for state in OPEN)
# Of a kiosk's row, in SQL: whether there is anything to fetch.
WAITS = (
    "EXISTS (SELECT 1 FROM remote_acts_remoteact act"
    f" WHERE act.kiosk_id = fleet_kiosk.id AND act.state IN ({_OPEN}))"
)
_PNG, _PICTURE_MAX = b"\x89PNG\r\n\x1a\n", 512_000


class KeyGone(Exception):
    """The kiosk was enrolled again, or its key revoked, while this was on its way."""


def exchange(asking: Kiosk, call: ActsCall, now: datetime) -> ActsAnswer:
    """Raises KeyGone. Where nothing can be signed, nothing is given out."""
    with transaction.atomic():
        kiosk = Kiosk.objects.select_for_update(no_key=True).get(pk=asking.pk)
        if not kiosk.public_key or kiosk.public_key != asking.public_key:
            raise KeyGone
        _count(kiosk, call.last_number)
        end_what_is_over(kiosk, now)
        known = {str(act.pk): act for act in _named(kiosk, call)}
        for report in call.reports:
            act = known.get(report.act_id)
            if act is not None:
                _take(kiosk, act, report, now)
        _forgotten(kiosk, call.last_number, now)
        acts = RemoteAct.objects.filter(kiosk=kiosk, state__in=OPEN).order_by("number")
        standing = list(acts[:ACTS_AT_ONCE])
    waiting = [act for act in standing if act.state in NOT_BEGUN]
    told = {report.act_id: report.state for report in call.reports}
    return ActsAnswer(
        acts=_signed(waiting, now),
        go=[_go(act, now) for act in standing if told.get(str(act.pk)) == act.state],
        recorded=[report.act_id for report in call.reports],
        keys=signing.chain() if waiting else [],
    )


def end_what_is_over(kiosk: Kiosk, now: datetime) -> None:
    """Whatever nobody began in time, and what was asked of the machine that was paired before this one.
    Within a transaction that holds the kiosk."""
    mine = RemoteAct.objects.filter(kiosk=kiosk)
    over = {"state": State.EXPIRED.value, "state_at": now}
    mine.filter(state__in=NOT_BEGUN, not_after__lte=now).update(**over)
    if kiosk.enrolled_at is not None:
        earlier = mine.filter(asked_at__lt=kiosk.enrolled_at)
        ended = {"state_at": now, "code": "paired_again"}
        earlier.filter(state__in=NOT_BEGUN).update(state=State.CANCELLED.value, **ended)
        earlier.filter(state=State.BEGUN).update(state=State.IN_DOUBT.value, **ended)


def out_of_service(kiosk: Kiosk) -> OutOfService | None:
    """What a kiosk that is switched off on purpose is told of it; None for one that is not."""
    if kiosk.active:
        return None
    asked = RemoteAct.objects.filter(
        kiosk=kiosk, kind=ActKind.OUT_OF_SERVICE.value, state=State.DONE.value
    )
    newest = asked.order_by("-number").first()
    words = None
    if newest is not None and kiosk.off_since is not None and newest.state_at >= kiosk.off_since:
        words = OutOfServiceWish.model_validate(newest.parameters).words
    return OutOfService(
        by=kiosk.off_by,
        since=kiosk.off_since,
        until=kiosk.off_until,
        words=words.text if words else None,
    )


def _count(kiosk: Kiosk, told: int) -> None:
    """What a kiosk knows is never given out again, also by a server that was restored. An absurd number
    is passed over."""
    count, _ = ActCount.objects.get_or_create(
        kiosk=kiosk, defaults={"community_id": kiosk.community_id}
    )
    if count.last < told < count.last + 1_000_000:
        count.last = told
        count.save(update_fields=["last"])


def _forgotten(kiosk: Kiosk, last_number: int, now: datetime) -> None:
    """A kiosk that does not know an act any more which it had begun has lost its memory of it."""
    begun = RemoteAct.objects.filter(kiosk=kiosk, state=State.BEGUN, number__gt=last_number)
    begun.update(state=State.IN_DOUBT.value, state_at=now, code="forgotten")


def _named(kiosk: Kiosk, call: ActsCall) -> list[RemoteAct]:
    return list(RemoteAct.objects.filter(kiosk=kiosk, pk__in=[r.act_id for r in call.reports]))


def _take(kiosk: Kiosk, act: RemoteAct, report: ActReport, now: datetime) -> None:
    """What a kiosk tells moves an act on and never back; an end stays, but for what was begun before it
    was taken back or ran out."""
    state, before = State(report.state), State(act.state)
    if before not in OPEN and not (before in _UNDONE and state in _TOLD):
        return
    if before is State.BEGUN and state in NOT_BEGUN:
        return
    act.taken_at = act.taken_at or now
    if state is not before:
        act.state, act.state_at = state.value, now
    act.code = storable_text(report.code)
    act.findings = storable([one.model_dump(mode="json") for one in report.findings])
    act.save(update_fields=["state", "state_at", "taken_at", "code", "findings"])
    if state is State.DONE:
        _follow(kiosk, act, now)
    if state in _TOLD:
        _attach(act, report)


def _follow(kiosk: Kiosk, act: RemoteAct, now: datetime) -> None:
    """The server refuses new payments of a kiosk that is out of service, and takes them again."""
    changed: dict[str, Any]
    match act.kind:
        case ActKind.OUT_OF_SERVICE.value:
            until = OutOfServiceWish.model_validate(act.parameters).until
            by = act.asked_by[:150]
            changed = {"active": False, "off_by": by, "off_since": now, "off_until": until}
        case ActKind.BACK_IN_SERVICE.value:
            changed = {"active": True, "off_by": "", "off_since": None, "off_until": None}
        case _:
            return
    Kiosk.objects.filter(pk=kiosk.pk).update(**changed)


def _attach(act: RemoteAct, report: ActReport) -> None:
    """What is no picture, or too large, is left out."""
    if report.attachment is None:
        return
    try:
        content = base64.b64decode(report.attachment.content, validate=True)
    except (binascii.Error, ValueError):
        return
    wanted = {ActKind.PICTURE.value: "image/png", ActKind.LOGS.value: "text/plain"}
    if wanted.get(act.kind) != report.attachment.kind or len(content) > _PICTURE_MAX:
        return
    if report.attachment.kind == "image/png" and not content.startswith(_PNG):
        return
    ActAttachment.objects.get_or_create(
        act=act,
        defaults={
            "community_id": act.community_id,
            "kind": report.attachment.kind,
            "content": content,
        },
    )


def _signed(acts: list[RemoteAct], now: datetime) -> list[SignedAct]:
    if not acts:
        return []
    try:
        key = signing.signer(signing.current(now))
    except signing.ActKeyMissing as missing:
        log.error("the private key of acts is missing: %s", missing)
        return []
    return [sign_act(key, _as_told(act)) for act in acts]


def _as_told(act: RemoteAct) -> Act:
    return Act(
        act_id=str(act.pk),
        kiosk_id=str(act.kiosk_id),
        number=act.number,
        kind=act.kind,
        parameters=act.parameters,
        asked_by=act.asked_by,
        asked_at=act.asked_at,
        not_after=act.not_after,
    )


def _go(act: RemoteAct, now: datetime) -> Go:
    left = (act.not_after - now) / timedelta(seconds=1)
    return Go(act_id=str(act.pk), for_s=max(0.0, min(GO_S, left)))
