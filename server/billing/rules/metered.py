"""What the rules that charge by a meter have in common: its use, and how it is shown. Pure."""

from decimal import Decimal
from fractions import Fraction

from contract.messages import ExplainRow
from server.billing.rules.facts import MeterFacts
from server.billing.rules.outcome import plain, row

_METERS = {"electricity": "电表", "water": "水表", "gas": "气表", "heat": "热表"}
_MEASURES = {
    "electricity": ("度", "kWh"),
    "water": ("吨", "m³"),
    "gas": ("立方米", "m³"),
    "heat": ("千瓦时", "kWh"),
}


def measure_of(meter: MeterFacts) -> tuple[str, str]:
    """What it counts in, in Chinese and in English."""
    return _MEASURES[meter.utility]


def readings_of(meter: MeterFacts) -> list[ExplainRow]:
    """Both counters with their days, and what happened to the meter between them."""
    before, now, name = meter.before_on, meter.now_on, _METERS[meter.utility]
    rows = [
        row(
            f"{name}上次读数（{before.month}月{before.day}日）",
            f"Meter, last reading ({before:%b} {before.day})",
            *_counted(meter, meter.before),
        )
    ]
    if meter.replaced is not None:
        old_final, new_first = meter.replaced
        rows += [
            row("旧表止数", "Old meter, last counter", *_counted(meter, old_final)),
            row("新表起数", "New meter, first counter", *_counted(meter, new_first)),
        ]
    rows.append(
        row(
            f"{name}本次读数（{now.month}月{now.day}日）",
            f"Meter, this reading ({now:%b} {now.day})",
            *_counted(meter, meter.now),
        )
    )
    if meter.begins_again_at is not None:
        at = number(meter.begins_again_at)
        rows.append(row("表数过零", "The counter began again", f"满 {at}", f"at {at}"))
    if meter.estimated:
        rows.append(row("本次读数", "This reading", "估抄", "estimated"))
    if meter.multiplier != 1:
        rows.append(row("倍率", "Multiplier", f"× {number(meter.multiplier)}"))
    return rows


def shown(quantity: Fraction, decimals: int = 2) -> str:
    """A quantity as printed: all its decimals where they are few, else rounded to two."""
    value = Decimal(quantity.numerator) / Decimal(quantity.denominator)
    if value == round(value, 5):
        return plain(round(value, 5), decimals)
    return f"{value:.2f}"


def number(value: Decimal) -> str:
    """With thousands marks, and decimals only when there are any."""
    whole, _, decimals = plain(value, 0).partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")


def _counted(meter: MeterFacts, counter: Decimal) -> tuple[str, str]:
    (zh, en), figures = measure_of(meter), number(counter)
    return f"{figures} {zh}", f"{figures} {en}"
