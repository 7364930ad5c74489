"""The sheet of readings. A reading that is known is not changed by a file: bills may be made of it."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from server.billing.meters import Meter, MeterReading
from server.bulk_insert import insert_many
from server.onboarding.estate_index import Import
from server.onboarding.workbook import Row

KINDS = ("readings",)


def apply(rows: Sequence[Row], to: Import) -> None:
    codes = {row["meter"] for row in rows}
    meters = {m.code: m for m in Meter.objects.filter(community=to.community, code__in=codes)}
    known: dict[int, dict[str, Decimal]] = defaultdict(dict)
    readings = MeterReading.objects.filter(meter__in=meters.values())
    for meter, period, counter in readings.values_list("meter_id", "period", "counter"):
        known[meter][period] = counter
    new: list[MeterReading] = []
    for row in rows:
        meter = meters.get(row["meter"])
        if meter is None:
            text = _("There is no meter of this number; add it to the sheet meters")
            to.report.add(row.problem("meter", text))
        elif to.first_time(row, "period", meter.pk, row["period"]):
            reading = _new(row, meter, known[meter.pk], to)
            new += [reading] if reading else []
    insert_many(new)
    to.report.created["readings"] += len(new)


def _new(row: Row, meter: Meter, known: dict[str, Decimal], to: Import) -> MeterReading | None:
    """Of a row that says something new and possible; else the report is told."""
    period, counter = row["period"], row["counter"]
    if counter is None:
        to.report.add(row.problem("counter", _("not a number")))
        return None
    if period in known:
        if known[period] == counter:
            to.report.unchanged["readings"] += 1
        else:
            text = _("Another reading of this month is known; correct it on the page of readings")
            to.report.add(row.problem("counter", text))
        return None
    before = max((one for one in known if one < period), default=None)
    after = min((one for one in known if one > period), default=None)
    back = before is not None and counter < known[before]
    if back or (after is not None and counter > known[after]):
        text = _(
            "The counter goes back against %(period)s; mend it, or enter it on the page of readings"
            " if the meter was replaced or went past its last digit"
        )
        to.report.add(row.problem("counter", text, period=before if back else after))
        return None
    known[period] = counter
    return MeterReading(
        community_id=to.community.pk,
        meter=meter,
        period=period,
        counter=counter,
        read_on=row["read_on"],
    )
