"""Credit that a payment under way may use: set apart when the payment begins, so that nobody else spends
it, and used or returned when its end is known. What is reserved, the books alone say."""

from datetime import datetime

from server.billing.credit import TooLittleCredit
from server.billing.settlement import CREDIT, RESERVED
from server.billing.unit_accounts import credit_minor
from server.estate.models import Unit
from server.estate.row_locks import hold_heirs, hold_unit
from server.ledger import posting
from server.ledger.posting import Line


def reserve(unit: Unit, minor: int, *, payment_id: str, at: datetime) -> None:
    """Within the transaction that makes the payment's order. Raises TooLittleCredit;
    ledger.posting.AlreadyPosted for a payment that had its reserve before."""
    holder = hold_unit(hold_heirs([unit.pk])[unit.pk])
    there = credit_minor(holder)
    if there < minor:
        raise TooLittleCredit(there)
    lines = [Line(CREDIT, minor, holder.pk), Line(RESERVED, -minor, unit.pk)]
    _post(unit, "credit_reserved", payment_id, lines, at)


def let_go(unit: Unit, minor: int, *, payment_id: str, at: datetime) -> None:
    """It is credit again, of the unit or of the one into which that was merged meanwhile. Raises
    ledger.posting.AlreadyPosted."""
    holder = hold_heirs([unit.pk])[unit.pk]
    lines = [Line(RESERVED, minor, unit.pk), Line(CREDIT, -minor, holder)]
    _post(unit, "credit_let_go", payment_id, lines, at)


def reserved_minor(unit: Unit) -> int:
    """By all payments of the unit that are under way."""
    return -posting.balance(unit.community_id, RESERVED, unit_id=unit.pk)


def _post(unit: Unit, kind: str, payment_id: str, lines: list[Line], at: datetime) -> None:
    currency = unit.community.currency
    posting.post(unit.community_id, kind, payment_id, lines, currency=currency, at=at)
