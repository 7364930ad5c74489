"""Bills and units as the kiosk sees them (``contract.messages``). Reads only; names leave masked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from contract import messages, unit_code
from contract.business_day import business_day
from server.billing import waiver_lines
from server.billing.amounts import late_fee_of, open_minor, terms_of
from server.billing.leases import Held, key_of, may_be_paid
from server.billing.merged_units import gone_into, living
from server.billing.models import Bill, BillKind, BillLine, BillReplacement, BillState
from server.billing.parting import smallest_minor
from server.billing.rules.late_fee import LateFeeTerms
from server.estate import occupancy
from server.estate.models import Community, Unit
from server.ledger import posting

HISTORY_PERIODS_MAX = 6

History = dict[tuple[int, str], list[tuple[str, int]]]  # (unit pk, fee item) -> (period, minor)


class UnitNotFound(Exception):
    """The community has no unit of this code."""


class BillNotFound(Exception):
    """The community has no bill of this number."""


def find_unit(community: Community, code: str) -> Unit:
    """The unit that a resident typed, as ``unit_called``; for one that was merged, from the day on which
    it ended, the unit into which it was: with that, what it owes is paid. Raises UnitNotFound."""
    unit = unit_called(community, code)
    return living(unit, business_day(timezone.now(), community.time_zone))


def unit_called(community: Community, code: str) -> Unit:
    """The unit of this code, or that had it when its bills were printed, in whatever spelling
    (``contract.unit_code``), whether it is one still or not. Raises UnitNotFound, also when two units
    could be meant."""
    typed = code.strip()
    units = Unit.objects.filter(community=community)
    unit = units.filter(code__iexact=typed).first()
    if unit is None:
        unit = units.filter(former_codes__code__iexact=typed).first()
    if unit is None:
        unit = _spelled_alike(units, typed, "code") or _spelled_alike(
            units, typed, "former_codes__code"
        )
    if unit is None:
        raise UnitNotFound(code)
    return unit


def _spelled_alike(units: QuerySet[Unit], typed: str, column: str) -> Unit | None:
    wanted = unit_code.key(typed)
    known = units.exclude(**{column: None}).values_list("pk", column)
    found = {pk for pk, code in known if unit_code.key(code) == wanted}
    return units.get(pk=found.pop()) if len(found) == 1 else None


def owing(community: Community, today: date) -> QuerySet[Unit]:
    """The units with open bills, or into which such went; these are not among them."""
    of_here = Unit.objects.filter(community=community)
    owed = Exists(Bill.objects.filter(unit=OuterRef("pk"), state=BillState.OPEN))
    gone = of_here.filter(ends__lte=today, merged_into__isnull=False)
    heirs = {living(unit, today).pk for unit in gone.filter(owed).select_related("merged_into")}
    return of_here.exclude(pk__in=gone.values("pk")).filter(owed | Q(pk__in=heirs))


def find_bill(community: Community, number: str) -> Bill:
    """Raises BillNotFound."""
    bill = Bill.objects.select_related("unit").filter(community=community, number=number).first()
    if bill is None:
        raise BillNotFound(number)
    return bill


def to_contract(bill: Bill, today: date) -> messages.Bill:
    """A bill with its lines as of ``today``; a paid one has ``paid_on`` and nothing open, and ``held``
    says that it may be paid already."""
    held = may_be_paid([bill.unit_id])
    return _bill(bill, today, terms_of(bill.community_id), _history([bill]), held)


def snapshot(unit: Unit, bills: Sequence[Bill], today: date) -> list[messages.Bill]:
    """Bills of one community as of ``today`` with all their lines, to be kept with a payment of ``unit``.
    What the fee items came to in other periods is left out."""
    terms = terms_of(unit.community_id)
    return [_bill(bill, today, terms, {}, {}, unit) for bill in bills]


def account_of(unit: Unit, today: date) -> messages.UnitAccount:
    """A unit's open bills and those of the units that went into it, oldest first, those among them that
    may be paid already marked as held, and its credit balance."""
    return accounts_of([unit], today)[0]


def accounts_of(units: Sequence[Unit], today: date) -> list[messages.UnitAccount]:
    """As ``account_of`` for many units of one community, in a fixed number of queries."""
    if not units:
        return []
    community = units[0].community
    bills = _open_bills(units, today)
    every = [bill for of_unit in bills.values() for bill in of_unit]
    history, held = _history(every), may_be_paid({bill.unit_id for bill in every})
    terms = terms_of(community.pk)
    payers = occupancy.payers(units, today)
    credit = posting.balances_by_unit(community.pk, "credit", [unit.pk for unit in units])
    return [
        messages.UnitAccount(
            unit=unit.code,
            label=unit.label,
            payer=payers[unit.pk].masked_name if unit.pk in payers else "",
            bills=[
                _payable(bill, _bill(bill, today, terms, history, held, unit), community)
                for bill in bills[unit.pk]
            ],
            credit_minor=max(0, -credit.get(unit.pk, 0)),
            currency=community.currency,
        )
        for unit in units
    ]


def credit_minor(unit: Unit) -> int:
    """The unit's credit balance in minor units."""
    return max(0, -posting.balance(unit.community_id, "credit", unit_id=unit.pk))


