"""Rows of the back office that one person may not change alone: what was typed becomes a request, and the
row is written when another person approves. If the row is another by then, nothing is written."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.money import Money
from server.language import of_page
from server.staff import amounts, approvals, audit, scope
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "change_row"
Values = dict[str, Any]


class _Asked(Exception):
    """The row is not to be written by this person alone; ends the transaction that would."""

    def __init__(self, row: Model, deleted: bool) -> None:
        super().__init__(str(row))
        self.row, self.deleted = row, deleted


class SecondPerson:
    """For a ModelAdmin without rows inside its rows; before the others in the list of bases.

    ``request_kind``: the key of ``approvals.KINDS`` by which it is asked for and limits are measured.
    ``harmless``: columns that decide about no money; who changes only these needs nobody.
    """

    request_kind = CODE
    harmless: tuple[str, ...] = ()

    def needs_second_person(self, row: Any) -> bool:
        """Whether a change of this row, as it is or as it would be, takes two people."""
        raise LookupError("say which rows take two people")

    def weight_minor(self, row: Any) -> int | None:
        """What this row, as it is or as it would be, may come to, for the limits; None where that cannot
        be said: then it takes two people whatever the limit."""
        return None

    def changeform_view(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **named)  # type: ignore[misc]
        except _Asked as asked:
            return self._ask(request, asked, request.POST.get("act_reason", ""))

    def delete_view(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        try:
            return super().delete_view(request, *args, **named)  # type: ignore[misc]
        except _Asked as asked:
            return self._ask(request, asked, _("Deleted in the back office"))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not self._alone(request, _before_and_after(obj)):
            raise _Asked(obj, deleted=False)
        super().save_model(request, obj, form, change)  # type: ignore[misc]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        if not self._alone(request, [obj]):
            raise _Asked(obj, deleted=True)
        super().delete_model(request, obj)  # type: ignore[misc]

    def get_actions(self, request: HttpRequest) -> Any:
        """Many at once are deleted one by one: each may need a request of its own."""
        actions = super().get_actions(request)  # type: ignore[misc]
        actions.pop("delete_selected", None)
        return actions

    def _alone(self, request: HttpRequest, rows: list[Any]) -> bool:
        """``rows``: as it was, if it was, and as it would be. What is done alone counts then."""
        if scope.is_company(request.user) or self._is_harmless(rows):
            return True
        if not any(self.needs_second_person(row) for row in rows):
            return True
        weight, community = self._weight(rows), scope.community_of(rows[-1])
        if weight is None or community is None:
            return False
        kind = self.request_kind
        return approvals.take_alone(request.user, kind, community, weight, timezone.now())

    def _is_harmless(self, rows: list[Any]) -> bool:
        if len(rows) < 2:
            return False
        old, new = (values_of(row) or {} for row in rows)
        return all(name in self.harmless for name in new if old.get(name) != new[name])

    def _weight(self, rows: list[Any]) -> int | None:
        weights = [self.weight_minor(row) for row in rows]
        known = [weight for weight in weights if weight is not None]
        return max(known) if len(known) == len(weights) else None

    def _ask(self, request: HttpRequest, asked: _Asked, reason: str) -> HttpResponse:
        meta, now = asked.row._meta, timezone.now()
        rows = [asked.row] if asked.deleted else _before_and_after(asked.row)
        weight, kind = self._weight(rows) or 0, self.request_kind
        ask_for(
            request.user,
            asked.row,
            reason,
            deleted=asked.deleted,
            at=now,
            kind=kind,
            amount_minor=weight,
        )
        messages.warning(request, _("It waits for another person to approve it"))
        return redirect(f"admin:{meta.app_label}_{meta.model_name}_changelist")


class ColumnsOfSecondPerson:
    """For a ModelAdmin whose rows have rows inside them: a change of the columns ``guarded`` is asked
    for, and everything else is saved."""

    guarded: tuple[str, ...] = ()

    def columns_need_second_person(self, row: Any) -> bool:
        raise LookupError("say of which rows these columns take two people")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = _stored(obj)
        wanted = {
            name: getattr(obj, name)
            for name in self.guarded
            if stored is not None and getattr(stored, name) != getattr(obj, name)
        }
        alone = scope.is_company(request.user) or not wanted
        if alone or not self.columns_need_second_person(stored):
            super().save_model(request, obj, form, change)  # type: ignore[misc]
            return
        for name in wanted:
            setattr(obj, name, getattr(stored, name))
            form.changed_data.remove(name)  # the log tells what was changed
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        asked = type(obj)._default_manager.get(pk=obj.pk)
        for name, value in wanted.items():
            setattr(asked, name, value)
        reason = request.POST.get("act_reason", "") or _("Changed in the back office")
        ask_for(request.user, asked, reason, at=timezone.now())
        messages.warning(request, _("It waits for another person to approve it"))


def ask_for(
    user: Any,
    row: Model,
    reason: str,
    *,
    at: datetime,
    deleted: bool = False,
    kind: str = CODE,
    amount_minor: int = 0,
) -> Request:
    """Asks another person to have the row as it is in memory, or none. Raises what ``approvals.ask``
    does."""
    meta, where = row._meta, scope.community_of(row)
    assert where is not None
    old, new = values_of(_stored(row)), None if deleted else values_of(row)
    details = {"model": meta.label_lower, "pk": row.pk, "old": old, "new": new}
    name = f"{meta.model_name}:{row.pk or 'new-' + _digest(new)}"
    currency = apps.get_model("estate", "Community")._default_manager.get(pk=where).currency
    return approvals.ask(
        user, kind, where, name, amount_minor, currency, reason, at, details=details
    )


def values_of(row: Model | None) -> Values | None:
    """A row's columns as JSON keeps them."""
    if row is None:
        return None
    [plain] = json.loads(serializers.serialize("json", [row]))
    return plain["fields"]


