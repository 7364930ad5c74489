"""Agrees to instalments: the bills are voided and others asked for in their place, each with its day and
its share of the lines. What was earned and what was waived stays booked; the debt alone moves."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from contract.messages import ExplainRow, Text
from contract.money import Money
from server.billing import leases
from server.billing.amounts import principal_minor
from server.billing.debtors import agree as owes
from server.billing.instalments.models import Instalment, InstalmentAgreement
from server.billing.instalments.plan import LATE_FEE_ITEM, Debt, Plan, Terms, plan
from server.billing.models import Bill, BillKind, BillLine, BillReplacement, BillState
from server.billing.periods import period_of
from server.estate.models import Unit
from server.estate.row_locks import hold_community, hold_unit
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person


@transaction.atomic
def agree_by(
    person: Person, unit: Unit, terms: Terms, reason: str, *, today: date, at: datetime
) -> InstalmentAgreement:
    """Raises InstalmentsImpossible, BillNotOpen, BillLeased, ReasonMissing."""
    hold_community(unit.community_id)  # no run makes one of these bills anew meanwhile
    unit = hold_unit(unit.pk)
    said = audit.reason_of(reason)
    rows = Bill.objects.filter(unit=unit, number__in=terms.bills)
    made = plan(unit, terms, leases.lock(rows), today)
    agreement = InstalmentAgreement.objects.create(
        community_id=unit.community_id,
        unit=unit,
        agreed_by=terms.agreed_by,
        agreed_on=terms.agreed_on,
        principal_minor=made.principal_minor,
        late_fee_minor=made.late_fee_minor,
        late_fee=terms.late_fee,
        grows=terms.grows,
        reason=said,
        made_by_name=person.name,
        made_at=at,
    )
    new = _write(agreement, made, terms, today)
    replace(made.bills, new)
    lines = [*moved(made.bills), *_asked(new, made)]
    posting.post(
        unit.community_id,
        "instalments",
        str(agreement.pk),
        lines,
        currency=new[0].currency,
        at=at,
    )
    if made.debtor is not None:
        for bill in new:
            owes(bill, made.debtor, at=at)
    _record(person, agreement, made, new, reason, at)
    return agreement


def _write(agreement: InstalmentAgreement, made: Plan, terms: Terms, today: date) -> list[Bill]:
    bills = []
    for number, (due, part) in enumerate(zip(terms.dues, made.parts, strict=True), 1):
        count = {"n": number, "count": len(terms.dues)}
        total = sum(part)
        bill = Bill.objects.create(
            community_id=agreement.community_id,
            unit_id=agreement.unit_id,
            number=f"I{agreement.community_id:04d}-{agreement.pk:06d}-{number}",
            period=period_of(due),
            kind=BillKind.INSTALMENT,
            title=both("Instalment %(n)s of %(count)s", **count),
            issued_on=today,
            due=due,
            currency=made.bills[0].currency,
            amount_minor=total,
            late_free_minor=late_free_of(made.debts, part) if terms.grows else total,
        )
        write_lines(bill, made.debts, part, both("instalment %(n)s of %(count)s", **count))
        Instalment.objects.create(
            community_id=agreement.community_id, agreement=agreement, number=number, bill=bill
        )
        bills.append(bill)
    return bills


def late_free_of(debts: Sequence[Debt], part: Sequence[int]) -> int:
    """A late fee that is asked for bears none itself."""
    shares = zip(debts, part, strict=True)
    return sum(minor for debt, minor in shares if debt.item.code == LATE_FEE_ITEM)


def write_lines(bill: Bill, debts: Sequence[Debt], part: Sequence[int], note: Text) -> None:
    """A line for each debt of which the bill has a share, with what it is a share of."""
    BillLine.objects.bulk_create(
        BillLine(
            community_id=bill.community_id,
            bill=bill,
            fee_item=debt.item,
            position=position,
            amount_minor=minor,
            quantity="1",
            quantity_unit=both("part"),
            rate=str(Money(minor, bill.currency).decimal),
            note=note,
            explanation=[row.model_dump() for row in _explained(debt, minor, bill.currency)],
        )
        for position, (debt, minor) in enumerate(zip(debts, part, strict=True), 1)
        if minor
    )


def _explained(debt: Debt, share: int, currency: str) -> list[ExplainRow]:
    rows = [ExplainRow(label=name, value=_money(minor, currency)) for name, minor in debt.of_bills]
    if len(rows) > 1:
        rows.append(ExplainRow(label=both("Together"), value=_money(debt.minor, currency)))
    if share != debt.minor:
        rows.append(ExplainRow(label=both("Of that now"), value=_money(share, currency)))
    return rows


def _money(minor: int, currency: str) -> Text:
    shown = Money(minor, currency).display()
    return Text(zh=shown, en=shown)


def replace(old: Sequence[Bill], new: Sequence[Bill]) -> None:
    """Voids the locked ``old`` bills without taking back what was booked of them, and says of ``new``
    ones that they stand for those, and for all for which those stood."""
    Bill.objects.filter(pk__in=[bill.pk for bill in old]).update(state=BillState.VOID)
    stood = BillReplacement.objects.filter(new__in=old).values_list("old", flat=True)
    keys = dict.fromkeys([*(bill.pk for bill in old), *stood])
    BillReplacement.objects.bulk_create(
        BillReplacement(community_id=bill.community_id, old_id=key, new=bill)
        for bill in new
        for key in keys
    )


def moved(bills: Sequence[Bill]) -> list[Line]:
    """What the bills are owed no more."""
    return [Line("receivable", -principal_minor(b), b.unit_id, b.number) for b in bills]


def _asked(bills: Sequence[Bill], made: Plan) -> list[Line]:
    """A late fee that had grown is income as soon as it is asked for."""
    lines = []
    for bill, part in zip(bills, made.parts, strict=True):
        lines.append(Line("receivable", bill.amount_minor, bill.unit_id, bill.number))
        if made.fee_asked and part[-1]:
            lines.append(Line("income:late_fee", -part[-1], bill.unit_id, bill.number))
    return lines


def _record(
    person: Person,
    agreement: InstalmentAgreement,
    made: Plan,
    new: Sequence[Bill],
    reason: str,
    at: datetime,
) -> None:
    before = {"bills": [bill.number for bill in made.bills], "late_fee_minor": made.late_fee_minor}
    after = {
        "agreement": agreement.pk,
        "bills": [bill.number for bill in new],
        "dues": [bill.due.isoformat() for bill in new],
        "totals_minor": made.totals,
        "late_fee": agreement.late_fee,
        "grows": agreement.grows,
        "agreed_by": agreement.agreed_by,
    }
    where, subject = agreement.community_id, ("unit", str(agreement.unit_id))
    audit.record(
        where, person, "instalments_agreed", subject, reason, at, before=before, after=after
    )
