"""Why a bill is another than the one before, from the figures of both. Reads only."""

from dataclasses import dataclass

from contract.messages import Text
from contract.money import Money
from server.billing.models import Bill, BillKind, BillState


@dataclass(frozen=True, slots=True)
class Difference:
    """One fee item. ``before`` None: it was not on the earlier bill; ``now`` None: it is no more."""

    name: Text
    before: Money | None
    now: Money | None
    quantities: tuple[str, str]  # with their unit, before and now; empty where they are the same
    rates: tuple[str, str]

    @property
    def more(self) -> Money:
        return Money(_minor(self.now) - _minor(self.before), self.currency)

    @property
    def currency(self) -> str:
        known = self.now or self.before
        assert known is not None
        return known.currency


def before(bill: Bill) -> Bill | None:
    """The bill of the month before this one that the unit had."""
    if bill.kind != BillKind.MONTH:
        return None
    rows = Bill.objects.filter(unit=bill.unit, kind=BillKind.MONTH, period__lt=bill.period)
    return rows.exclude(state=BillState.VOID).order_by("-period").first()


def differences(bill: Bill, earlier: Bill) -> list[Difference]:
    """The items whose amount is another, the largest first."""
    was, now = _lines(earlier), _lines(bill)
    found = []
    for item in [*now, *(item for item in was if item not in now)]:
        old, new = was.get(item), now.get(item)
        if _amount(old) == _amount(new):
            continue
        line = (new or old or [])[0]
        found.append(
            Difference(
                line.fee_item.name,
                Money(_amount(old), bill.currency) if old else None,
                Money(_amount(new), bill.currency) if new else None,
                _pair(old, new, "quantity"),
                _pair(old, new, "rate"),
            )
        )
    return sorted(found, key=lambda one: -abs(one.more.minor))


def _lines(bill: Bill) -> dict[int, list]:
    found: dict[int, list] = {}
    for line in bill.lines.select_related("fee_item").order_by("position"):
        found.setdefault(line.fee_item_id, []).append(line)
    return found


def _amount(lines: list | None) -> int:
    return sum(line.amount_minor for line in lines or ())


def _minor(money: Money | None) -> int:
    return money.minor if money else 0


def _pair(old: list | None, new: list | None, name: str) -> tuple[str, str]:
    """Where each bill has one line of it, and they differ."""
    if not old or not new or len(old) > 1 or len(new) > 1:
        return "", ""
    one, two = getattr(old[0], name), getattr(new[0], name)
    return (one, two) if one and two and one != two else ("", "")
