"""What a community made public, as kiosks are told of it: fee standards, services and accounts with their
rows. Nobody who owes is ever named in it."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import Field

from contract.bill_message import Minor
from contract.message import Message, NameText

OPENING, INCOME, EXPENSE = "opening", "income", "expense"
SECTIONS = (OPENING, INCOME, EXPENSE)
_QUARTER = re.compile(r"(20\d\d)-Q([1-4])")


class PublicRow(Message):
    """``section``: opening, income or expense of an account; empty where rows are no money in and out."""

    section: str
    name: NameText
    more: NameText | None = None
    amount_minor: Minor | None = None


class Published(Message):
    """``kind``: standards, services, common, energy, repair, or one that is newer than the kiosk.
    ``period``: a quarter as 2026-Q3, or the first day on which it holds."""

    id: str
    kind: str
    name: NameText  # of its kind
    period: str
    version: Annotated[int, Field(ge=1)]
    public_on: date
    rows: list[PublicRow]
    note: NameText | None = None


def quarter(period: str) -> tuple[int, int] | None:
    """Year and quarter; None for a day."""
    found = _QUARTER.fullmatch(period)
    return (int(found[1]), int(found[2])) if found else None


def sums(rows: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    """Minor units by section, of (section, minor units), and ``balance``: what is left."""
    by = dict.fromkeys(SECTIONS, 0)
    for section, minor in rows:
        if section in by:
            by[section] += minor or 0
    return by | {"balance": by[OPENING] + by[INCOME] - by[EXPENSE]}
