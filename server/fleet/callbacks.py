"""Wishes of people at kiosks to be called back, or for help without a number: an alert each, which holds
the number until it was dealt with, and not longer."""

from datetime import datetime

from django.db.models import QuerySet

from contract.callbacks import CallbackStanding, CallbackWish
from server.alerts.models import Alert
from server.alerts.raising import (
    CALL_BACK_AT,
    CALLBACK_WANTED,
    HELP_WANTED,
    OF_PEOPLE,
    raise_alert,
)
from server.fleet.models import Kiosk
from server.fleet.texts import SCREENS

# Of one kiosk: somebody plays with it.
OPEN_MAX, OPEN_WITHOUT_NUMBER_MAX, RETRY_AFTER_S = 20, 3, 600


class TooMany(Exception):
    """So many wishes of this kiosk wait that one more helps nobody."""

    retry_after_s = RETRY_AFTER_S


def _of(kiosk: Kiosk) -> QuerySet[Alert]:
    return Alert.objects.filter(
        community=kiosk.community_id, kind__in=OF_PEOPLE, kiosk_code=kiosk.code
    )


def take(kiosk: Kiosk, wish: CallbackWish, at: datetime) -> None:
    """The same wish again changes nothing, also when it was dealt with meanwhile. Raises TooMany."""
    if _of(kiosk).filter(subject=wish.wish_id).exists():
        return
    kind, most = (
        (CALLBACK_WANTED, OPEN_MAX) if wish.phone else (HELP_WANTED, OPEN_WITHOUT_NUMBER_MAX)
    )
    if _of(kiosk).filter(kind=kind, resolved_at=None).count() >= most:
        raise TooMany
    raise_alert(
        kiosk.community_id,
        kind,
        wish.wish_id,
        at,
        kiosk_code=kiosk.code,
        **({CALL_BACK_AT: wish.phone} if wish.phone else {}),
        callback_screen=f"at_{wish.screen}",
        callback_steps=[f"at_{step}" for step in wish.steps if step in SCREENS],
    )


def standing(kiosk: Kiosk, wish_id: str) -> CallbackStanding | None:
    """None: this kiosk told of no such wish."""
    alert = _of(kiosk).filter(subject=wish_id).first()
    if alert is None:
        return None
    if alert.resolved_at is not None:
        return CallbackStanding(state="over")
    return CallbackStanding(state="seen" if alert.seen_at else "waiting")
