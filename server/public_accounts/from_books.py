"""Figures of a quarter from the books, for the rows of a publication: what was billed and collected of
each fee item, and late fees. Totals only: never of a unit or a person. Reads only.

A row that was taken from the books has ``book`` (the figure's key), ``book_minor`` (what the books said),
``as_of`` (when, ISO 8601) and ``book_more`` (what is told beside it) besides what every row has.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from contract.business_day import day_begins, local_time
from contract.messages import Text
from contract.public_accounts import quarter
from server.billing.fees import FeeItem
from server.billing.models import Allocation, BillLine
from server.billing.typed_money import MAX_MINOR
from server.estate.models import Community
from server.language import both, money_said
from server.ledger.models import Entry
from server.public_accounts.models import Kind, Publication, Section
from server.public_accounts.rows import NAME_MAX, ROWS_MAX, NotGood, Row

SAID_OF_IT = len(", collected")  # the longest of what follows the name of an item
UNITS_LEAST = 3  # what fewer have in common is told within ``OTHER``, so that nobody's bill is told
OTHER, LATE_FEE = "*", "late_fee"
BILLED, COLLECTED = "billed", "collected"
OF_BOOKS = (Kind.COMMON, Kind.ENERGY)  # kinds whose rows can be taken from the books
MARKS = ("book", "book_minor", "as_of", "book_more")


@dataclass(frozen=True, slots=True)
class Figure:
    """``beside``: what is told with the amount; None: nothing."""

    key: str
    name: Text
    minor: int
    beside: Text | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of the draft that does not say what the books say. ``then``: what they said when it was
    taken from them; ``now``: what they say."""

    name: Text
    draft: int
    then: int
    now: int
    as_of: datetime


def days_of(period: str) -> tuple[date, date] | None:
    """The first day of a quarter, and of the next one; None for what is no quarter."""
    found = quarter(period)
    if found is None:
        return None
    year, number = found
    last_year, month = (year + 1, 1) if number == 4 else (year, number * 3 + 1)
    return date(year, number * 3 - 2, 1), date(last_year, month, 1)


def figures(community: Community, kind: Kind, period: str) -> list[Figure]:
    """What there is to take, none of it nought. Collected is what residents paid of it in the quarter,
    billed what was asked for in it, less what was voided and waived."""
    days = days_of(period)
    if kind not in OF_BOOKS or days is None:
        return []
    (billed, late), collected = _billed(community, *days), _collected(community, *days)
    names = {one.code: one.name for one in FeeItem.objects.filter(community=community)}
    order = [*names, *sorted({*billed.told, *collected.told} - {*names})]
    found = []
    for code in order:
        name = names.get(code) or both("Other fees")
        asked, paid = billed.told[code], collected.told[code]
        if paid > 0:
            told = both("%(item)s, collected", item=_fitting(name))
            beside = both("Billed: %(amount)s", amount=money_said(asked, community.currency))
            shown = beside if billed.beside(code) and asked > 0 else None
            found.append(Figure(f"{COLLECTED}:{code}", told, paid, shown))
        if asked > 0:
            told = both("%(item)s, billed", item=_fitting(name))
            beside = both("Collected: %(amount)s", amount=money_said(paid, community.currency))
            shown = beside if collected.beside(code) else None
            found.append(Figure(f"{BILLED}:{code}", told, asked, shown))
    if late > 0:
        found.append(Figure(LATE_FEE, both("Late fees"), late))
    return found


def _fitting(name: Text) -> Text:
    """An item's name, so that whether it is what was billed or collected still stands behind it."""
    most = NAME_MAX - SAID_OF_IT
    return Text(zh=name.zh[:most], en=name.en[:most])


@dataclass(frozen=True, slots=True)
class _Sums:
    """Minor units by fee item: ``told`` as they may be, with ``OTHER``; ``within``: the items in that."""

    told: Counter[str]
    within: frozenset[str]

    def beside(self, item: str) -> bool:
        """Whether it is known what is told of the item: not of one among others, and not of the others,
        which are other items where they are billed than where they are collected."""
        return item != OTHER and item not in self.within


def _billed(community: Community, first: date, after: date) -> tuple[_Sums, int]:
    """By fee item, from the ledger, and what was booked as late fees. What brings income is a credit."""
    zone = community.time_zone
    entries = Entry.objects.filter(
        community=community,
        transaction__posted_at__gte=day_begins(first, zone),
        transaction__posted_at__lt=day_begins(after, zone),
    )
    by, units = Counter[str](), dict[str, int]()
    for head in ("income", "waivers"):
        rows = entries.filter(account__code__startswith=f"{head}:").order_by()
        sums = rows.values_list("account__code")
        for code, minor, many in sums.annotate(Sum("amount_minor"), Count("unit", distinct=True)):
            item = code.partition(":")[2]
            by[item] -= minor
            units[item] = max(units.get(item, 0), many)
    late = by.pop(LATE_FEE, 0)
    return _within_others(by, units), late


def _collected(community: Community, first: date, after: date) -> _Sums:
    """By fee item: what the lines of the bills come to that were paid then, less what was waived of
    them. A payment that was undone does not count."""
    paid = Allocation.objects.filter(
        community=community, undone=False, allocated_on__gte=first, allocated_on__lt=after
    )
    bills = paid.values("bill")
    by, units = Counter[str](), dict[str, int]()
    lines = BillLine.objects.filter(bill__in=bills).order_by().values_list("fee_item__code")
    for code, minor, many in lines.annotate(
        Sum("amount_minor"), Count("bill__unit", distinct=True)
    ):
        by[code], units[code] = minor, many
    waived = Entry.objects.filter(
        community=community,
        account__code__startswith="waivers:",
        bill_number__in=paid.values("bill__number"),
    )
    for code, minor in waived.order_by().values_list("account__code").annotate(Sum("amount_minor")):
        item = code.partition(":")[2]
        if item != LATE_FEE:
            by[item] -= minor
    return _within_others(by, units)


