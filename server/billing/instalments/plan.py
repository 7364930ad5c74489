"""How a debt becomes instalments: what may be split, into what, to the cent. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from django.utils.translation import gettext as _

from contract.messages import Text
from contract.money import Money
from server.billing import leases, waiving
from server.billing.amounts import late_fee_of, principal_minor, terms_of
from server.billing.debtors import debtors
from server.billing.fees import NEVER_CHARGED, FeeItem
from server.billing.instalments.models import InstalmentAgreement
from server.billing.models import Bill, BillKind, BillState
from server.billing.rules.shares import split_exactly
from server.estate.models import Community, Resident, Unit
from server.language import both, of_page

COUNT_MAX = 36
YEARS_MAX = 3
LATE_FEE_ITEM = "late_fee_agreed"


class InstalmentsImpossible(Exception):
    """``text``: why, in the language of the page."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed: which bills (numbers), the days on which the parts are due, who agreed and when.
    ``late_fee`` and ``grows`` as of ``InstalmentAgreement``. ``amounts``: what each part comes to (minor
    units), in all what is owed; where there are none the parts are equal. ``rest_to_last``: what has
    become owed since they were agreed is due with the last part."""

    bills: tuple[str, ...]
    dues: tuple[date, ...]
    agreed_by: str
    agreed_on: date
    late_fee: str = InstalmentAgreement.LateFee.OWED
    grows: bool = True
    amounts: tuple[int, ...] = ()
    rest_to_last: bool = False


@dataclass(frozen=True, slots=True)
class Debt:
    """Of one fee item: what each bill still asks for (how the bill is called, minor units)."""

    item: FeeItem
    of_bills: tuple[tuple[Text, int], ...]

    @property
    def minor(self) -> int:
        return sum(minor for _, minor in self.of_bills)


@dataclass(frozen=True, slots=True)
class Plan:
    """``parts``: of each instalment what it has of each debt, in their order. ``late_fee_minor``: what
    had grown; where it is owed (``fee_asked``) it is the last debt. ``debtor``: whose debt it is."""

    bills: tuple[Bill, ...]
    debts: tuple[Debt, ...]
    parts: tuple[tuple[int, ...], ...]
    late_fee_minor: int
    fee_asked: bool
    debtor: Resident | None

    @property
    def principal_minor(self) -> int:
        return sum(principal_minor(bill) for bill in self.bills)

    @property
    def totals(self) -> list[int]:
        return [sum(part) for part in self.parts]


def split_evenly(amounts: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """``count`` parts of each amount: of each its part to the minor unit. Whatever does not divide goes
    round, so that the parts' sums differ by one at the most."""
    parts: list[list[int]] = [[] for _ in range(count)]
    turn = 0
    for amount in amounts:
        each, more = divmod(amount, count)
        for place, part in enumerate(parts):
            part.append(each + ((place - turn) % count < more))
        turn = (turn + more) % count
    return [tuple(part) for part in parts]


def split_as_agreed(debts: Sequence[int], amounts: Sequence[int]) -> list[tuple[int, ...]]:
    """Parts of these amounts, which add up to the debts: each has of every debt its part of what is left
    of it, to the minor unit."""
    left, parts = list(debts), []
    for amount in amounts:
        part = split_exactly(amount, [Fraction(minor) for minor in left])
        left = [minor - taken for minor, taken in zip(left, part, strict=True)]
        parts.append(tuple(part))
    return parts


def plan(unit: Unit, terms: Terms, bills: Sequence[Bill], today: date) -> Plan:
    """What these bills of the unit become; they are locked where it is to be done. Raises
    InstalmentsImpossible, BillNotOpen, BillLeased."""
    _check_dues(terms, today)
    if not bills or len(bills) != len(set(terms.bills)):
        raise InstalmentsImpossible(_("Choose the bills that are to be paid by instalments"))
    for bill in bills:
        check_source(unit, bill)
    leases.refuse_held(bills)
    fee = sum(late_fee_of(bill, today, terms_of(unit.community_id)) for bill in bills)
    found = debts_of(bills)
    asked = bool(fee) and terms.late_fee == InstalmentAgreement.LateFee.OWED
    if asked:
        named = both("until %(day)s", day=today.isoformat())
        found.append(Debt(late_fee_item(unit.community), ((named, fee),)))
    parts = _parts([debt.minor for debt in found], terms, unit.community.currency)
    if min(sum(part) for part in parts) <= 0:
        raise InstalmentsImpossible(_("It is too little for so many instalments"))
    return Plan(tuple(bills), tuple(found), tuple(parts), fee, asked, _debtor(bills))


