"""What a run made or would make, for programs and for the terminal. Never writes anything."""

import json
from collections.abc import Iterable
from typing import Any

from contract.money import Money
from server.billing_runs.models import BillingRun
from server.billing_runs.remarks import Remark
from server.billing_runs.runs import Figures


def figures_of(run: BillingRun) -> Figures:
    return Figures(run.units, run.bills, run.lines, run.total_minor, run.by_item)


def remarks_of(run: BillingRun) -> Iterable[Remark]:
    """In the order in which they were made, read as they are wanted."""
    for row in run.remarks.select_related("unit").order_by("pk").iterator(500):
        code = row.unit.code if row.unit else ""
        yield Remark(row.unit_id, code, row.item, row.blocks, row.code, row.reason)


def as_json(figures: Figures, remarks: Iterable[Remark]) -> str:
    blocked, warnings = _sorted(remarks)
    told = {
        "units": figures.units,
        "bills": figures.bills,
        "lines": figures.lines,
        "total_minor": figures.total_minor,
        "blocked": blocked,
        "warnings": warnings,
    }
    return json.dumps(told, ensure_ascii=False)


def as_lines(figures: Figures, remarks: Iterable[Remark], currency: str) -> str:
    blocked, warnings = _sorted(remarks)
    lines = [
        f"units         {figures.units}",
        f"bills         {figures.bills}",
        f"lines         {figures.lines}",
        f"total         {Money(figures.total_minor, currency)}",
    ]
    for title, rows in (("blocked", blocked), ("warning", warnings)):
        lines += [f"{title:<13} {_line(row)}" for row in rows]
    return "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    return ": ".join(filter(None, [row["unit"], row["item"], row["reason"]]))


def _sorted(remarks: Iterable[Remark]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What blocks, and what is only to be looked at."""
    found: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for remark in remarks:
        row = {"unit": remark.unit, "item": remark.item, "reason": remark.reason.en}
        found[0 if remark.blocks else 1].append(row)
    return found