def _within_others(by: Counter[str], units: Mapping[str, int]) -> _Sums:
    told, within = Counter[str](), set[str]()
    for code, minor in by.items():
        few = units.get(code, 0) < UNITS_LEAST
        told[OTHER if few else code] += minor
        if few and minor:
            within.add(code)
    return _Sums(told, frozenset(within))


def _hidden(community: Community, period: str) -> set[str]:
    """Keys of figures that are told within others by now: such a row would say nought."""
    days = days_of(period)
    if days is None:
        return set()
    billed, _late = _billed(community, *days)
    sides = {BILLED: billed, COLLECTED: _collected(community, *days)}
    return {f"{side}:{item}" for side, sums in sides.items() for item in sums.within}


def _counts_twice(keys: Iterable[str]) -> bool:
    """Whether an item may be among them as billed and as collected: others may hold any."""
    items = {BILLED: set[str](), COLLECTED: set[str]()}
    for key in keys:
        side, _colon, item = key.partition(":")
        if side in items:
            items[side].add(item)
    billed, collected = items[BILLED], items[COLLECTED]
    either = billed and collected and OTHER in billed | collected
    return bool(either or billed & collected)


def taken(
    community: Community,
    kind: Kind,
    period: str,
    rows: Iterable[Row],
    wanted: Iterable[str],
    now: datetime,
) -> list[Row]:
    """The rows as the books have them ``now``, and those that are ``wanted`` besides. An amount that was
    typed over stays as it was typed. A row of an item that is told within others by now goes, for the
    others have it. Raises NotGood."""
    known = {one.key: one for one in figures(community, kind, period)}
    hidden = _hidden(community, period)
    made = []
    for row in rows:
        if row.get("book") in hidden:
            made += [_without_marks(row)] if _typed_over(row) else []
        else:
            made.append(_again(row, known, now) if row.get("book") else row)
    there = {row.get("book") for row in made}
    made += [_row(known[key], kind, now) for key in wanted if key in known and key not in there]
    if _counts_twice(row["book"] for row in made if row.get("book")):
        raise NotGood(_("Take what was billed or what was collected of an item: both count twice"))
    if any((row["minor"] or 0) > MAX_MINOR for row in made):
        raise NotGood(_("An amount is larger than can be told"))
    if len(made) > ROWS_MAX:
        raise NotGood(_("At most %(most)s rows") % {"most": ROWS_MAX})
    return made


def _row(figure: Figure, kind: Kind, now: datetime) -> Row:
    return {
        "section": Section.INCOME.value if kind == Kind.COMMON else "",
        "zh": figure.name.zh,
        "en": figure.name.en,
        "more_zh": "",
        "more_en": "",
        "minor": figure.minor,
        **_marks(figure.key, figure.minor, figure.beside, now),
    }


def _marks(key: str, minor: int, beside: Text | None, now: datetime) -> Row:
    told = {"zh": beside.zh, "en": beside.en} if beside else None
    return {"book": key, "book_minor": minor, "as_of": now.isoformat(), "book_more": told}


def _again(row: Row, known: Mapping[str, Figure], now: datetime) -> Row:
    """A figure that the books have no more is nought."""
    figure = known.get(row["book"])
    minor = figure.minor if figure else 0
    marks = _marks(row["book"], minor, figure.beside if figure else None, now)
    return {**row, "minor": row["minor"] if _typed_over(row) else minor, **marks}


def _typed_over(row: Row) -> bool:
    return bool(row["minor"] != row["book_minor"])


def _without_marks(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in MARKS}


def marked(rows: list[Row], keys: Iterable[str], before: Iterable[Row]) -> list[Row]:
    """What was typed or left as it was, with the marks that the rows of these keys had ``before``. Which
    amount the books said is never taken from a form."""
    known = {row["book"]: row for row in before if row.get("book")}
    made = []
    for row, key in zip(rows, keys, strict=True):
        old = known.pop(key, None)
        made.append({**row, **{name: old[name] for name in MARKS}} if old else row)
    return made


def told_more(row: Row, community: Community) -> Text | None:
    """What stands beneath a row's name for everybody: what was typed, and, where the amount is that of
    the books, that it is, and as of when."""
    typed = Text(zh=row["more_zh"], en=row["more_en"]) if row["more_zh"] else None
    if not row.get("book") or row["minor"] != row["book_minor"]:
        return typed
    at = local_time(datetime.fromisoformat(row["as_of"]), community.time_zone)
    said = both("From the books, as of %(time)s", time=f"{at:%Y-%m-%d %H:%M}")
    beside = row["book_more"]
    parts = [typed, Text(**beside) if beside else None, said]
    told = [part for part in parts if part]
    joined = told[0]
    for part in told[1:]:
        joined = both("%(one)s; %(more)s", one=joined, more=part)
    return joined


def differences(found: Publication) -> list[Difference]:
    """Rows from the books that say another amount than the books said, or say now."""
    kind, rows = Kind(found.kind), [row for row in found.rows if row.get("book")]
    if not rows:
        return []
    known = {one.key: one.minor for one in figures(found.community, kind, found.period)}
    different = []
    for row in rows:
        now = known.get(row["book"], 0)
        if row["minor"] in (row["book_minor"], None) and row["book_minor"] == now:
            continue
        name, as_of = Text(zh=row["zh"], en=row["en"]), datetime.fromisoformat(row["as_of"])
        draft = row["minor"] or 0
        different.append(Difference(name, draft, row["book_minor"], now, as_of))
    return different
