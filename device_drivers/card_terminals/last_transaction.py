"""Look-up in terminals that know payments by no name of ours and tell only their last transaction.

That one is the payment in question if it is newer than what the terminal told before the payment, and
has its amount. Everything else decides nothing.
"""

from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    CardRequest,
    CardResult,
    LastKnown,
    Outcome,
    TerminalSnapshot,
)
from device_drivers.errors import ProtocolError

ANOTHER_TERMINAL = "card_terminal.another_terminal"
OTHER_AMOUNT = "card_terminal.other_amount"
NO_NUMBER = "?"  # no terminal's own: what it held was not told
FORGOTTEN = "card_terminal.forgotten"
NEXO_FORGOTTEN = "nexo.forgotten"  # likewise, of one that knows payments by our names


def snapshot(last: CardResult | None) -> TerminalSnapshot:
    if last is None:
        return TerminalSnapshot()
    back = last.outcome is Outcome.CANCELLED and last.code == TAKEN_BACK
    known = LastKnown(last.receipt_no, last.trace_no, last.terminal_id)
    return TerminalSnapshot(known, last if back else None)


def untold() -> TerminalSnapshot:
    """Of a terminal that answers, but does not tell its last transaction. It may take money all the
    same; nothing that it tells later proves anything about that payment, as it may be older."""
    return TerminalSnapshot(LastKnown(receipt_no=NO_NUMBER))


def is_newer(last: CardResult, before: LastKnown | None) -> bool:
    """Receipt and trace numbers grow and start again at 1, so a changed number is newer; equal
    numbers are the old transaction (ZVT PA00P015, BMP 87 and 0B)."""
    if before is None:
        return bool(last.receipt_no or last.trace_no)
    return (last.receipt_no, last.trace_no) != (before.receipt_no, before.trace_no)


def lookup(
    request: CardRequest, before: LastKnown | None, last: CardResult | None
) -> CardResult | None:
    """See ``CardTerminal.lookup``. Raises ProtocolError when ``last`` decides nothing."""
    if before is not None and before.receipt_no == NO_NUMBER:
        raise ProtocolError("nobody knows what it held before this payment", FORGOTTEN)
    if last is None:
        if before is not None and (before.receipt_no or before.trace_no):
            # It knew one before ours: its memory was emptied since (end of day, exchange).
            raise ProtocolError(f"it has forgotten receipt {before.receipt_no} too", FORGOTTEN)
        return None
    if not (last.receipt_no or last.trace_no):
        raise ProtocolError("what it tells carries no number", FORGOTTEN)
    known = before.terminal_id if before else ""
    if known and last.terminal_id and known != last.terminal_id:
        raise ProtocolError(f"this is {last.terminal_id}, asked was {known}", ANOTHER_TERMINAL)
    if not is_newer(last, before):
        return None
    if last.amount_minor not in (None, request.amount_minor):
        detail = f"it holds {last.amount_minor} instead of {request.amount_minor}"
        raise ProtocolError(detail, OTHER_AMOUNT)
    if last.amount_minor is None and last.outcome is Outcome.APPROVED:
        raise ProtocolError("it holds an approval without an amount", OTHER_AMOUNT)
    return last
