"""What became of an earlier payment: asked by its name, so nothing else can be taken for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from device_drivers.card_terminals.interface import (
    TAKEN_BACK,
    CardRequest,
    CardResult,
    LastKnown,
    Outcome,
)
from device_drivers.card_terminals.last_transaction import (
    ANOTHER_TERMINAL,
    NEXO_FORGOTTEN,
    OTHER_AMOUNT,
)
from device_drivers.card_terminals.nexo import answers, messages, texts
from device_drivers.card_terminals.nexo.payment import mismatch
from device_drivers.card_terminals.nexo.talk import Talk, now
from device_drivers.errors import ProtocolError


def lookup(talk: Talk, request: CardRequest, before: LastKnown | None) -> CardResult | None:
    """See ``CardTerminal.lookup``."""
    s = talk.settings
    asked_at = before.terminal_id if before else ""
    if asked_at and asked_at != s.poi_id:
        raise ProtocolError(f"this is {s.poi_id}, asked was {asked_at}", ANOTHER_TERMINAL)
    message = messages.payment(request.payment_id, request.amount_minor, request.currency, now())
    body = talk.what_became(message.reference)
    if body is None:
        _check_memory(request, timedelta(hours=s.memory_h))
        return None
    result = answers.payment_result(body, s.poi_id)
    if result.outcome is not Outcome.APPROVED:
        return result
    wrong = mismatch(result, request)
    if wrong:
        raise ProtocolError(wrong, OTHER_AMOUNT)
    return _unless_taken_back(talk, result)


def _check_memory(request: CardRequest, memory: timedelta) -> None:
    """A terminal that may have forgotten does not prove by not knowing."""
    if request.age is None:
        raise ProtocolError("not found, but nobody knows how old it is", NEXO_FORGOTTEN)
    if request.age > memory:
        raise ProtocolError(f"not found, but it is {request.age} old", NEXO_FORGOTTEN)


def _unless_taken_back(talk: Talk, paid: CardResult) -> CardResult:
    """The payment's own answer stays "approved" for ever; a reversal of ours has one of its own."""
    transaction, stamp = answers.transaction_of(paid)
    reversal = messages.reversal(transaction, stamp, now())
    body: Any = talk.what_became(reversal.reference)
    if body is None:
        return paid
    if answers.reversal_result(body, talk.settings.poi_id).outcome is not Outcome.APPROVED:
        return paid
    return replace(paid, outcome=Outcome.CANCELLED, code=TAKEN_BACK, message=texts.TAKEN_BACK)
