"""The staff's page of all kiosks, and the page of one. Shows only what was found; changes nothing."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page

from server.fleet import texts
from server.fleet.blocks import blocks_of, changed, seen_by
from server.fleet.fleet_page import BY_PAYMENTS, ORDERS, Asked, overview
from server.fleet.one_kiosk import page_of
from server.fleet.states import State
from server.staff import scope
from server.staff.doors import staff_only
from server.staff.roles import Area


@gzip_page
@staff_only
def fleet(request: HttpRequest) -> HttpResponse:
    return render(request, "fleet/fleet.html", _page(request))


@gzip_page
@staff_only
def live(request: HttpRequest) -> HttpResponse:
    """What changed since the browser was told; 204 when nothing did."""
    news = changed(_page(request)["blocks"], seen_by(request))
    if not news:
        return HttpResponse(status=204)
    return HttpResponse("".join(block.html for block in news))


@staff_only
def kiosk(request: HttpRequest, kiosk_id: UUID) -> HttpResponse:
    """Raises Http404 for one of a community whose kiosks the person does not see."""
    shown = scope.communities(request.user, Area.KIOSKS)
    money = scope.communities(request.user, Area.PAYMENTS)
    found = page_of(kiosk_id, shown, money, timezone.now())
    if found is None:
        raise Http404
    return render(request, "fleet/kiosk_page.html", {"page": found})


def _page(request: HttpRequest) -> dict[str, object]:
    given = request.GET
    number = given.get("page", "")
    asked = Asked(
        community=given.get("community", "")[:40],
        state=given.get("state", ""),
        words=given.get("q", "")[:60],
        order=order if (order := given.get("order")) in {*ORDERS, *BY_PAYMENTS} else "urgency",
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )
    shown = scope.communities(request.user, Area.KIOSKS)
    money = scope.communities(request.user, Area.PAYMENTS)
    found = overview(timezone.now(), shown, money, asked)
    kept = given.copy()
    kept.pop("page", None)
    context = {"asked": asked, "kept": kept.urlencode()}
    return {
        **context,
        "found": found,
        "states": [(state.value, texts.STANDINGS[state]) for state in State],
        "blocks": blocks_of(request, found, context),
    }
