"""What a run made or would make, for programs and for the terminal, in the language in force. Never
writes anything."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from contract.money import Money
from server.billing_runs.models import BillingRun
from server.billing_runs.remarks import Remark
from server.billing_runs.runs import Figures
from server.language import chosen
from server.terminal import as_json as of_programs
from server.terminal import labelled


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
    return of_programs(told)


def as_lines(figures: Figures, remarks: Iterable[Remark], currency: str) -> str:
    blocked, warnings = _sorted(remarks)
    lines = [
        labelled(_("units"), figures.units),
        labelled(_("bills"), figures.bills),
        labelled(_("lines"), figures.lines),
        labelled(_("total"), Money(figures.total_minor, currency)),
    ]
    for title, remarked in ((_("blocked"), blocked), (_("warning"), warnings)):
        lines += [labelled(title, _line(remark)) for remark in remarked]
    return "\n".join(lines)


def _line(remark: dict[str, Any]) -> str:
    return ": ".join(filter(None, [remark["unit"], remark["item"], remark["reason"]]))


def _sorted(remarks: Iterable[Remark]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What blocks, and what is only to be looked at."""
    found: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for remark in remarks:
        said = {"unit": remark.unit, "item": remark.item, "reason": chosen(remark.reason)}
        found[0 if remark.blocks else 1].append(said)
    return found
