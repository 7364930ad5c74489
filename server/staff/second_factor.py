"""The second factor: an app on the person's phone that shows six digits (TOTP, RFC 6238), and ten
recovery codes on paper, each good once. The key is shown when it is made and never again."""

import secrets
from datetime import datetime
from typing import Any

import segno
from django.db import transaction
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from server.staff import audit
from server.staff.people import Person

RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_ISSUER = "LobbyPay"


def app_of(user: Any) -> TOTPDevice | None:
    """The app that was proved to show the right digits."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def new_app(user: Any) -> TOTPDevice:
    """The app that is being set up; the same until it was proved."""
    unproved = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    return unproved or TOTPDevice.objects.create(user=user, name=_ISSUER, confirmed=False)


def picture(app: TOTPDevice) -> str:
    """The QR code to scan, as a data address for an image."""
    address = f"{app.config_url}&issuer={_ISSUER}"
    return segno.make(address, error="m").svg_data_uri(scale=5, border=2)


@transaction.atomic
def prove(user: Any, app: TOTPDevice, digits: str, by: Person, at: datetime) -> list[str] | None:
    """Begins to ask for this app when the digits are right. Returns the recovery codes; None: wrong."""
    if not app.verify_token(digits.replace(" ", "")):
        return None
    app.confirmed = True
    app.save()
    audit.note(None, by, "second_factor_set", ("person", user.get_username()), at)
    return _new_codes(user)


def check(user: Any, typed: str, at: datetime, by: Person) -> Any:
    """The device that showed these digits, or the recovery code; None when they are wrong. After wrong
    ones there is a delay that doubles each time."""
    device = match_token(user, typed.replace(" ", "").lower())
    if isinstance(device, StaticDevice):
        left = StaticToken.objects.filter(device=device).count()
        with transaction.atomic():
            subject = ("person", user.get_username())
            audit.note(None, by, "recovery_code_used", subject, at, after={"left": left})
    return device


@transaction.atomic
def forget(user: Any, by: Person, reason: str, at: datetime, community: int | None = None) -> None:
    """The person sets it up anew at the next sign-in. Raises ReasonMissing."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    subject = ("person", user.get_username())
    audit.note(
        community, by, "second_factor_forgotten", subject, at, reason=audit.reason_of(reason)
    )


@transaction.atomic
def renew_codes(user: Any, by: Person, at: datetime) -> list[str]:
    """New recovery codes; the former ones let nobody in any more."""
    audit.note(None, by, "recovery_codes_made", ("person", user.get_username()), at)
    return _new_codes(user)


def codes_left(user: Any) -> int:
    return StaticToken.objects.filter(device__user=user).count()


def _new_codes(user: Any) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery")
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes
