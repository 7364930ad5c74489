"""Paying credit out: above somebody's limit another person approves, and only then it is handed out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import business_day
from contract.money import Money
from server.billing.credit import KeyReused, TooLittleCredit, pay_out_by
from server.billing.credit_moves import CreditMove
from server.billing.unit_accounts import credit_minor
from server.estate.models import Unit
from server.language import of_page
from server.staff import approvals, people
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "pay_out"


def pay_out(
    user: Any,
    unit: Unit,
    amount_minor: int,
    how: str,
    reason: str,
    *,
    key: str,
    today: date,
    at: datetime,
) -> Request | CreditMove:
    """Done at once up to the person's limit, else asked for. Raises as ``pay_out_by``."""
    where = unit.community_id
    there = credit_minor(unit)
    with transaction.atomic():
        if approvals.take_alone(user, CODE, where, amount_minor, at):
            by = people.of(user)
            return pay_out_by(by, unit, amount_minor, how, reason, key=key, today=today, at=at)
    if there < amount_minor:
        raise TooLittleCredit(there)
    details = {"how": how, "key": key, "credit_minor": there, "unit": unit.code}
    values = (str(unit.pk), amount_minor, unit.community.currency, reason, at)
    return approvals.ask(user, CODE, where, *values, details=details)


def _run(asked: Request, asker: Person, at: datetime) -> None:
    unit = _unit(asked)
    if unit is None:
        raise CannotBeDone(_("There is no such unit"), ended=True)
    how, key = asked.details["how"], asked.details["key"]
    today = business_day(at, unit.community.time_zone)
    try:
        pay_out_by(asker, unit, asked.amount_minor, how, asked.reason, key=key, today=today, at=at)
    except TooLittleCredit as error:
        left = Money(error.credit_minor, asked.currency).display(of_page())
        said = _("There is only %(left)s of credit by now") % {"left": left}
        raise CannotBeDone(said, ended=True) from error
    except KeyReused as error:
        raise CannotBeDone(_("It was done already"), ended=True) from error


def _unit(asked: Request) -> Unit | None:
    units = Unit.objects.select_related("community")
    return units.filter(community=asked.community_id, pk=int(asked.subject)).first()


def _changes(asked: Request) -> Sequence[Change]:
    def money(minor: int) -> str:
        return Money(minor, asked.currency).display(of_page())

    before = asked.details["credit_minor"]
    how = str(CreditMove.How(asked.details["how"]).label)
    return [
        Change(how),
        Change(_("Prepaid credit"), money(before), money(before - asked.amount_minor)),
    ]


PAY_OUT = Kind(
    gettext_lazy("Pay credit out"),
    Deed.KEEP_CREDIT,
    _run,
    _changes,
    link=lambda asked: f"/staff/units/{asked.subject}/credit/",
    title=lambda asked: asked.details["unit"],
)
