"""The pages of acts from afar: what was asked and what became of it, the form, one act, groups."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from contract.plain_text import whole_number
from contract.remote_acts import ActKind
from server.fleet import enrolment
from server.fleet.models import Kiosk
from server.remote_acts import presentation
from server.remote_acts.asking import Wish, ask, take_back
from server.remote_acts.choice import (
    THEMES,
    kind_of,
    parameters_of,
    target_of,
    targets,
)
from server.remote_acts.models import NOT_BEGUN, OPEN, ActAttachment, RemoteAct
from server.remote_acts.signing import ActKeyMissing
from server.remote_acts.wishes import LIFE_USUAL, LIVES, SETTING_NAMES, NotPossible, deed_of
from server.staff import people, scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.roles import Area, Deed

A_PAGE, ON_KIOSK = 30, 8
_WRONG = {
    ReasonMissing: gettext_lazy("Please give a reason"),
    ActKeyMissing: gettext_lazy(
        "The key that signs acts is not in this server's data folder: bring it back from the backup"
    ),
}


@staff_only
@never_cache
@require_GET
def acts_page(request: HttpRequest) -> HttpResponse:
    """Everything that was asked, the newest first; of one kiosk with ``kiosk``."""
    acts = scope.visible(request.user, RemoteAct).select_related("kiosk__community")
    kiosk = _kiosk(request, request.GET.get("kiosk", ""))
    if kiosk is not None:
        acts = acts.filter(kiosk=kiosk)
    page = Paginator(acts, A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "remote_acts/acts.html",
        {
            "page": page,
            "rows": [presentation.row(act) for act in page],
            "kiosk": kiosk,
            "kinds": _kinds(request.user),
            "may_revoke": kiosk is not None
            and bool(kiosk.public_key)
            and scope.may(request.user, Deed.PAIR_KIOSK, kiosk.community_id),
        },
    )


@staff_only
@require_POST
def revoke(request: HttpRequest, kiosk_id: uuid.UUID) -> HttpResponse:
    """Raises PermissionDenied."""
    kiosk = _kiosk(request, str(kiosk_id))
    if kiosk is None:
        raise Http404
    if not scope.may(request.user, Deed.PAIR_KIOSK, kiosk.community_id):
        raise PermissionDenied
    reason, by = request.POST.get("reason", ""), people.of(request.user)
    try:
        done = enrolment.revoke(kiosk, now=timezone.now(), by=by, reason=reason)
    except ReasonMissing as missing:
        messages.error(request, str(_WRONG[type(missing)]))
    else:
        said = _("Its key counts no more: pair the right machine with a new code")
        messages.success(request, said if done else _("It has no key"))
    return redirect(f"{reverse('acts')}?kiosk={kiosk.pk}")


@staff_only
@never_cache
@require_GET
def kiosk_acts(request: HttpRequest, kiosk_id: uuid.UUID) -> HttpResponse:
    """The part of a kiosk's page that is about acts."""
    kiosk = _kiosk(request, str(kiosk_id))
    if kiosk is None:
        raise Http404
    acts = RemoteAct.objects.filter(kiosk=kiosk).select_related("kiosk__community")[:ON_KIOSK]
    may = scope.may(request.user, Deed.OPERATE_KIOSK, kiosk.community_id)
    context = {
        "kiosk": kiosk,
        "rows": [presentation.row(act) for act in acts],
        "kinds": _kinds(request.user) if may and kiosk.public_key else [],
    }
    return render(request, "remote_acts/of_kiosk.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """The form for one kind of act. Raises PermissionDenied."""
    kind = kind_of(request)
    if kind is None:
        return redirect("acts")
    where = scope.does(request.user, deed_of(kind))
    if where is not None and not where:
        raise PermissionDenied
    asked = request.POST.get("target") or request.GET.get("target", "")
    target, wrong = target_of(request.user, kind, asked), ""
    if request.method == "POST":
        try:
            made = _ask(request, kind, asked)
        except (NotPossible, ReasonMissing, ActKeyMissing) as refused:
            wrong = str(_WRONG.get(type(refused)) or getattr(refused, "text", refused))
        else:
            return _asked(request, made)
    given = request.POST.get("wish", "")
    context = {
        "kind": kind.value,
        "called": presentation.kind_name(kind.value),
        "hint": presentation.HINTS[kind],
        "target": target,
        "targets": targets(request.user, kind),
        "lives": LIVES,
        "life": _minutes(request),
        "wish": given or str(uuid.uuid4()),
        "settings": [
            (name, words, request.POST.get(name, "")) for name, words in SETTING_NAMES.items()
        ],
        "themes": THEMES,
        "given": request.POST,
        "wrong": wrong,
    }
    return render(request, "remote_acts/ask.html", context, status=422 if wrong else 200)


def _ask(request: HttpRequest, kind: ActKind, asked: str) -> list[RemoteAct]:
    """Raises NotPossible, ReasonMissing and ActKeyMissing."""
    target = target_of(request.user, kind, asked)
    if target is None:
        raise NotPossible(_("Choose whom to ask"))
    given = request.POST
    try:
        wish_id = uuid.UUID(given.get("wish", ""))
    except ValueError:
        wish_id = uuid.uuid4()
    wish = Wish(
        kind,
        given.get("reason", ""),
        parameters_of(kind, given, target),
        _minutes(request),
        wish_id,
    )
    return ask(request.user, target.kiosks, wish, timezone.now())


def _asked(request: HttpRequest, made: list[RemoteAct]) -> HttpResponse:
    if len(made) == 1:
        return redirect("act", made[0].pk)
    said = _("Asked of %(count)s kiosks") % {"count": len(made)}
    messages.success(request, said if made else _("This was asked already"))
    return redirect("acts")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def act_page(request: HttpRequest, act_id: uuid.UUID) -> HttpResponse:
    act = _act(request, act_id)
    may = scope.may(request.user, deed_of(ActKind(act.kind)), act.community_id)
    if request.method == "POST":
        try:
            take_back(request.user, act.pk, request.POST.get("reason", ""), timezone.now())
        except (NotPossible, ReasonMissing) as refused:
            messages.error(request, str(_WRONG.get(type(refused)) or refused))
        return redirect("act", act.pk)
    context = {
        "row": presentation.row(act),
        "facts": presentation.facts(act),
        "findings": presentation.findings(act),
        "attachment": ActAttachment.objects.filter(act=act).only("kind").first(),
        "may_take_back": may and act.state in NOT_BEGUN,
        "open": act.state in OPEN,
    }
    return render(request, "remote_acts/act.html", context)


@staff_only
@never_cache
@require_GET
def attachment(request: HttpRequest, act_id: uuid.UUID) -> HttpResponse:
    act = _act(request, act_id)
    found = ActAttachment.objects.filter(act=act).first()
    if found is None:
        raise Http404
    kind = "image/png" if found.kind == "image/png" else "text/plain; charset=utf-8"
    answer = HttpResponse(bytes(found.content), content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    if found.kind != "image/png":
        name = f"{act.kiosk.code}-{act.asked_at:%Y%m%d-%H%M}.log"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _act(request: HttpRequest, act_id: uuid.UUID) -> RemoteAct:
    """Raises Http404 for one of a community whose kiosks the person does not see."""
    acts = scope.visible(request.user, RemoteAct).select_related("kiosk__community")
    act = acts.filter(pk=act_id).first()
    if act is None:
        raise Http404
    return act


def _kiosk(request: HttpRequest, text: str) -> Kiosk | None:
    try:
        kiosk_id = uuid.UUID(text)
    except ValueError:
        return None
    shown = scope.communities(request.user, Area.KIOSKS)
    rows = Kiosk.objects.filter(pk=kiosk_id, community__in=shown)
    return rows.select_related("community").first()


def _kinds(user: Any) -> list[tuple[str, Any]]:
    return [
        (kind.value, presentation.kind_name(kind.value))
        for kind in ActKind
        if scope.does(user, deed_of(kind)) != set()
    ]


def _minutes(request: HttpRequest) -> int:
    minutes = whole_number(request.POST.get("minutes", ""), 5)
    return LIFE_USUAL if minutes is None else minutes
