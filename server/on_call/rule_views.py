"""The page of the rules by which people are told: a line for each group of alerts."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from server.alerts.raising import TEXTS
from server.estate.models import Community
from server.on_call import choice
from server.on_call.handling import NotPossible
from server.on_call.kinds import GROUPS
from server.on_call.models import MINUTES_MAX, Handling, Rule
from server.on_call.rules import rules_of, times_of
from server.staff import audit, people, scope
from server.staff.doors import staff_only
from server.staff.roles import Deed

FIELDS = ("first_after", "second_after", "third_after", "repeat_after")


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def rules_page(request: HttpRequest) -> HttpResponse:
    """Seen by whoever sees alerts, changed by whoever plans."""
    if request.method == "POST":
        return choice.changed(request, _set, _("The rule is changed"), "alert_rules")
    community, own = choice.community_of(request)
    if community is None:
        raise PermissionDenied
    context = {
        "community": community,
        "own": own,
        "rows": _rows(community),
        "single": [(kind, text) for kind, text in TEXTS.items()],
        "may_plan": scope.may(request.user, Deed.PLAN_ON_CALL, community.pk),
    }
    return render(request, "on_call/rules.html", context)


def _rows(community: Community) -> list[dict[str, Any]]:
    """Each group, and beneath it the single kinds that have a rule of their own."""
    known, found = rules_of(community.pk), []
    for name, group in GROUPS.items():
        first = times_of(group.kinds[0], {name: known[name]} if name in known else {})
        found.append(_row(name, group.name, first.after, first.repeat, name in known, False))
        for kind in group.kinds:
            if kind in known:
                rule = known[kind]
                after = (rule.first_after, rule.second_after, rule.third_after)
                found.append(_row(kind, TEXTS[kind], after, rule.repeat_after, True, True))
    return found


def _row(
    kind: str, name: Any, after: tuple[int | None, ...], repeat: int | None, own: bool, single: bool
) -> dict[str, Any]:
    values = dict(zip(FIELDS, (*after, repeat), strict=True))
    silent = all(minutes is None for minutes in after)
    return {"kind": kind, "name": name, "own": own, "single": single, "silent": silent, **values}


def _set(request: HttpRequest, community: Community) -> None:
    """Raises NotPossible, ReasonMissing."""
    kind = request.POST.get("kind", "")
    if kind not in GROUPS and kind not in TEXTS:
        raise PermissionDenied
    values = {name: choice.minutes(request.POST.get(name, ""), MINUTES_MAX) for name in FIELDS}
    steps = [values[name] for name in FIELDS[:3] if values[name] is not None]
    if steps != sorted(steps):
        raise NotPossible(_("Each step comes after the one before"))
    if values["repeat_after"] is not None and values["repeat_after"] < 5:
        raise NotPossible(_("Messages are repeated every 5 minutes at most"))
    reason, now = audit.reason_of(request.POST.get("reason", "")), timezone.now()
    with transaction.atomic():
        known = Rule.objects.select_for_update(of=("self",)).filter(community=community, kind=kind)
        rule = known.first()
        before = {name: getattr(rule, name) for name in FIELDS} if rule else {}
        if request.POST.get("do") == "usual":
            known.delete()
            after: dict[str, Any] = {}
        else:
            after = values
            defaults = {**values, "changed_at": now}
            Rule.objects.update_or_create(community=community, kind=kind, defaults=defaults)
        audit.record(
            community.pk,
            people.of(request.user),
            "alert_rule_set",
            ("alert_rule", kind),
            reason,
            now,
            before=before,
            after=after,
        )
        _look_again(community, kind)


def _look_again(community: Community, kind: str) -> None:
    """Open alerts follow the new rule from their next look on."""
    kinds = GROUPS[kind].kinds if kind in GROUPS else (kind,)
    waiting = Handling.objects.filter(
        community=community, alert__kind__in=kinds, alert__resolved_at=None, acknowledged_at=None
    )
    rules = rules_of(community.pk)
    for handling in waiting.select_related("alert"):
        alert = handling.alert
        times = times_of(alert.kind, rules)
        due = times.next_after(alert.raised_at, handling.level, handling.told_at)
        Handling.objects.filter(pk=handling.pk).update(due_at=due)