def overdrawn_minor(unit: Unit) -> int:
    """How much more of its credit was used than there was, in minor units."""
    return max(0, posting.balance(unit.community_id, "credit", unit_id=unit.pk))


def _open_bills(units: Sequence[Unit], today: date) -> dict[int, list[Bill]]:
    """By the unit with which they are paid."""
    found: dict[int, list[Bill]] = defaultdict(list)
    gone = gone_into([unit.pk for unit in units], today)
    payers: dict[int, list[int]] = defaultdict(list)
    for unit in units:
        for owing in (unit.pk, *gone.get(unit.pk, [])):
            payers[owing].append(unit.pk)
    query = Bill.objects.filter(unit__in=payers, state=BillState.OPEN).order_by("period", "pk")
    bills = list(query.select_related("unit").prefetch_related("lines__fee_item"))
    prefetch_related_objects([b for b in bills if waiver_lines.any_of(b)], "waivers__fee_item")
    prefetch_related_objects([b for b in bills if _replaces(b)], "replaces__old")
    for bill in bills:
        for unit in payers[bill.unit_id]:
            found[unit].append(bill)
    return found


def _history(bills: Iterable[Bill]) -> History:
    """What the same fee items came to in other months, oldest first; also of bills that are paid by
    instalments."""
    units = {bill.unit_id for bill in bills}
    sums: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    stands = ~Q(bill__state=BillState.VOID) | Q(
        Exists(BillReplacement.objects.filter(old=OuterRef("bill")))
    )
    lines = BillLine.objects.filter(stands, bill__unit_id__in=units, bill__kind=BillKind.MONTH)
    for unit, item, period, minor in lines.order_by().values_list(
        "bill__unit_id", "fee_item__code", "bill__period", "amount_minor"
    ):
        sums[unit, item][period] += minor
    return {key: sorted(periods.items()) for key, periods in sums.items()}


def _bill(
    bill: Bill,
    today: date,
    terms: LateFeeTerms | None,
    history: History,
    held: Held,
    asked: Unit | None = None,
) -> messages.Bill:
    """``asked``: the unit with which it is shown."""
    other = asked is not None and asked.pk != bill.unit_id
    return messages.Bill(
        number=bill.number,
        unit=bill.unit.code,
        unit_label=bill.unit.label if other else None,
        period=bill.period,
        amount_minor=open_minor(bill, today, terms),
        late_fee_minor=late_fee_of(bill, today, terms),
        currency=bill.currency,
        due=bill.due,
        lines=[
            *(
                _line(line, bill.period, history.get((bill.unit_id, line.fee_item.code), []))
                for line in _lines(bill)
            ),
            *waiver_lines.of(bill),
        ],
        paid_on=bill.paid_on,
        held=bill.state == BillState.OPEN and key_of(bill) in held,
        title=bill.title if bill.title_zh else None,
        replaces=[row.old.number for row in bill.replaces.all()] if _replaces(bill) else [],
    )


def _payable(bill: Bill, told: messages.Bill, community: Community) -> messages.Bill:
    least = smallest_minor(bill, told.amount_minor, community.part_min_minor)
    return told.model_copy(update={"part_min_minor": least}) if least else told


def _replaces(bill: Bill) -> bool:
    return bill.kind in (BillKind.INSTALMENT, BillKind.REST, BillKind.PART)


def lines_of(bill: Bill) -> list[messages.BillLine]:
    """Its lines, and what was waived, without what other periods came to."""
    return [*(_line(line, bill.period, []) for line in _lines(bill)), *waiver_lines.of(bill)]


def _lines(bill: Bill) -> list[BillLine]:
    cached = getattr(bill, "_prefetched_objects_cache", {})
    query = bill.lines.all() if "lines" in cached else bill.lines.select_related("fee_item")
    return sorted(query, key=lambda line: line.position)


def _line(line: BillLine, period: str, history: list[tuple[str, int]]) -> messages.BillLine:
    until_now = [entry for entry in history if entry[0] <= period]
    note = line.note if line.note_zh else None
    return messages.BillLine(
        fee_item=line.fee_item.code,
        name=line.fee_item.name,
        amount_minor=line.amount_minor,
        quantity=line.quantity,
        quantity_unit=line.quantity_unit,
        rate=line.rate,
        note=note,
        explanation=[messages.ExplainRow.model_validate(item) for item in line.explanation],
        history=until_now[-HISTORY_PERIODS_MAX:],
    )
