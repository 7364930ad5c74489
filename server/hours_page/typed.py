"""What the forms of this room take: hours, a day and time, an amount, a kiosk."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from contract.business_day import zone
from contract.currency import EXPONENTS
from contract.plain_text import whole_number
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.on_call.choice import clock
from server.on_call.handling import NotPossible
from server.staff import scope
from server.staff.roles import Area

_AMOUNT_MAX = 10**9


def community_of(request: HttpRequest) -> tuple[Community, list[Community]]:
    """The one that is asked for, or the first; and all that there are to choose from. Raises
    PermissionDenied."""
    own = list(scope.communities(request.user, Area.KIOSKS).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    found = next((one for one in own if one.code == code), None)
    chosen = found if code else next(iter(own), None)
    if chosen is None:
        raise PermissionDenied
    return chosen, own


def kiosk_of(request: HttpRequest, community: Community) -> str:
    """The code of one of its kiosks; empty: all of them. Raises PermissionDenied."""
    code = request.POST.get("kiosk") or request.GET.get("kiosk", "")
    if code and not Kiosk.objects.filter(community=community, code=code).exists():
        raise PermissionDenied
    return code


def hours(request: HttpRequest) -> tuple[time, time]:
    """Raises NotPossible."""
    return clock(request, "starts"), clock(request, "ends")


def moment(request: HttpRequest, name: str, community: Community) -> datetime:
    """A day and time by the community's clocks. Raises NotPossible."""
    try:
        typed = datetime.fromisoformat(request.POST.get(name, ""))
    except ValueError as error:
        raise NotPossible(_("Please type a day and a time, as 2026-12-31 08:00")) from error
    if typed.tzinfo is not None:
        raise NotPossible(_("Please type a day and a time, as 2026-12-31 08:00"))
    return typed.replace(second=0, microsecond=0, tzinfo=zone(community.time_zone))


def amount(typed: str, currency: str) -> int:
    """Minor units; nought for an empty field. Raises NotPossible."""
    if not typed.strip():
        return 0
    try:
        minor = Decimal(typed.strip()).scaleb(EXPONENTS[currency])
        whole = minor == minor.to_integral_value() and 0 <= minor <= _AMOUNT_MAX
    except ArithmeticError as error:
        raise NotPossible(_("Please type an amount, as 500 or 499.50")) from error
    if not whole:
        raise NotPossible(_("Please type an amount, as 500 or 499.50"))
    return int(minor)


def row_of(request: HttpRequest, rows: Any) -> Any:
    """One of the rows that hold now, locked. Raises NotPossible."""
    key = whole_number(request.POST.get("row", ""), digits_max=18)
    found = rows.select_for_update(of=("self",)).filter(ended_at=None, pk=key or 0).first()
    if found is None:
        raise NotPossible(_("This row was ended already"))
    return found
