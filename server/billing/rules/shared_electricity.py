"""Shared electricity: what an entrance's meter counted, split over its units by area. Pure."""

from decimal import Decimal

from contract.messages import Text
from contract.money import Money, sign
from server.billing.rules.facts import MeterFacts, PeriodFacts, UnitFacts
from server.billing.rules.outcome import Charge, plain, price_of, row
from server.billing.rules.shares import split


class CounterWentBack(ValueError):
    """A meter shows less than last time: it was read wrongly, or replaced. Staff must look."""


class SharedElectricityByMeter:
    """The cost of each meter is rounded once; the units' shares add up to exactly that."""

    code = "shared_electricity_by_meter"
    name = "公摊电费，按表按面积 Shared electricity by meter and area"

    def charges(self, rate: Decimal, facts: PeriodFacts) -> dict[str, list[Charge]]:
        """Raises CounterWentBack."""
        charges: dict[str, list[Charge]] = {}
        for meter in facts.meters:
            units = [unit for unit in facts.units if unit.entrance == meter.entrance]
            if units:
                for code, charge in _of_meter(meter, units, rate, facts.currency).items():
                    charges.setdefault(code, []).append(charge)
        return charges


def _of_meter(
    meter: MeterFacts, units: list[UnitFacts], rate: Decimal, currency: str
) -> dict[str, Charge]:
    used = meter.now - meter.before
    if used < 0:
        raise CounterWentBack(f"meter {meter.code}: {meter.now} after {meter.before}")
    cost = Money.of(used * rate, currency)
    shares = split(cost.minor, {unit.code: unit.area_m2 for unit in units})
    area = sum((unit.area_m2 for unit in units), Decimal(0))
    return {u.code: _charge(meter, u, shares[u.code], cost, area, rate) for u in units}


def _charge(
    meter: MeterFacts, unit: UnitFacts, share: int, cost: Money, area: Decimal, rate: Decimal
) -> Charge:
    used, part = meter.now - meter.before, unit.area_m2 / area
    price, before_price = price_of(rate, cost.currency, more=1), sign(cost.currency)
    price_zh = f"{price} 元" if cost.currency == "CNY" else f"{before_price}{price}"
    before, now = meter.before_on, meter.now_on
    return Charge(
        amount_minor=share,
        quantity=f"{used * part:.2f}",
        quantity_unit=Text(zh="度", en="kWh"),
        rate=price,
        note=Text(zh=f"{unit.entrance_zh}按面积", en=f"{unit.entrance_en}, by area"),
        explanation=(
            row(
                f"电表上次读数（{before.month}月{before.day}日）",
                f"Meter, last reading ({before:%b} {before.day})",
                *_kwh(meter.before),
            ),
            row(
                f"电表本次读数（{now.month}月{now.day}日）",
                f"Meter, this reading ({now:%b} {now.day})",
                *_kwh(meter.now),
            ),
            row(
                f"用电 {_number(used)} 度 × {price_zh}",
                f"Used {_number(used)} kWh × {before_price}{price}",
                cost.display(),
            ),
            row("本单元总面积", "All units of the entrance", f"{area:,.2f} ㎡", f"{area:,.2f} m²"),
            row("您家面积", "Your unit", f"{unit.area_m2} ㎡", f"{unit.area_m2} m²"),
            row(
                f"您家分摊 {part:.2%}",
                f"Your share {part:.2%}",
                Money(share, cost.currency).display(),
            ),
        ),
    )


def _kwh(counter: Decimal) -> tuple[str, str]:
    return f"{_number(counter)} 度", f"{_number(counter)} kWh"


def _number(value: Decimal) -> str:
    """With thousands marks, and decimals only when there are any."""
    whole, _, decimals = plain(value, 0).partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")
