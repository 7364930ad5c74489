"""What people do in the back office is written down: every row that is added, changed or deleted there,
with old and new values, and every look at what residents told us."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.forms.models import model_to_dict
from django.http import HttpRequest
from django.utils import timezone

from server.staff import audit, people, scope
from server.staff.roles import Area, area_of

_SECRET = ("password", "key", "secret", "token", "session")
_KIND_MAX = 20
_EACH_COMMUNITY_MAX = 20
_STASH = "_changed_by_form"
Values = dict[str, Any]


class Recorded:
    """For a ModelAdmin: each save and deletion is an act, in the transaction that does it."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Called with the saved form, just before the change is logged: its values are kept for that."""
        before, after = _of_form(form)
        for formset in formsets or ():
            _of_formset(formset, before, after)
        setattr(request, _STASH, (before, after))
        return super().construct_change_message(request, form, formsets, add)  # type: ignore[misc]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        _, after = getattr(request, _STASH, ({}, {}))
        _write(request, "added", obj, {}, after)
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        before, after = getattr(request, _STASH, ({}, {}))
        _write(request, "changed", obj, before, after)
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Model]) -> Any:
        with transaction.atomic():
            for row in queryset:
                _write(request, "deleted", row, _plain(model_to_dict(row)), {})
        return super().log_deletions(request, queryset)  # type: ignore[misc]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *a: Any, **k: Any
    ) -> Any:
        answer = super().changeform_view(request, object_id, *a, **k)  # type: ignore[misc]
        if request.method == "GET" and object_id is not None and self._shows_residents(request):
            row = self.get_object(request, object_id)  # type: ignore[attr-defined]
            if row is not None and self.has_view_permission(request, row):  # type: ignore[attr-defined]
                with transaction.atomic():
                    _write(request, "looked_at", row, {}, {})
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        answer = super().changelist_view(request, extra_context)  # type: ignore[misc]
        if request.method == "GET" and area_of(_label(self)) is Area.RESIDENTS:
            _note_list(request, self.model)  # type: ignore[attr-defined]
        return answer

    def _shows_residents(self, request: HttpRequest) -> bool:
        inlines = [inline.model for inline in self.inlines]  # type: ignore[attr-defined]
        shown = [self.model, *inlines]  # type: ignore[attr-defined]
        return any(area_of(model._meta.label_lower) is Area.RESIDENTS for model in shown)


def _label(model_admin: Any) -> str:
    return model_admin.model._meta.label_lower


def _note_list(request: HttpRequest, model: type[Model]) -> None:
    """A list of residents, with what was looked for: noted where its rows may have come from."""
    asked = {name: value for name, value in request.GET.items() if value}
    filtered = request.GET.get("community__id__exact", "")
    where = scope.sees(request.user, area_of(model._meta.label_lower))
    if filtered.isascii() and filtered.isdecimal() and len(filtered) < 19:
        chosen = int(filtered)
        communities: list[int | None] = [chosen] if scope.within(where, chosen) else []
    elif where is not None and len(where) <= _EACH_COMMUNITY_MAX:
        communities = [*where]
    else:
        communities = [None]
    known = scope.communities(request.user, Area.RESIDENTS).values_list("pk", flat=True)
    with transaction.atomic():
        for community in communities:
            if community is None or community in set(known):
                kind = (str(model._meta.model_name)[:_KIND_MAX], "")
                person = people.of(request.user)
                audit.note(community, person, "searched", kind, timezone.now(), after=asked)


def _write(request: HttpRequest, act: str, row: Model, before: Values, after: Values) -> None:
    community = scope.community_of(row)
    if act == "deleted" and row._meta.label_lower == "estate.community":
        community = None  # its acts stay with the company
    audit.note(
        community,
        people.of(request.user),
        act,
        (str(row._meta.model_name)[:_KIND_MAX], str(row.pk)),
        timezone.now(),
        reason=str(request.POST.get("act_reason", "")),
        before=before,
        after=after,
    )


def _of_form(form: Any) -> tuple[Values, Values]:
    before = {
        name: form.initial[name]
        for name in form.changed_data
        if name in getattr(form, "initial", ())
    }
    after = {name: form.cleaned_data.get(name) for name in form.changed_data}
    return _plain(before), _plain(after)


def _of_formset(formset: Any, before: Values, after: Values) -> None:
    """Rows of an inline, by model and key."""
    by_row = {form.instance.pk: form for form in formset.forms}
    for row, _ in getattr(formset, "changed_objects", ()):
        name = f"{row._meta.model_name} {row.pk}"
        before[name], after[name] = _of_form(by_row[row.pk])
    for row in getattr(formset, "new_objects", ()):
        after[f"{row._meta.model_name} {row.pk}"] = _plain(model_to_dict(row))
    for row in getattr(formset, "deleted_objects", ()):
        before[f"{row._meta.model_name} {row.pk}"] = _plain(model_to_dict(row))


def _plain(values: Mapping[str, Any]) -> Values:
    """As JSON can keep it; secrets are named, not kept."""
    return {name: _value(name, value) for name, value in values.items() if name != "act_reason"}


def _value(name: str, value: Any) -> Any:
    if any(word in name for word in _SECRET):
        return "…"
    if isinstance(value, Model):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool | dict):
        return value
    if isinstance(value, list | tuple | set) or hasattr(value, "all"):
        return [str(one) for one in (value.all() if hasattr(value, "all") else value)]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
