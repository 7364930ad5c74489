"""Wishes of people at kiosks to be called back: an alert each, which holds the number until it was dealt
with, and not longer."""

from datetime import datetime

from contract.callbacks import CallbackStanding, CallbackWish
from server.alerts.models import Alert
from server.alerts.raising import CALLBACK_WANTED, raise_alert
from server.fleet.models import Kiosk
from server.fleet.texts import SCREENS

OPEN_MAX, RETRY_AFTER_S = 20, 600  # of one kiosk: somebody plays with it


class TooMany(Exception):
    """So many wishes of this kiosk wait that one more helps nobody."""

    retry_after_s = RETRY_AFTER_S


def take(kiosk: Kiosk, wish: CallbackWish, at: datetime) -> None:
    """The same wish again changes nothing, also when it was dealt with meanwhile. Raises TooMany."""
    ours = Alert.objects.filter(
        community=kiosk.community_id, kind=CALLBACK_WANTED, kiosk_code=kiosk.code
    )
    if ours.filter(subject=wish.wish_id).exists():
        return
    if ours.filter(resolved_at=None).count() >= OPEN_MAX:
        raise TooMany
    raise_alert(
        kiosk.community_id,
        CALLBACK_WANTED,
        wish.wish_id,
        at,
        kiosk_code=kiosk.code,
        callback_phone=wish.phone,
        callback_screen=f"at_{wish.screen}",
        callback_steps=[f"at_{step}" for step in wish.steps if step in SCREENS],
    )


def standing(kiosk: Kiosk, wish_id: str) -> CallbackStanding | None:
    """None: this kiosk told of no such wish."""
    alert = Alert.objects.filter(
        community=kiosk.community_id,
        kind=CALLBACK_WANTED,
        kiosk_code=kiosk.code,
        subject=wish_id,
    ).first()
    if alert is None:
        return None
    if alert.resolved_at is not None:
        return CallbackStanding(state="over")
    return CallbackStanding(state="seen" if alert.seen_at else "waiting")
