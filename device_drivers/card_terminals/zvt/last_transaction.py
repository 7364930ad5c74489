"""What the terminal holds as its last transaction (06 20, 2.20), asked without printing.

Only an explicit answer counts: a terminal that says nothing about it raises, it never yields None.
"""

from dataclasses import replace

from device_drivers.card_terminals.interface import TAKEN_BACK, CardResult, Outcome
from device_drivers.card_terminals.zvt import commands, fields, texts
from device_drivers.card_terminals.zvt.answers import ALREADY_REVERSED, card_result
from device_drivers.card_terminals.zvt.apdu import YES, Apdu
from device_drivers.card_terminals.zvt.exchange import UNKNOWN_COMMAND, Exchange, Handlers
from device_drivers.errors import ProtocolError, Refused, Timeout

_REFUSED = "zvt.refused_"


def last_transaction(
    exchange: Exchange, password: bytes, no_transaction_codes: frozenset[int]
) -> CardResult | None:
    """None only if the terminal says by one of the codes that it holds no transaction.

    Raises ProtocolError ``zvt.no_details`` for what proves nothing: a repeated end of day, a bare
    completion, as the PAX A80 sends it unless payments from its keypad are blocked, and 84 83 of a
    terminal that does not know 06 20. Raises DeviceError.
    """
    found: list[CardResult] = []

    def on_result(apdu: Apdu) -> Apdu:
        read = exchange.read(apdu)
        result = card_result(read)
        if result is not None and not read.totals:  # with totals it repeats an end of day
            found.append(_reversed_if_so(result, read))
        return YES

    try:
        ending = exchange.run(commands.repeat_receipt(password), Handlers(on_result=on_result))
    except Refused as problem:
        code = _code_of(problem)
        if code in no_transaction_codes:
            return None
        if code == UNKNOWN_COMMAND:
            raise ProtocolError("06 20 is unknown to it", "zvt.no_details") from problem
        raise
    if found:
        return replace(found[-1], receipt_lines=ending.receipts.customer)
    if ending.completed:  # bare, or about an end of day
        raise ProtocolError("06 20 was completed without a result", "zvt.no_details")
    code = ending.apdu.data[0] if ending.apdu.data else -1
    if code in no_transaction_codes:
        return None
    if code == texts.BUSY:
        raise Timeout("06 20 ended: busy", "zvt.busy")
    raise ProtocolError(f"06 20 ended: {texts.result_detail(code)}", "zvt.no_details")


def _code_of(problem: Refused) -> int | None:
    if not problem.code.startswith(_REFUSED):
        return None
    return int(problem.code.removeprefix(_REFUSED), 16)


def _reversed_if_so(result: CardResult, read: fields.Fields) -> CardResult:
    """A reversal names the trace number of what it took back (BMP 37); nothing is paid then."""
    if read.number(fields.RESULT) == ALREADY_REVERSED or (
        result.outcome is Outcome.APPROVED and read.number(fields.ORIGINAL_TRACE)
    ):
        return replace(result, outcome=Outcome.CANCELLED, code=TAKEN_BACK, message=texts.REVERSED)
    return result
