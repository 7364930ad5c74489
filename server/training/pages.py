"""The pages of training: one's own rounds and, for whoever directs requests, the scores of all who learn
in those communities; and a round, case by case."""

import contextlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from contract.business_day import local_time
from contract.messages import Text
from contract.plain_text import whole_number
from server.estate.models import Community
from server.language import chosen
from server.staff import page_export, people, scope
from server.staff.doors import staff_only
from server.staff.roles import Area
from server.training import rounds
from server.training.models import TrainingCase, TrainingRound
from server.training.rounds import NotAnswered, Score

OWN_SHOWN = 30


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def training(request: HttpRequest) -> HttpResponse:
    """Raises PermissionDenied."""
    own = list(scope.communities(request.user, Area.SERVICE).order_by("code"))
    code = request.POST.get("community") or request.GET.get("community", "")
    community = next((one for one in own if one.code == code), None)
    community = community if code else next(iter(own), None)
    if community is None:
        raise PermissionDenied
    now = timezone.now()
    if request.method == "POST":
        return redirect("training_round", rounds.begin(request.user, community, now).pk)
    looks_after = [one for one in own if rounds.may_look_after(request.user, one)]
    scores = rounds.scores(looks_after)
    if looks_after and page_export.wanted(request):
        return page_export.answer(request, _table(scores, looks_after))
    rows = TrainingRound.objects.filter(community=community, person=request.user)
    context = {
        "own": own,
        "community": community,
        "rounds": [
            (one, _at(one.ended_at or one.begun_at, one.community))
            for one in rows.select_related("community")[:OWN_SHOWN]
        ],
        "open": rows.filter(ended_at=None).first(),
        "weak": [(_said(one.tells), one) for one in rounds.weakest([community.pk], request.user)],
        "looks_after": looks_after,
        "scores": [(one, _at(one.last_at, one.community)) for one in scores],
        "weak_of_all": [
            (_said(one.tells), one) for one in rounds.weakest([one.pk for one in looks_after])
        ]
        if looks_after
        else [],
        "cases": rounds.CASES,
    }
    return render(request, "training/training.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def round_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Raises Http404 for another's round, unless the person looks after who learns there."""
    found = TrainingRound.objects.select_related("community", "person").filter(pk=pk).first()
    own = found is not None and found.person_id == request.user.pk
    if found is None or not (
        (own and rounds.may_learn(request.user, found.community))
        or (found.ended_at and rounds.may_look_after(request.user, found.community))
    ):
        raise Http404
    if request.method == "POST":
        return _answered(request, found)
    cases = list(found.cases.select_related("about"))  # type: ignore[attr-defined]
    waiting = next((one for one in cases if one.answered_at is None), None)
    done = [one for one in cases if one.answered_at is not None]
    last = max(done, key=lambda one: (one.answered_at, one.position)) if done else None
    context = {
        "found": found,
        "own": own,
        "name": people.of(found.person).name,
        "case": _asked(waiting) if waiting else None,
        "last": _told(last) if last and waiting else None,
        "cases": [_told(one) for one in cases] if waiting is None else [],
        "position": waiting.position if waiting else 0,
        "many": len(cases),
        "share": round(100 * len(done) / len(cases)) if cases else 0,
    }
    return render(request, "training/round.html", context)


def _answered(request: HttpRequest, found: TrainingRound) -> HttpResponse:
    """A case that was answered before, by going back in the browser, stays as it was answered."""
    position, given, rule = (
        whole_number(request.POST.get(name, ""), 4) for name in ("position", "answer", "rule")
    )
    with contextlib.suppress(NotAnswered):
        rounds.answer(request.user, found.pk, position or 0, given, rule, timezone.now())
    return redirect("training_round", found.pk)


def _said(text: dict[str, str]) -> str:
    return chosen(Text(zh=text.get("zh", ""), en=text.get("en", "")))


def _asked(case: TrainingCase) -> dict[str, Any]:
    return {
        "tells": _said(case.tells),
        "answers": list(enumerate(map(_said, case.answers))),
        "rules": list(enumerate(map(_said, case.rules))),
    }


def _told(case: TrainingCase) -> dict[str, Any]:
    """What was asked, chosen and right."""
    rule = case.right_rule
    return {
        "case": case,
        "tells": _said(case.tells),
        "right": _said(case.answers[case.right]),
        "right_rule": _said(case.rules[rule]) if rule is not None else "",
        "given": _said(case.answers[case.given]) if case.given is not None else "",
        "given_rule": _said(case.rules[case.given_rule]) if case.given_rule is not None else "",
        "good": case.given == case.right,
        "good_rule": case.given_rule == rule,
    }


def _at(at: datetime | None, community: Community) -> datetime | None:
    return local_time(at, community.time_zone) if at else None


def _table(scores: Iterable[Score], communities: Iterable[Community]) -> page_export.Table:
    heading = (
        *(_("Community"), _("Person"), _("Rounds"), _("Last, %"), _("Best, %"), _("Mean, %")),
        _("Last on"),
    )
    rows = [
        [
            chosen(one.community.name),
            one.name,
            len(one.percents),
            one.percents[-1],
            one.best,
            one.mean,
            f"{_at(one.last_at, one.community):%Y-%m-%d}",
        ]
        for one in scores
    ]
    return page_export.Table("training-scores", [one.pk for one in communities], heading, rows)
