"""Units that went into others: from the day on which one ends, what is still owed for it is found, and
paid, with the one that stays. The debt itself stays where it is, and its person's."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from server.estate.models import Unit


def living(unit: Unit, today: date) -> Unit:
    """The unit itself, or the one into which it has gone by now."""
    while unit.ends is not None and unit.ends <= today and unit.merged_into is not None:
        unit = unit.merged_into
    return unit


def gone_into(keys: Iterable[int], today: date) -> dict[int, list[int]]:
    """By unit, those that have gone into it by now, also by way of others; in a query for each step
    of the way, whatever the number of units."""
    root = {key: key for key in keys}
    found: dict[int, list[int]] = defaultdict(list)
    frontier = set(root)
    while frontier:
        rows = Unit.objects.filter(merged_into__in=frontier, ends__lte=today).order_by("pk")
        frontier = set()
        for gone, into in rows.values_list("pk", "merged_into_id"):
            found[root[into]].append(gone)
            if gone not in root:
                root[gone] = root[into]
                frontier.add(gone)
    return dict(found)


def paid_with(unit: Unit, today: date) -> list[int]:
    """The units whose bills are paid together with this one's: itself first."""
    return [unit.pk, *gone_into([unit.pk], today).get(unit.pk, [])]
