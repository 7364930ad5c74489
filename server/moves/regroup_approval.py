"""Merging and splitting units: where credit passes from one to another, a second person approves it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import TypeAdapter

from contract.money import Money
from server.billing.credit import TooLittleCredit
from server.estate.models import Unit
from server.language import of_page
from server.moves.regroup_checks import RegroupImpossible
from server.moves.regrouping import Merge, Split, credit_of, merge, split
from server.staff import approvals, people, scope
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "regroup_units"
_MERGE, _SPLIT = TypeAdapter(Merge), TypeAdapter(Split)


def regroup(
    user: Any, unit: Unit, asked: Merge | Split, reason: str, *, at: datetime
) -> Unit | Request:
    """Done at once where no credit passes to another unit, else asked for. What cannot be is refused at
    once, too. Raises RegroupImpossible, ReasonMissing, and PermissionDenied."""
    if not scope.may(user, Deed.REGROUP_UNITS, unit.community_id):
        raise PermissionDenied
    person, minor = people.of(user), credit_moved(asked)
    if not minor or not approvals.needs_another(user, CODE, unit.community_id, minor):
        return _do(unit, asked, person, reason, at)
    with transaction.atomic():
        _do(unit, asked, person, reason, at)
        transaction.set_rollback(True)
    kind, shape = ("merge", _MERGE) if isinstance(asked, Merge) else ("split", _SPLIT)
    details = {"what": kind, "asked": shape.dump_python(asked, mode="json"), "unit": unit.code}  # type: ignore[arg-type]
    values = (str(unit.pk), minor, unit.community.currency, reason, at)
    return approvals.ask(user, CODE, unit.community_id, *values, details=details)


def credit_moved(asked: Merge | Split) -> int:
    """Minor units that would pass to another unit now."""
    return credit_of(asked.others) if isinstance(asked, Merge) else asked.credit_minor


def _do(unit: Unit, asked: Merge | Split, person: Person, reason: str, at: datetime) -> Unit:
    if isinstance(asked, Merge):
        return merge(unit, asked, person, reason, at=at)
    return split(unit, asked, person, reason, at=at)


def _run(request: Request, asker: Person, at: datetime) -> None:
    units = Unit.objects.select_related("community").filter(community=request.community_id)
    unit = units.filter(pk=int(request.subject)).first()
    if unit is None:
        raise CannotBeDone(_("There is no such unit"), ended=True)
    asked = _asked(request)
    if credit_moved(asked) != request.amount_minor:
        raise CannotBeDone(_("There is another credit by now; ask again"), ended=True)
    try:
        _do(unit, asked, asker, request.reason, at)
    except RegroupImpossible as impossible:
        raise CannotBeDone(impossible.said, ended=True) from impossible
    except TooLittleCredit as error:
        raise CannotBeDone(_("There is less credit than that"), ended=True) from error


def _asked(request: Request) -> Merge | Split:
    shape: Any = _MERGE if request.details["what"] == "merge" else _SPLIT
    return shape.validate_python(request.details["asked"])


def _changes(request: Request) -> Sequence[Change]:
    asked, unit = _asked(request), request.details["unit"]
    amount = Money(request.amount_minor, request.currency).display(of_page())
    if isinstance(asked, Merge):
        codes = Unit.objects.filter(pk__in=asked.others).values_list("code", flat=True)
        what, old, new = _("Units merged"), ", ".join([unit, *codes]), asked.code
    else:
        what, old, new = _("Unit split"), unit, f"{unit}, {asked.code}"
    return [
        Change(what, old, new),
        Change(_("From the first day of the month"), "", asked.day.isoformat()),
        Change(_("Credit that goes with it"), "", amount),
    ]


REGROUP = Kind(
    gettext_lazy("Merge or split units"),
    Deed.REGROUP_UNITS,
    _run,
    _changes,
    link=lambda asked: f"/staff/units/{asked.subject}/",
    title=lambda asked: asked.details["unit"],
    always=True,
)