def _parts(debts: Sequence[int], terms: Terms, currency: str) -> list[tuple[int, ...]]:
    if not terms.amounts:
        return split_evenly(debts, len(terms.dues))
    amounts, owed = list(terms.amounts), sum(debts)
    if len(amounts) != len(terms.dues) or min(amounts) <= 0:
        raise InstalmentsImpossible(_("Give the amount of each instalment"))
    if terms.rest_to_last:
        amounts[-1] += max(0, owed - sum(amounts))
    if sum(amounts) != owed:
        sums = {
            "sum": Money(sum(amounts), currency).display(of_page()),
            "owed": Money(owed, currency).display(of_page()),
        }
        said = _("The instalments come to %(sum)s, and %(owed)s is owed")
        raise InstalmentsImpossible(said % sums)
    return split_as_agreed(debts, amounts)


def check_source(unit: Unit, bill: Bill) -> None:
    """Raises BillNotOpen, and InstalmentsImpossible for what is paid in parts already or need not be."""
    if bill.state != BillState.OPEN or bill.unit_id != unit.pk:
        raise leases.BillNotOpen(bill)
    if bill.kind == BillKind.PACKAGE:
        raise InstalmentsImpossible(_("A package is paid whole or not at all"))
    if bill.kind == BillKind.INSTALMENT and bill.instalment.agreement.ended_at is None:
        said = _("%(number)s is an instalment already; end that agreement first")
        raise InstalmentsImpossible(said % {"number": bill.number})


def debts_of(bills: Sequence[Bill]) -> list[Debt]:
    """By fee item in their order, what the bills ask for less what was waived of them."""
    of_item: dict[int, list[tuple[Text, int]]] = {}
    items: dict[int, FeeItem] = {}
    for bill in bills:
        left = waiving.left_by_item(bill)
        known = {item.code: item for item in FeeItem.objects.filter(community=bill.community_id)}
        for code, minor in left.items():
            if minor:
                item = items.setdefault(known[code].pk, known[code])
                of_item.setdefault(item.pk, []).append((_name(bill), minor))
    order = sorted(items.values(), key=lambda item: (item.position, item.code))
    return [Debt(item, tuple(of_item[item.pk])) for item in order]


def late_fee_item(community: Community) -> FeeItem:
    """Under which a late fee that had grown is asked for; no period charges it."""
    name = both("Late fee until the agreement")
    item, _new = FeeItem.objects.get_or_create(
        community=community,
        code=LATE_FEE_ITEM,
        defaults={
            "name_zh": name.zh,
            "name_en": name.en,
            "position": 998,
            "ends_on": NEVER_CHARGED,
        },
    )
    return item


def _check_dues(terms: Terms, today: date) -> None:
    dues = terms.dues
    if not 2 <= len(dues) <= COUNT_MAX:
        most = {"most": COUNT_MAX}
        raise InstalmentsImpossible(_("From two to %(most)s instalments") % most)
    if dues[0] < today or any(later <= day for day, later in pairwise(dues)):
        raise InstalmentsImpossible(_("The days come one after the other, none before today"))
    if dues[-1].year > today.year + YEARS_MAX:
        raise InstalmentsImpossible(_("The last day is at most three years ahead"))
    if not terms.agreed_by:
        raise InstalmentsImpossible(_("Write down who agreed"))
    if terms.late_fee not in InstalmentAgreement.LateFee.values:
        raise InstalmentsImpossible(_("Say what becomes of the late fee"))


def _debtor(bills: Sequence[Bill]) -> Resident | None:
    owing = debtors(bills)
    people = {owing[bill.pk].pk if bill.pk in owing else None for bill in bills}
    if len(people) > 1:
        raise InstalmentsImpossible(_("The bills are debts of different people; agree with each"))
    return owing.get(bills[0].pk)


def _name(bill: Bill) -> Text:
    return bill.title if bill.title_zh else Text(zh=bill.period, en=bill.period)
