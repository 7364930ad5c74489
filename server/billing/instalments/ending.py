"""Ends an agreement on instalments: what is not paid of it becomes one bill again."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from server.billing import leases
from server.billing.amounts import late_fee_of, terms_of
from server.billing.debtors import agree as owes
from server.billing.debtors import debtors
from server.billing.instalments.agreeing import late_free_of, moved, replace, write_lines
from server.billing.instalments.models import InstalmentAgreement
from server.billing.instalments.plan import (
    Debt,
    InstalmentsImpossible,
    debts_of,
    late_fee_item,
)
from server.billing.models import Bill, BillKind, BillState
from server.billing.periods import period_of
from server.estate.row_locks import hold_community, hold_unit
from server.language import both
from server.ledger import posting
from server.ledger.posting import Line
from server.staff import audit
from server.staff.people import Person

DAYS_TO_PAY = 14


@transaction.atomic
def end_by(
    person: Person, agreement: InstalmentAgreement, reason: str, *, today: date, at: datetime
) -> Bill:
    """The bill of what was left, late fee of instalments that were missed included; it is due in
    DAYS_TO_PAY, and from then on bears a late fee as any bill. Raises InstalmentsImpossible, BillLeased,
    ReasonMissing."""
    hold_community(agreement.community_id)
    unit = hold_unit(agreement.unit_id)
    rows = InstalmentAgreement.objects.select_for_update(of=("self",))
    agreement = rows.get(pk=agreement.pk)
    if agreement.ended_at is not None:
        raise InstalmentsImpossible(_("It was ended already"))
    parts = leases.lock(Bill.objects.filter(instalment__agreement=agreement))
    left = [bill for bill in parts if bill.state == BillState.OPEN]
    if not left:
        raise InstalmentsImpossible(_("All of it is paid"))
    leases.refuse_held(left)
    audit.reason_of(reason)
    fee = sum(late_fee_of(bill, today, terms_of(bill.community_id)) for bill in left)
    debts = debts_of(left)
    if fee:
        named = both("until %(day)s", day=today.isoformat())
        debts.append(Debt(late_fee_item(unit.community), ((named, fee),)))
    rest = _rest(agreement, left[0].currency, debts, today)
    owing = debtors(left)
    replace(left, [rest])
    if left[0].pk in owing:
        owes(rest, owing[left[0].pk], at=at)
    lines = [*moved(left), Line("receivable", rest.amount_minor, unit.pk, rest.number)]
    if fee:
        lines.append(Line("income:late_fee", -fee, unit.pk, rest.number))
    posting.post(
        unit.community_id,
        "instalments",
        f"{agreement.pk}:rest",
        lines,
        currency=rest.currency,
        at=at,
    )
    agreement.ended_at, agreement.rest = at, rest
    agreement.save(update_fields=["ended_at", "rest"])
    before = {"bills": [bill.number for bill in left]}
    after = {"agreement": agreement.pk, "bill": rest.number, "amount_minor": rest.amount_minor}
    where, subject = unit.community_id, ("unit", str(unit.pk))
    audit.record(
        where, person, "instalments_ended", subject, reason, at, before=before, after=after
    )
    return rest


def _rest(agreement: InstalmentAgreement, currency: str, debts: list[Debt], today: date) -> Bill:
    due = today + timedelta(days=DAYS_TO_PAY)
    part = [debt.minor for debt in debts]
    bill = Bill.objects.create(
        community_id=agreement.community_id,
        unit_id=agreement.unit_id,
        number=f"I{agreement.community_id:04d}-{agreement.pk:06d}-R",
        period=period_of(due),
        kind=BillKind.REST,
        title=both("Rest of instalments"),
        issued_on=today,
        due=due,
        currency=currency,
        amount_minor=sum(part),
        late_free_minor=late_free_of(debts, part),
    )
    write_lines(bill, debts, part, both("what is left of the instalments"))
    return bill
