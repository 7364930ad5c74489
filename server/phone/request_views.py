"""Repairs, complaints and questions on the phone: begun behind a bill's code, and a page of its own for
each, which opens for whoever has its address. Other units' requests are reached by nobody."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from contract.business_day import local_time
from contract.plain_text import whole_number
from server.api import guesses
from server.billing.reading_photos import PhotoRefused, cleaned
from server.estate.models import Unit
from server.phone import limits
from server.phone.kept_ids import MOST, KeptIds
from server.phone.reading import Opened
from server.phone.views import behind_a_code, too_often
from server.service_requests import coming_in
from server.service_requests.coming_in import NotTaken, Said
from server.service_requests.models import (
    PHOTOS_A_WORD,
    WORDS_MAX,
    Kind,
    Origin,
    Photo,
    ServiceRequest,
    State,
    Topic,
    Vote,
)
from server.service_requests.reading import conversation
from server.service_requests.views import jpeg
from server.staff.sign_in import address_of

OWN = KeptIds("lobbypay_requests")
DIGITS = 4  # of the telephone number, with the request's number
NOT_HERE = _("Nothing can be sent here. Please call the office")
NOT_FOUND = _("There is no request of this number with these digits")
GUESSED_OFTEN = _("Too many attempts. Please wait an hour, or call the office")
TONES = {
    State.NEW: "waiting",
    State.IN_HAND: "waiting",
    State.ANSWERED: "good",
    State.CLOSED: "good",
    State.JOINED: "waiting",
}
STANDS = {
    State.NEW: _("Received. It is being looked at"),
    State.IN_HAND: _("Somebody sees to it"),
    State.ANSWERED: _("Answered"),
    State.CLOSED: _("This request has ended"),
    State.JOINED: _("Somebody looks after it, together with others about the same"),
}
WITHDRAWN = _("You have withdrawn it")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@behind_a_code
def requests_page(request: HttpRequest, token: str, opened: Opened, now: datetime) -> HttpResponse:
    """The form, and what this browser sent for the unit; to the request's own page once it is sent."""
    topics = [] if opened.only_its_bill else coming_in.offered(opened.bill.community)
    if not topics:
        return render(request, "phone/bill.html", {"refusal": NOT_HERE}, status=404)
    said: str | Promise = ""
    if request.method == "POST":
        limits.sent(address_of(request), now)
        try:
            made = (
                _found(request, opened, now)
                if "find" in request.POST
                else _sent(request, opened, topics, now)
            )
        except NotTaken as no:
            said = str(no.said)
        else:
            answer = redirect("phone_request", key=made.page)
            OWN.remember(request, answer, str(made.page))
            return answer
    return _form(request, token, opened, topics, said)


def _form(
    request: HttpRequest, token: str, opened: Opened, topics: list[Topic], said: str | Promise
) -> HttpResponse:
    own = ServiceRequest.objects.filter(page__in=OWN.of(request), unit=opened.unit)
    context = {
        "said": said,
        "token": token,
        "community": opened.bill.community,
        "unit": opened.unit,
        "topics": topics,
        "invoices": any(topic.kind == Kind.INVOICE for topic in topics),
        "own": [row(one) for one in own.select_related("topic").order_by("-opened_at")[:MOST]],
        "given": request.POST,
        "wish": request.POST.get("wish") or str(uuid4()),
        "words_max": WORDS_MAX,
        "photos_max": PHOTOS_A_WORD,
    }
    return render(request, "phone/requests.html", context, status=409 if said else 200)


def row(one: ServiceRequest) -> dict[str, Any]:
    """How it stands, for its page and for pages that lead to it."""
    if coming_in.withdrawn(one):
        return {"request": one, "tone": "quiet", "stands": WITHDRAWN}
    return {"request": one, "tone": TONES[State(one.state)], "stands": STANDS[State(one.state)]}


