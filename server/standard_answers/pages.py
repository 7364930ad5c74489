"""The pages of standard answers: what holds, what was asked most, and the writing of new ones."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.messages import Text
from contract.plain_text import whole_number
from server.billing.fees import FeeItem
from server.estate.models import Community
from server.staff import scope
from server.staff.audit import ReasonMissing
from server.staff.doors import staff_only
from server.staff.models import Request
from server.staff.roles import Area, Deed
from server.standard_answers import reading, writing
from server.standard_answers.models import ANSWER_MAX, Situation, StandardQuestion
from server.standard_answers.writing import NotAllowed, NotWritten, Wanted

ASKED_DAYS = 90
NO_REASON = gettext_lazy("Please say why")
_FIELDS = ("asks_zh", "asks_en", "answer_zh", "answer_en", "rule_zh", "rule_en")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def answers_page(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied."""
    where, community = _community(request)
    wrong = ""
    if request.method == "POST":
        try:
            made = _do(request, community, None)
        except NotAllowed:
            raise PermissionDenied from None
        except (NotWritten, ReasonMissing) as refused:
            wrong = str(getattr(refused, "said", NO_REASON))
        else:
            page = f"{reverse('standard_answers')}?community={community.code}"
            return redirect("standard_question", made) if made else redirect(page)
    given, now = request.GET, timezone.now()
    situation, words = given.get("situation", ""), given.get("q", "").replace("\0", "")[:40]
    item = whole_number(given.get("item", ""), 9)
    since = now - timedelta(days=ASKED_DAYS)
    context = {
        **_of_form(request, community, wrong),
        "communities": list(where),
        "found": reading.searched([community.pk], situation, item, words.strip()),
        "any": StandardQuestion.objects.filter(community=community).exists(),
        "asked": reading.asked_most([community.pk], since),
        "days": ASKED_DAYS,
        "situation": situation,
        "item": item,
        "words": words,
    }
    return render(request, "standard_answers/answers.html", context, status=422 if wrong else 200)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def question_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Raises Http404 for one of a community whose requests the person does not see."""
    rows = StandardQuestion.objects.select_related("community", "fee_item")
    question = scope.visible(request.user, rows).filter(pk=pk).first()
    if question is None:
        raise Http404
    wrong = ""
    if request.method == "POST":
        try:
            _do(request, question.community, question)
        except NotAllowed:
            raise PermissionDenied from None
        except (NotWritten, ReasonMissing) as refused:
            wrong = str(getattr(refused, "said", NO_REASON))
        else:
            return redirect("standard_question", pk)
    versions = list(question.versions.order_by("-number"))
    keys = [str(one.pk) for one in versions]
    asked = Request.objects.filter(
        community=question.community, kind=writing.CODE, subject__in=keys
    )
    by_subject = {one.subject: one for one in asked.order_by("pk")}
    holds = next((one for one in versions if one.approved_at), None)
    context = {
        **_of_form(request, question.community, wrong),
        "question": question,
        "versions": [(one, by_subject.get(str(one.pk)), one == holds) for one in versions],
        "title": (holds or versions[0]).asks,
        "newest": versions[0],
    }
    if not wrong:
        newest = versions[0]
        context["given"] = {name: getattr(newest, name) for name in _FIELDS}
        context["given"]["for_residents"] = newest.for_residents
    return render(request, "standard_answers/question.html", context, status=422 if wrong else 200)


def _community(request: HttpRequest) -> tuple[Any, Community]:
    where = scope.communities(request.user, Area.SERVICE).order_by("code")
    code = request.POST.get("community") or request.GET.get("community", "")
    community = where.filter(code=code.replace("\0", "")[:40]).first() or where.first()
    if community is None:
        raise PermissionDenied
    return where, community


def _of_form(request: HttpRequest, community: Community, wrong: str) -> dict[str, Any]:
    return {
        "community": community,
        "wrong": wrong,
        "given": request.POST,
        "situations": Situation.choices,
        "items": list(FeeItem.objects.filter(community=community).order_by("position", "code")),
        "answer_max": ANSWER_MAX,
        "may_draft": scope.may(request.user, Deed.ANSWER_REQUEST, community.pk),
        "may_direct": scope.may(request.user, Deed.DIRECT_REQUESTS, community.pk),
    }


def _do(
    request: HttpRequest, community: Community, question: StandardQuestion | None
) -> int | None:
    """The question that was made. Raises NotWritten, NotAllowed and ReasonMissing."""
    given, user, now = request.POST, request.user, timezone.now()
    reason = given.get("reason", "")
    match given.get("do"):
        case "begin":
            writing.begin(user, community, now)
        case "retire" if question is not None:
            writing.retire(user, question, reason, now)
        case "draft":
            wanted = Wanted(
                _text(given, "asks"),
                _text(given, "answer"),
                _text(given, "rule"),
                for_residents=given.get("for_residents") == "on",
                situation=given.get("situation", ""),
                fee_item=whole_number(given.get("item", ""), 9) or None,
                own_figures=given.get("own_figures") == "on",
            )
            made = writing.draft(user, community, question, wanted, reason, now)
            messages.success(request, _("It is written down and waits for another person"))
            return made.question_id
    return None


def _text(given: Any, name: str) -> Text:
    return Text(zh=given.get(f"{name}_zh", "")[:2000], en=given.get(f"{name}_en", "")[:2000])
