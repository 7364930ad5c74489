"""Messages to the phone: whoever pays for the unit agrees to them, or ends them, behind the bill's code.
Numbers and addresses are those that the office knows, masked; none is typed here. Their WeChat they
say themselves, in its window. Of a number only its
last two figures are shown: its last four open the unit's earlier requests at a kiosk."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import business_day
from server.estate import occupancy
from server.estate.masking import mask_phone
from server.estate.models import Resident
from server.gateways.official_account import NotNamed
from server.outbox.models import Consent, Kind, Language, MessageTerms, MessageWish, Way
from server.phone import limits, wallets, wechat_openid
from server.phone.reading import Opened
from server.phone.views import behind_a_code
from server.resident_messages import consent, wechat
from server.resident_messages.spreading import masked
from server.staff.sign_in import address_of

State = Consent.State


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_a_code
def messages_page(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """Not there for a code that opens its own bill only: another person pays by now."""
    found = _told(opened, now)
    if found is None:
        return redirect("bill_page", token=token)
    (resident, terms), community = found, opened.bill.community
    ways = [way for way in Way if way.value in terms.ways and consent.address_of(resident, way)]
    if request.method == "POST":
        limits.sent(address_of(request), now)
        _do(request, resident, ways, now)
        return redirect("phone_messages", token=token)
    wish = MessageWish.objects.filter(resident=resident).first()
    agreed = consent.agreed([resident.pk]).get(resident.pk, set())
    context = {
        "token": token,
        "community": community,
        "unit": opened.unit,
        "ways": [
            (way, _shown(way, consent.address_of(resident, way)), way in agreed) for way in ways
        ],
        "several": len(ways) > 1,
        "kinds": [kind.label for kind in Kind if kind.value in terms.kinds],
        "quiet_from": terms.quiet_from,
        "quiet_until": terms.quiet_until,
        "wechat_unknown": request.GET.get("wechat") == "unknown",
        "wechat": _offers_wechat(request, resident, terms),
        "languages": Language.choices,
        "language": wish.language if wish else terms.language,
        "first": wish.way if wish else Way.SMS.value,
    }
    return render(request, "phone/messages.html", context)


def _told(opened: Opened, now: datetime) -> tuple[Resident, MessageTerms] | None:
    """Who is told by the page, and by which terms; None where nobody is."""
    community = opened.bill.community
    today = business_day(now, community.time_zone)
    resident = None if opened.only_its_bill else occupancy.payer(opened.unit, today)
    terms = MessageTerms.objects.filter(community=community).first()
    if resident is None or terms is None or not consent.tells_residents(community):
        return None
    return resident, terms


def _offers_wechat(request: HttpRequest, resident: Resident, terms: MessageTerms) -> str:
    """``link``: this WeChat can be told; ``open``: a page in WeChat could be; empty: neither, or the
    resident's is known."""
    offered = Way.WECHAT in terms.ways and wechat.account_of(terms) is not None
    if not offered or consent.address_of(resident, Way.WECHAT):
        return ""
    return "link" if wallets.has_bridge(request) else "open"


@never_cache
@require_http_methods(["GET", "POST"])
@behind_a_code
def link_wechat(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """Sent by the page's form: to WeChat, which says who it is. Back from there the resident is told in
    WeChat from now on: they have just asked for it. Another WeChat takes the place of none: that one is
    ended first."""
    found = _told(opened, now)
    account = wechat.account_of(found[1]) if found else None
    page = reverse("phone_messages", args=[token])
    if found is None or account is None or Way.WECHAT not in found[1].ways:
        return redirect(page)
    limits.sent(address_of(request), now)
    if request.method == "POST":
        known = consent.address_of(found[0], Way.WECHAT)
        return redirect(page) if known else wechat_openid.asks(request, account)
    answer = redirect(page)
    try:
        openid = wechat_openid.openid(request, account, opened.bill.community_id, now)
    except NotNamed:
        return wechat_openid.over(request, redirect(f"{page}?wechat=unknown"))
    resident = found[0]
    with transaction.atomic():
        Resident.objects.select_for_update(no_key=True, of=("self",)).get(pk=resident.pk)
        if consent.address_of(resident, Way.WECHAT):
            return wechat_openid.over(request, answer)
        wechat.link(resident, account, openid, now)
        consent.write_down(resident, Way.WECHAT, State.GIVEN, Consent.How.PAGE, now, by=None)
        if not MessageWish.objects.filter(resident=resident).exists():
            consent.wish(resident, found[1].language, Way.WECHAT, now, by=None)
    return wechat_openid.over(request, answer)


def _shown(way: Way, address: str) -> str:
    return mask_phone(address, shown=2) if way is Way.SMS else masked(way, address)


def _do(request: HttpRequest, resident: Resident, ways: list[Way], now: datetime) -> None:
    """What is ticked is agreed to; what is not any more, is ended. What nobody touched stays."""
    given = request.POST
    standing = consent.standing([resident.pk])
    for way in ways:
        step = standing.get((resident.pk, way.value))
        ticked = way.value in given.getlist("ways")
        if ticked != (step is not None and step.state == State.GIVEN):
            state = State.GIVEN if ticked else State.WITHDRAWN
            consent.write_down(resident, way, state, Consent.How.PAGE, now, by=None)
    if given.get("language") in Language.values and given.get("first") in Way.values:
        consent.wish(resident, given["language"], given["first"], now, by=None)
