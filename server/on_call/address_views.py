"""Where a person wants to be told of alerts: the own addresses. What was entered is not shown again."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contract.plain_text import whole_number
from server.estate.masking import mask_address, mask_phone
from server.gateways import mail, sealing
from server.gateways.outcome import Fate, Own, in_words, without_addresses
from server.language import CHINESE, ENGLISH
from server.on_call import sending, turns
from server.on_call.handling import NotPossible
from server.on_call.models import Language, PersonAddress, Way, with_last_state
from server.on_call.ways import chat, sms
from server.staff import audit, people
from server.staff.doors import staff_only

OWN_MAX, ADDRESS_MAX, TRY_EVERY_S = 8, 500, 20
_NUMBER = re.compile(r"\+?\d{7,15}")


@sensitive_post_parameters("address")
@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def addresses_page(request: HttpRequest) -> HttpResponse:
    """One's own only."""
    if request.method == "POST":
        acts = {"add": _add, "end": _end, "try": _try}
        act = acts.get(request.POST.get("do", ""))
        if act is None:
            raise PermissionDenied
        try:
            messages.success(request, act(request))
        except NotPossible as refused:
            messages.error(request, str(refused.text))
        return redirect("alert_addresses")
    context = {
        "addresses": with_last_state(
            PersonAddress.objects.filter(person=request.user.pk, ended_at=None)
        ),
        "ways": Way.choices,
        "languages": Language.choices,
        "mail": mail.configured(),
        "sms": sms.provider() is not None,
        "calls": sms.caller() is not None,
    }
    return render(request, "on_call/addresses.html", context)


def _add(request: HttpRequest) -> str:
    """Raises NotPossible."""
    typed = request.POST.get("address", "").replace("\0", "").strip()
    way, language = request.POST.get("way", ""), request.POST.get("language", "")
    if way not in Way.values or language not in Language.values:
        raise PermissionDenied
    if not typed or len(typed) > ADDRESS_MAX:
        raise NotPossible(_("Please type an address"))
    address, shown = _CHECKS[Way(way)](typed)
    own = PersonAddress.objects.filter(person=request.user.pk, ended_at=None)
    if own.count() >= OWN_MAX:
        raise NotPossible(_("You have enough addresses; end one first"))
    if any(one.way == way and _same(one, address) for one in own):
        raise NotPossible(_("You have this address already"))
    now = timezone.now()
    with transaction.atomic():
        row = PersonAddress.objects.create(
            person_id=request.user.pk,
            way=way,
            sealed=sealing.seal(address),
            shown=shown[:80],
            language=language,
            added_at=now,
        )
        _note(request, "alert_address_added", row, after={"way": way, "shown": shown[:80]})
    return _("The address is added. Try it once")


def _same(row: PersonAddress, address: str) -> bool:
    try:
        return sealing.opened(row.sealed) == address
    except sealing.Unreadable:
        return False


def _mail(typed: str) -> tuple[str, str]:
    try:
        validate_email(typed)
    except ValidationError as error:
        raise NotPossible(_("This is no mail address")) from error
    return typed, mask_address(typed)


def _chat(typed: str) -> tuple[str, str]:
    try:
        address = chat.checked(typed)
    except chat.NotAllowed as refused:
        if refused.code == "inside":
            raise NotPossible(
                _("This address leads into the server's own network; that is not allowed")
            ) from refused
        raise NotPossible(
            _(
                "Paste the robot's address of WeCom, DingTalk or Feishu, or a webhook's https address"
            )
        ) from refused
    return address, chat.shown(address)


def _number(typed: str) -> tuple[str, str]:
    number = re.sub(r"[ \-]", "", typed)
    if not _NUMBER.fullmatch(number):
        raise NotPossible(_("A phone number has 7 to 15 digits"))
    return number, mask_phone(number, shown=2)


_CHECKS = {Way.MAIL: _mail, Way.CHAT: _chat, Way.SMS: _number, Way.CALL: _number}


def _own(request: HttpRequest) -> PersonAddress:
    key = whole_number(request.POST.get("row", ""), digits_max=18)
    own = PersonAddress.objects.filter(person=request.user.pk, ended_at=None)
    found = own.filter(pk=key).first() if key is not None else None
    if found is None:
        raise NotPossible(_("This address was ended already"))
    return found


def _end(request: HttpRequest) -> str:
    with transaction.atomic():
        row = _own(request)
        row.ended_at, row.sealed = timezone.now(), ""
        row.save(update_fields=["ended_at", "sealed"])
        _note(request, "alert_address_ended", row, before={"way": row.way, "shown": row.shown})
    return _("The address is ended and forgotten")


def _try(request: HttpRequest) -> str:
    """Sends a message now, once in a while. Raises NotPossible with what the other side said."""
    row = _own(request)
    now = timezone.now()
    if not turns.take(f"try-{request.user.pk}", now, TRY_EVERY_S):
        raise NotPossible(_("Wait a moment before you try again"))
    if not sending.may_try(row, now):
        raise NotPossible(in_words(Own.LIMIT))
    with translation.override(ENGLISH if row.language == Language.EN else CHINESE):
        text = _("LobbyPay: a test. Alerts reach you here\nNothing is wrong.")
    outcome = sending.handed_over(row, text)
    if outcome.fate is not Fate.SENT:
        said = in_words(without_addresses(outcome.said))
        raise NotPossible(_("It did not go out: %(said)s") % {"said": said or _("no answer")})
    return _("It was handed over; look whether it arrived")


def _note(request: HttpRequest, act: str, row: PersonAddress, **values: Any) -> None:
    subject = ("alert_address", str(row.pk))
    audit.note(None, people.of(request.user), act, subject, timezone.now(), **values)
