"""The page of a community's terms: what residents are told, by which ways, when not, by whose account;
with each text as it goes out, and as it is entered at the provider to be approved."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contract.money import Money
from contract.plain_text import clean_name, whole_number
from server.estate.models import Community
from server.gateways import mail, sealing
from server.outbox.models import Kind, Language, MessageTerms, Provider, Way
from server.resident_messages import wechat, wording
from server.resident_messages.account import provider_of
from server.staff import audit, people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed

SECRET_MAX = 200
SECRETS = ("secret", "wechat_secret", "wechat_token")
_CODE = re.compile(r"[A-Za-z0-9_]{0,32}")
_KEY = re.compile(r"[A-Za-z0-9_-]{0,80}")
_APP = re.compile(r"[0-9]{0,20}")
_TEMPLATE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VALUES = {
    "unit": gettext_lazy("Unit"),
    "period": gettext_lazy("Period"),
    "amount": gettext_lazy("Amount"),
    "due": gettext_lazy("Please pay by"),
    "phone": gettext_lazy("Office phone"),
    "day": gettext_lazy("Day"),
    "number": gettext_lazy("Number of the request"),
    "community": gettext_lazy("Community"),
    "begins": gettext_lazy("From"),
    "ends": gettext_lazy("Until"),
}
LOGGED = (
    *("kinds", "ways", "quiet_from", "quiet_until", "per_day", "language", "provider"),
    *("key_id", "sign_name", "app_id", "templates", "wechat_appid", "wechat_templates"),
)


@dataclass(frozen=True)
class Refused(Exception):
    """What was typed cannot be."""

    said: str


@sensitive_post_parameters(*SECRETS)
@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def terms_page(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied."""
    own = list(scope.communities(request.user, Area.RESIDENTS).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    community = next((one for one in own if one.code == code), None)
    community = community if code else next(iter(own), None)
    if community is None:
        raise PermissionDenied
    may = scope.may(request.user, Deed.SET_MESSAGES, community.pk)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        try:
            _set(request, community)
        except Refused as refused:
            messages.error(request, refused.said)
        except ReasonMissing:
            messages.error(request, _("Please give a reason"))
        else:
            messages.success(request, _("It is set"))
        return redirect(f"{reverse('message_terms')}?community={community.code}")
    terms = MessageTerms.objects.filter(community=community).first() or MessageTerms(
        community=community
    )
    context = {
        "own": own,
        "community": community,
        "terms": terms,
        "may": may,
        "kinds": [(kind, kind.value in terms.kinds, _texts(kind, terms)) for kind in Kind],
        "ways": [(way, way.value in terms.ways) for way in Way],
        "languages": Language.choices,
        "providers": Provider.choices,
        "account": provider_of(terms) is not None,
        "sms": Way.SMS.value in terms.ways,
        "mail": mail.configured(),
        "wechat": Way.WECHAT.value in terms.ways,
        "wechat_account": wechat.account_of(terms) is not None,
        "events": f"{settings.PUBLIC_URL}{reverse('account_events', args=[community.code])}",
    }
    return render(request, "resident_messages/terms.html", context)


def _texts(kind: Kind, terms: MessageTerms) -> list[dict[str, Any]]:
    """By language: filled in as an example, and as the provider wants it."""
    found = []
    for language in Language:
        name = f"{kind.value}-{language.value}"
        found.append(
            {
                "language": language,
                "name": name,
                "code": terms.templates.get(name, ""),
                "wechat": terms.wechat_templates.get(name, ""),
                "order": [_VALUES[one] for one in wording.WORDINGS[kind].values],
                "shown": wording.text_of(kind, language, _example(language, terms.community)),
                "entered": wording.for_provider(kind, language, terms.provider),
            }
        )
    return found


def _example(language: Language, community: Community) -> dict[str, str]:
    english = language is Language.EN
    return {
        "unit": "3-2-1201",
        "period": "2026-11",
        "amount": Money(28640, community.currency).display("en" if english else "zh_CN"),
        "due": "2026-12-10",
        "day": "2026-12-01",
        "number": "S000123",
        "phone": community.office_phone or "-",
        "community": community.name.en if english else community.name.zh,
        "begins": "2026-12-01 14:00",
        "ends": "2026-12-01 16:00",
    }


def _set(request: HttpRequest, community: Community) -> None:
    """Raises Refused and ReasonMissing."""
    given = request.POST
    values = _values(given)
    secrets = {name: given.get(name, "").strip() for name in SECRETS}
    if any(len(one) > SECRET_MAX or not one.isprintable() for one in secrets.values()):
        raise Refused(_("This is no secret of a provider"))
    reason = audit.reason_of(given.get("reason", ""))
    with transaction.atomic():
        rows = MessageTerms.objects.select_for_update(no_key=True, of=("self",))
        terms = rows.filter(community=community).first()
        before = {name: getattr(terms, name) for name in LOGGED} if terms else {}
        terms = terms or MessageTerms(community=community)
        for name, value in values.items():
            setattr(terms, name, value)
        after = {name: getattr(terms, name) for name in LOGGED}
        for name, secret in secrets.items():
            if secret:
                setattr(terms, name, sealing.seal(secret))
                after[name] = "***"
        terms.save()
        changed = {name for name in after if before.get(name) != after[name]}
        audit.record(
            community.pk,
            people.of(request.user),
            "message_terms_set",
            ("messageterms", community.code),
            reason,
            timezone.now(),
            before={name: before[name] for name in before if name in changed},
            after={name: after[name] for name in after if name in changed},
        )


def _values(given: Any) -> dict[str, Any]:
    """Raises Refused."""
    per_day = whole_number(given.get("per_day", ""), 2)
    if per_day is None or not 1 <= per_day <= 20:
        raise Refused(_("Between 1 and 20 messages a day"))
    language, provider = given.get("language", ""), given.get("provider", "")
    if language not in Language.values or provider not in (*Provider.values, ""):
        raise PermissionDenied
    templates = {}
    for kind in Kind:
        for one in Language:
            name = f"{kind.value}-{one.value}"
            if code := _matching(_CODE, given.get(f"code-{name}", "")):
                templates[name] = code
    sign_name = clean_name(given.get("sign_name", ""))
    if len(sign_name) > 40:
        raise Refused(_("This is no code, id or signature of a provider"))
    return {
        "kinds": [kind for kind in Kind.values if kind in given.getlist("kinds")],
        "ways": [way for way in Way.values if way in given.getlist("ways")],
        "quiet_from": _clock(given.get("quiet_from", "")),
        "quiet_until": _clock(given.get("quiet_until", "")),
        "per_day": per_day,
        "language": language,
        "provider": provider,
        "key_id": _matching(_KEY, given.get("key_id", "")),
        "sign_name": sign_name,
        "app_id": _matching(_APP, given.get("app_id", "")),
        "templates": templates,
        "wechat_appid": _matching(_KEY, given.get("wechat_appid", ""))[:32],
        "wechat_templates": _wechat_templates(given),
    }


def _wechat_templates(given: Any) -> dict[str, str]:
    """By kind-language: the id, then a name of a field for each of our values. Raises Refused."""
    found = {}
    for kind in Kind:
        for one in Language:
            name = f"{kind.value}-{one.value}"
            code, *fields = given.get(f"wechat-{name}", "").split() or [""]
            good = all(
                field == wechat.LEAVES_OUT or wechat.FIELD.fullmatch(field) for field in fields
            )
            if not good or (code and len(fields) != len(wording.WORDINGS[kind].values)):
                raise Refused(
                    _("Type the template's id, then a field for each value, or - for none")
                )
            if code:
                found[name] = " ".join((_matching(_TEMPLATE, code), *fields))
    return found


def _matching(pattern: re.Pattern[str], typed: str) -> str:
    typed = typed.strip()
    if not pattern.fullmatch(typed):
        raise Refused(_("This is no code, id or signature of a provider"))
    return typed


def _clock(typed: str) -> time:
    try:
        found = time.fromisoformat(typed)
    except ValueError as error:
        raise Refused(_("Please type a time of day, as 08:00")) from error
    if found.tzinfo is not None:
        raise Refused(_("Please type a time of day, as 08:00"))
    return found.replace(second=0, microsecond=0)