def _sent(
    request: HttpRequest, opened: Opened, topics: list[Topic], now: datetime
) -> ServiceRequest:
    """Raises NotTaken."""
    given = request.POST
    key = whole_number(given.get("topic", ""), 9)
    topic = next((one for one in topics if one.pk == key), None)
    if topic is None:
        raise NotTaken(_("Choose what it is about"))
    try:
        wish = UUID(given.get("wish", ""))
    except ValueError:
        wish = uuid4()
    return coming_in.open_request(
        Unit.objects.select_related("community").get(pk=opened.unit.pk),
        topic,
        _said(request),
        wish=wish,
        origin=Origin.PHONE,
        phone=given.get("phone", ""),
        now=now,
    )


def _said(request: HttpRequest) -> Said:
    """Raises NotTaken."""
    files = [file for file in request.FILES.getlist("photos") if isinstance(file, UploadedFile)]
    if len(files) > PHOTOS_A_WORD:
        raise NotTaken(_("At most %(most)s photos at once") % {"most": PHOTOS_A_WORD})
    try:
        photos = [cleaned(file, file.size or 0) for file in files]
    except PhotoRefused as no:
        raise NotTaken(no.said) from no
    return Said(request.POST.get("text", ""), photos)


def _found(request: HttpRequest, opened: Opened, now: datetime) -> ServiceRequest:
    """One of the unit, by its number and the end of the telephone number that was left with it. Raises
    NotTaken and limits.TooOften."""
    if not guesses.may_guess(opened.unit.pk, now):
        raise NotTaken(GUESSED_OFTEN)
    number = request.POST.get("number", "").replace("\0", "").strip().upper()[:12]
    digits = request.POST.get("digits", "").strip()
    found = ServiceRequest.objects.filter(unit=opened.unit, number=number).first()
    if found is None or len(digits) != DIGITS or not found.phone.endswith(digits):
        limits.missed(address_of(request), now)
        raise NotTaken(NOT_FOUND)
    guesses.guessed_right(opened.unit.pk, now)
    return found


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, key: UUID) -> HttpResponse:
    """How it stands and what was said; more words, photos and a vote are sent from here. Raises
    Http404."""
    rows = ServiceRequest.objects.select_related("community", "topic", "unit", "joined_to")
    one, now, said = rows.filter(page=key).first(), timezone.now(), ""
    if one is None:
        raise Http404
    if request.method == "POST":
        try:
            limits.sent(address_of(request), now)
            _do(request, one, now)
        except limits.TooOften:
            return too_often(request)
        except NotTaken as no:
            said = str(no.said)
        else:
            return redirect("phone_request", key=one.page)
    votes = [(vote.value, vote.label) for vote in Vote]
    context = {
        "one": one,
        **row(one),
        "said": said,
        "words": [(w, _time(w.at, one), photos) for w, photos in conversation(one)],
        "votes": votes if one.state in (State.ANSWERED, State.CLOSED) else [],
        "call_back": one.vote == Vote.BAD,
        "called_back": coming_in.called_back(one),
        "known_end": one.phone[-DIGITS:],
        "open_words": one.state != State.JOINED,
        "typed": request.POST.get("text", ""),
        "words_max": WORDS_MAX,
        "photos_max": PHOTOS_A_WORD,
    }
    return render(request, "phone/request.html", context, status=409 if said else 200)


def _do(request: HttpRequest, one: ServiceRequest, now: datetime) -> None:
    """Raises NotTaken."""
    value = whole_number(request.POST.get("vote", ""), 1)
    if request.POST.get("do") == "call_back":
        coming_in.call_back(one.pk, request.POST.get("phone", ""), now)
    elif value is None:
        coming_in.add(one.pk, _said(request), now)
    elif value in Vote.values:
        coming_in.vote(one.pk, Vote(value), now)


def _time(at: datetime, one: ServiceRequest) -> str:
    return f"{local_time(at, one.community.time_zone):%m-%d %H:%M}"


@never_cache
@require_safe
def photo(request: HttpRequest, key: UUID, pk: int) -> HttpResponse:
    found = Photo.objects.filter(pk=pk, word__request__page=key, word__inside=False).first()
    if found is None:
        raise Http404
    return jpeg(found)
