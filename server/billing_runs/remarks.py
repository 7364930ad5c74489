"""What of a batch of drafts staff should know: what blocks a bill, odd amounts, units without a payer."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.messages import Text
from server.billing import opening
from server.billing.drafting import Draft
from server.billing.models import Bill
from server.billing.period_facts import PeriodBook
from server.billing.periods import previous_period
from server.billing.rules.facts import PeriodFacts
from server.billing.rules.pieces import in_force
from server.billing_runs.models import BillingTerms
from server.estate import occupancy
from server.language import both, money_said


@dataclass(frozen=True, slots=True)
class Remark:
    """Of one unit, or of the whole run when ``unit_id`` is None. ``item``: code of the fee item."""

    unit_id: int | None
    unit: str
    item: str
    blocks: bool
    code: str
    reason: Text


def of_run(book: PeriodBook, left_out: Sequence[str]) -> list[Remark]:
    """What is known before any unit is looked at."""
    found = [
        _of_all(code, "item_left_out", both("the fee item is left out of this run"))
        for code in left_out
    ]
    if not book.items:
        said = both("there is no fee item, so nothing is charged; add tariffs first")
        found.append(_of_all("", "no_items", said))
    last = PeriodFacts(book.period, ()).last
    for item in book.items:
        if item.tariffs and in_force(item, last) is None:
            begins = min(tariff.valid_from for tariff in item.tariffs)
            said = both("not charged: its first tariff begins on %(day)s", day=begins.isoformat())
            found.append(_of_all(item.code, "not_begun", said))
    return found


def of_batch(book: PeriodBook, terms: BillingTerms, drafts: Sequence[Draft]) -> list[Remark]:
    """In the order of the drafts: first what blocks, then what is odd, then who has no payer."""
    made = [draft for draft in drafts if draft.makes_a_bill]
    keys = [draft.unit.pk for draft in made]
    payers = occupancy.payers(keys, PeriodFacts(book.period, ()).last)
    before = _last_amounts(keys, previous_period(book.period))
    found = []
    for draft in drafts:
        unit = draft.unit
        for item, why in draft.blocked:
            found.append(Remark(unit.pk, unit.code, item, True, why.code, why.reason))
        if not draft.makes_a_bill:
            continue
        last, now = before.get(unit.pk), draft.charges.total_minor
        if last and abs(now - last) * 100 > last * terms.odd_percent:
            said = both(
                "%(now)s, the period before %(last)s",
                now=money_said(now, book.community.currency),
                last=money_said(last, book.community.currency),
            )
            found.append(Remark(unit.pk, unit.code, "", False, "odd_amount", said))
        if unit.pk not in payers:
            said = both("nobody is known who pays for this unit")
            found.append(Remark(unit.pk, unit.code, "", False, "no_payer", said))
    return found


def _of_all(item: str, code: str, reason: Text) -> Remark:
    return Remark(None, "", item, False, code, reason)


def _last_amounts(unit_ids: Sequence[int], period: str) -> dict[int, int]:
    bills = opening.of_months(Bill.objects.filter(unit__in=unit_ids, period=period))
    stand = opening.standing(bills).order_by()
    return dict(stand.values_list("unit_id", "amount_minor"))
