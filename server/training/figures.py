"""Cases about figures: of flats, meters and bills that are made up, by the sample's fees. What is right
is what the fee rules themselves answer. Pure."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from server.billing.rules.facts import KeptFacts, MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.item import ItemFacts, Pool, TariffFacts
from server.billing.rules.late_fee import late_fee_minor
from server.billing.rules.registry import RULES
from server.language import both, money_said
from server.sample_data.estate import FEES, LATE_FEE
from server.training.cases import Case, different

CURRENCY = "CNY"
OTHERS = 3  # wrong ones beside the right one
_NOBODY = Text(zh="", en="")
_PEOPLE = (_("Ms Chen"), _("Mr Lin"), _("Mrs Zhao"), _("Mr Gu"), _("Ms Xu"))
_BY_AREA = _("Floor area times the price of a square metre a month, rounded once")
_BY_SPACE = _("The price of a space a month, for the days on which it was held")
_SHARED = _("What the common meter counted times the price, split by floor area")
_LATE = _("0.05 percent a day of what is open, counted from the day it was due, 30 percent at most")
_SAME = _("The same amount for every flat")
_BY_PEOPLE = _("By the number of people who live there")
_BY_FLOOR = _("The higher the floor, the more")
_ONCE = _("Once a year, whatever was open")
_RULES = (_BY_AREA, _BY_SPACE, _SHARED, _LATE, _SAME, _BY_PEOPLE, _BY_FLOOR, _ONCE)


def made_up(today: date, random: Random) -> list[Case]:
    """One case of each kind, in an order that ``random`` gives."""
    makers: list[Callable[[date, Random], Case]]
    makers = [_property, _late_fee, _late_fee_cap, _parking, _shared]
    random.shuffle(makers)
    return [make(today, random) for make in makers]


def _case(
    kind: str,
    tells: Promise,
    said: dict[str, Any],
    amounts: tuple[Promise, list[tuple[int, dict[str, Any]]]],
    rule: Promise,
    random: Random,
) -> Case:
    """``amounts``: how an answer is worded, and for each its minor units and what else it names."""
    wording, figures = amounts
    answers = [both(wording, amount=_money(minor), **more) for minor, more in figures]
    others = [one for one in _RULES if one is not rule]
    random.shuffle(others)
    rules = tuple(both(one) for one in (rule, *others[:OTHERS]))
    person = both(random.choice(_PEOPLE))
    right, *wrong = answers
    told = both(tells, person=person, **said)
    return Case(kind, told, different(right, wrong, OTHERS), rules)


def _money(minor: int) -> Any:
    return money_said(minor, CURRENCY)


def _item(code: str, **more: Any) -> ItemFacts:
    name, rule, rate = FEES[code]
    return ItemFacts(code, name, (TariffFacts(rule, date(2000, 1, 1), Decimal(rate)),), **more)


def _charged(code: str, units: tuple[UnitFacts, ...], period: str, **more: Any) -> int:
    """What the rule charges the first of the units, in minor units."""
    facts = PeriodFacts(period, units, CURRENCY)
    outcome = RULES[FEES[code][1]].charge(_item(code, **more), facts)
    return sum(charge.amount_minor for charge in outcome.charges[units[0].code])


def _flat(area: Decimal, code: str = "9-1-0503", **more: Any) -> UnitFacts:
    return UnitFacts(code, ("9", "1"), _NOBODY, area, **more)


def _area(random: Random) -> Decimal:
    return Decimal(random.randrange(5_010, 15_990, 10) + 6) / 100


def _month_before(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _minor(major: Decimal) -> int:
    return round(major * 100)


def _property(today: date, random: Random) -> Case:
    area, period, rate = _area(random), _month_before(today), Decimal(FEES["property"][2])
    right = _charged("property", (_flat(area),), period)
    whole, inner = area.to_integral_value(), (area * Decimal("0.78")).quantize(Decimal("0.01"))
    figures = [
        (right, {"area": area, "price": rate}),
        (_minor(whole * rate), {"area": whole, "price": rate}),
        (_minor(inner * rate), {"area": inner, "price": rate}),
        (_minor(area * rate * 12), {"area": area, "price": rate * 12}),
    ]
    wording = _("%(area)s m² × ¥%(price)s = %(amount)s")
    tells = _(
        "%(person)s has a flat of %(area)s m² and asks how the property fee of %(period)s comes "
        "about. The price is ¥%(price)s for each m² a month."
    )
    said = {"area": area, "period": period, "price": rate}
    return _case("property", tells, said, (wording, figures), _BY_AREA, random)


_LATE_TELLS = _(
    "%(person)s has a bill of %(open)s that was due on %(due)s. Today is %(today)s. How much is the "
    "late fee?"
)
_LATE_ANSWER = _("%(amount)s, for %(days)s days")


def _late_fee(today: date, random: Random) -> Case:
    return _late(today, random, "late_fee", random.randint(12, 95))


def _late_fee_cap(today: date, random: Random) -> Case:
    return _late(today, random, "late_fee_cap", random.randint(640, 900))


def _late(today: date, random: Random, kind: str, days: int) -> Case:
    bill, due = random.randrange(20_000, 60_000, 50), today - timedelta(days=days)
    right = late_fee_minor(bill, due, today, LATE_FEE)
    a_day = bill * LATE_FEE.daily_rate
    figures = [
        (right, {"days": days}),
        (round(a_day * 10 * days), {"days": days}),
        (round(a_day * (days + 30)), {"days": days + 30}),
        (round(a_day * days / 2), {"days": days // 2}),
        (round(a_day * days), {"days": days}),
    ]
    said = {"open": _money(bill), "due": due.isoformat(), "today": today.isoformat()}
    return _case(kind, _LATE_TELLS, said, (_LATE_ANSWER, figures), _LATE, random)


def _parking(today: date, random: Random) -> Case:
    period, price = _month_before(today), _minor(Decimal(FEES["parking"][2]))
    begins = date.fromisoformat(f"{period}-01") + timedelta(days=random.randint(9, 20))
    spaces = (KeptFacts("B1-901", "let"), KeptFacts("B1-902", "let", begins=begins))
    right = _charged("parking", (_flat(Decimal(90), parking_spaces=spaces),), period)
    figures = [(right, {}), (2 * price, {}), (price, {}), (price + price // 2 + 1, {})]
    tells = _(
        "%(person)s has held one parking space for years and a second one since %(day)s. Parking is "
        "%(price)s a space a month. What is on the bill of %(period)s for parking?"
    )
    said = {"day": begins.isoformat(), "price": _money(price), "period": period}
    return _case("parking", tells, said, (_("%(amount)s together"), figures), _BY_SPACE, random)


def _shared(today: date, random: Random) -> Case:
    period, rate = _month_before(today), Decimal(FEES["electricity"][2])
    own, rest, flats = _area(random), Decimal(random.randrange(300, 420)), random.randint(4, 6)
    used = Decimal(random.randrange(420, 980))
    first = date.fromisoformat(f"{period}-01")
    other = _flat(rest, "9-1-0000")
    meter = MeterFacts("E901", ("9", "1"), Decimal(0), first, used, first + timedelta(days=27))
    weights = {"9-1-0503": own, other.code: rest}
    pool = Pool("E901", ("9", "1"), weights, meter)
    right = _charged("electricity", (_flat(own), other), period, pools=(pool,))
    cost = _minor(used * rate)
    figures = [
        (right, {}),
        (cost // flats, {}),
        (cost, {}),
        (round(cost * own / (own + rest) * 2), {}),
    ]
    tells = _(
        "The common meter of the entrance counted %(used)s kWh in %(period)s, at ¥%(rate)s each. "
        "%(person)s has %(own)s m² of the %(all)s m² of the %(flats)s flats there. What is the "
        "flat's share?"
    )
    said = {"used": used, "period": period, "rate": rate, "own": own}
    said |= {"all": own + rest, "flats": flats}
    return _case(
        "electricity", tells, said, (_("%(amount)s for the flat"), figures), _SHARED, random
    )
