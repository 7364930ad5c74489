"""Instalments above somebody's limit: another person approves, and only then the bills become others."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.business_day import business_day
from contract.money import Money
from server.billing.instalments.agreeing import agree_by
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import InstalmentsImpossible, Plan, Terms, plan
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import Bill
from server.estate.models import Unit
from server.language import of_page
from server.staff import approvals, people
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed

CODE = "instalments"


def agree(
    user: Any, unit: Unit, terms: Terms, reason: str, at: datetime
) -> Request | InstalmentAgreement:
    """Done at once up to the person's limit, else asked for. Raises as ``agree_by``."""
    today = business_day(at, unit.community.time_zone)
    where = unit.community_id
    seen = preview(unit, terms, today)
    weight = weight_minor(seen)
    with transaction.atomic():
        if approvals.take_alone(user, CODE, where, weight, at):
            return agree_by(people.of(user), unit, terms, reason, today=today, at=at)
    details = {
        "unit": unit.code,
        "bills": list(terms.bills),
        "dues": [day.isoformat() for day in terms.dues],
        "agreed_by": terms.agreed_by,
        "agreed_on": terms.agreed_on.isoformat(),
        "late_fee": terms.late_fee,
        "grows": terms.grows,
        "principal_minor": seen.principal_minor,
        "late_fee_minor": seen.late_fee_minor,
        "amounts": list(terms.amounts),
    }
    values = (str(unit.pk), weight, unit.community.currency, reason, at)
    return approvals.ask(user, CODE, where, *values, details=details)


def preview(unit: Unit, terms: Terms, today: date) -> Plan:
    """What would become of the bills; nothing stays written. Raises as ``plan``."""
    rows = Bill.objects.filter(unit=unit, number__in=terms.bills).select_related("unit")
    with transaction.atomic():
        found = plan(unit, terms, list(rows.order_by("period", "pk")), today)
        transaction.set_rollback(True)
    return found


def weight_minor(seen: Plan) -> int:
    """By which limits are measured: all that is put off, and what is let off with it."""
    return seen.principal_minor + seen.late_fee_minor


def _run(asked: Request, asker: Person, at: datetime) -> None:
    units = Unit.objects.select_related("community").filter(community=asked.community_id)
    unit = units.filter(pk=int(asked.subject)).first()
    if unit is None:
        raise CannotBeDone(_("There is no such unit"), ended=True)
    said = asked.details
    terms = Terms(
        bills=tuple(said["bills"]),
        dues=tuple(date.fromisoformat(day) for day in said["dues"]),
        agreed_by=said["agreed_by"],
        agreed_on=date.fromisoformat(said["agreed_on"]),
        late_fee=said["late_fee"],
        grows=said["grows"],
        amounts=tuple(said["amounts"]),
        rest_to_last=True,  # the late fee went on growing
    )
    today = business_day(at, unit.community.time_zone)
    try:
        made = agree_by(asker, unit, terms, asked.reason, today=today, at=at)
        if made.principal_minor != said["principal_minor"]:
            raise InstalmentsImpossible(_("The bills come to another sum by now; ask again"))
    except BillNotOpen as error:
        ended = _("One of the bills was paid or voided in the meantime")
        raise CannotBeDone(ended, ended=True) from error
    except InstalmentsImpossible as error:
        raise CannotBeDone(error.text, ended=True) from error
    except BillLeased as error:
        unclear = _("This bill may be paid already; it waits until that is known")
        raise CannotBeDone(unclear, ended=False) from error


def _changes(asked: Request) -> Sequence[Change]:
    def money(minor: int) -> str:
        return Money(minor, asked.currency).display(of_page())

    said = asked.details
    dues = f"{len(said['dues'])} × · {said['dues'][0]} – {said['dues'][-1]}"
    found = [
        Change(_("Bills"), "", ", ".join(said["bills"])),
        Change(_("Owed"), "", money(said["principal_minor"])),
        Change(_("Instalments"), "", dues),
    ]
    if said["amounts"]:
        amounts = ", ".join(money(minor) for minor in said["amounts"])
        found.append(Change(_("Amounts"), "", amounts))
    if said["late_fee_minor"]:
        what = str(InstalmentAgreement.LateFee(said["late_fee"]).label)
        fee = f"{money(said['late_fee_minor'])} {what}"
        found.append(Change(_("Late fee until the agreement"), "", fee))
    return found


KIND = Kind(
    gettext_lazy("Agree to instalments"),
    Deed.AGREE_INSTALMENTS,
    _run,
    _changes,
    link=lambda asked: f"/staff/units/{asked.subject}/instalments/",
    title=lambda asked: asked.details["unit"],
)