def _before_and_after(row: Any) -> list[Any]:
    stored = _stored(row)
    return [row] if stored is None else [stored, row]


def _stored(row: Model) -> Model | None:
    return type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None


def _digest(values: Values | None) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def _write(asked: Request, asker: Person, at: datetime) -> None:
    details = asked.details
    model = apps.get_model(details["model"])
    stored = None
    if details["pk"] is not None:
        stored = model._default_manager.select_for_update().filter(pk=details["pk"]).first()
    if values_of(stored) != details["old"]:
        raise CannotBeDone(_("It was changed by somebody else in the meantime"), ended=True)
    row = _row(model, details["pk"], details["new"] or details["old"])
    try:
        if details["new"] is None:
            row.delete()
        else:
            row.full_clean()
            row.save()
    except ValidationError as wrong:
        raise CannotBeDone("; ".join(wrong.messages), ended=True) from wrong
    act = "deleted" if details["new"] is None else "changed" if details["old"] else "added"
    subject = (str(model._meta.model_name)[:20], str(details["pk"] or row.pk))
    before, after = details["old"], details["new"]
    where, reason = asked.community_id, asked.reason
    audit.record(where, asker, act, subject, reason, at, before=before, after=after)


def _row(model: type[Model], pk: Any, values: Values) -> Any:
    plain = [{"model": model._meta.label_lower, "pk": pk, "fields": values}]
    [found] = serializers.deserialize("python", plain)
    found.object._state.adding = pk is None
    return found.object


def _changes(asked: Request) -> Sequence[Change]:
    details = asked.details
    model = apps.get_model(details["model"])
    old, new = details["old"] or {}, details["new"] or {}
    rows = [_row(model, details["pk"], values) if values else None for values in (old, new)]
    found = []
    for field in model._meta.concrete_fields:
        name = field.name
        if field.primary_key or name == "community" or name not in {**old, **new}:
            continue
        if old.get(name) != new.get(name):
            shown = (_shown(row, field, asked.currency) for row in rows)
            found.append(Change(field.verbose_name, *shown))
    return found


def _shown(row: Any, field: Any, currency: str) -> str:
    """As people read it; a row that has ``steps_told`` says by it what its ``steps`` are."""
    if row is None:
        return ""
    value = getattr(row, field.name, None)
    if (told := getattr(row, f"{field.name}_told", None)) is not None:
        return str(told())
    if value is not None and currency and amounts.is_amount(field):
        return Money(value, currency).display(of_page())
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _title(asked: Request) -> str:
    details = asked.details
    model = apps.get_model(details["model"])
    row = _row(model, details["pk"], details["new"] or details["old"])
    what = _("deleted") if details["new"] is None else "" if details["old"] else _("new")
    return " · ".join(filter(None, (str(model._meta.verbose_name), str(row), str(what))))


def kind(name: str | Promise, *, always: bool = False) -> Kind:
    """An act that is a change of a row of the back office."""
    return Kind(name, Deed.CHANGE_TARIFF, _write, _changes, title=_title, always=always)


ROW = kind(gettext_lazy("Change of a tariff, of terms, or of what is charged by"), always=True)
