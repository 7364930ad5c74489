"""A heartbeat, of all calls the one that comes most: one statement where the kiosk is as this process
knew it last; else it is read first, judged by that, and kept by another."""

from datetime import datetime

from django.http import HttpRequest

from contract.heartbeat import Heartbeat, HeartbeatAnswer
from contract.stop_reason import StopReason
from server.api import authentication, kiosk_config
from server.fleet import key_changes
from server.fleet.heartbeats import (
    NotAsKnown,
    lost_since,
    record_heartbeat,
    record_of_remembered,
)
from server.fleet.models import Kiosk
from server.payments import restored
from server.remote_acts import exchange
from server.rollouts import watching


def take(request: HttpRequest, heartbeat: Heartbeat, now: datetime) -> HeartbeatAnswer:
    """Raises Refusal and Replayed."""
    nonce = authentication.nonce_of(request)
    kiosk: Kiosk = request.auth  # type: ignore[attr-defined]
    told_before = _update_told(kiosk)
    try:
        if nonce is None or not authentication.is_remembered(request):
            raise NotAsKnown
        stopped = record_of_remembered(
            authentication.callers, kiosk, heartbeat, now=now, nonce=nonce
        )
    except NotAsKnown as other:
        kiosk = authentication.confirmed(request, other.found)
        told_before = _update_told(kiosk)
        _ask_again_what_was_lost(request, kiosk, heartbeat, now)
        stopped = record_heartbeat(
            kiosk, heartbeat, now=now, nonce=nonce, callers=authentication.callers
        )
    authentication.callers.remember(kiosk)
    watching.heard(kiosk, heartbeat, told_before, now)
    return _answer(kiosk, stopped, now)


def _update_told(kiosk: Kiosk) -> object:
    return (kiosk.heartbeat or {}).get("update")


def _ask_again_what_was_lost(
    request: HttpRequest, kiosk: Kiosk, heartbeat: Heartbeat, now: datetime
) -> None:
    last_known, nonce = lost_since(kiosk, heartbeat), authentication.nonce_of(request)
    if last_known is not None:
        if nonce is not None:
            nonce.use()
        restored.ask_again(last_known, now)


def _answer(kiosk: Kiosk, stopped: StopReason | None, now: datetime) -> HeartbeatAnswer:
    if stopped is None and not kiosk.active:
        stopped = StopReason.SWITCHED_OFF
    return HeartbeatAnswer(
        server_time=now,
        config_version=kiosk_config.version_of(kiosk, now),
        stopped=stopped,
        journal_received=kiosk.journal_sequence,
        out_of_service=exchange.out_of_service(kiosk),
        acts_wait=bool(kiosk.acts_wait),  # type: ignore[attr-defined]  # as callers ask
        wanted=watching.wanted(kiosk),
        key_old=key_changes.is_old(kiosk, now),
    )
