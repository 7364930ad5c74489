"""What an answer says, in the interface's words. Only what is named here is taken out of it: expiry
dates, holders' names, tracks and tokens stay where they are and are forgotten with the message.
"""

import base64
import binascii
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from device_drivers.card_terminals.interface import CardResult, Outcome
from device_drivers.card_terminals.masking import masked_pan, without_pans
from device_drivers.card_terminals.nexo import texts
from device_drivers.card_terminals.nexo.messages import UNREADABLE, inside, minor_units
from device_drivers.errors import ProtocolError

SUCCESS = "Success"
FAILURE = "Failure"
PARTIAL = "Partial"
IN_PROGRESS, NOT_FOUND, BUSY = "InProgress", "NotFound", "Busy"
NOT_ALLOWED = "NotAllowed"
BRANDS = {  # as PaymentBrand names them -> as residents know them
    "mc": "Mastercard",
    "maestro": "Maestro",
    "visa": "Visa",
    "cup": "UnionPay",
    "amex": "American Express",
    "jcb": "JCB",
    "diners": "Diners Club",
    "discover": "Discover",
}
RECEIPT_LINES_MAX, LINE_MAX, WORD_MAX = 80, 48, 60


@dataclass(frozen=True)
class Response:
    """``condition`` is empty unless it failed. ``more`` has the additional words by name."""

    result: str
    condition: str
    more: dict[str, str]

    @property
    def succeeded(self) -> bool:
        return self.result == SUCCESS

    @property
    def detail(self) -> str:
        """For the log and for staff; never what could hold a card's data."""
        told = " ".join(self.more.get(name, "") for name in ("refusalReason", "message"))
        return " ".join(f"{self.condition or self.result} {without_pans(told)}".split())[:200]


def response(body: Any) -> Response:
    """Of any answer's body. Raises ProtocolError if it does not say how it ended."""
    said = inside(body, "Response")
    result, condition = inside(said, "Result"), inside(said, "ErrorCondition")
    if result not in (SUCCESS, FAILURE, PARTIAL):
        raise ProtocolError(f"no result: {_word(result)!r}", UNREADABLE)
    more = _additional(inside(said, "AdditionalResponse"))
    return Response(result, "" if result == SUCCESS else _word(condition), more)


def _additional(told: Any) -> dict[str, str]:
    """Form-encoded pairs, or JSON in Base64 (docs.adyen.com, Handle responses)."""
    if not isinstance(told, str):
        return {}
    try:
        table = json.loads(base64.b64decode(told, validate=True))
        if isinstance(table, dict):
            inner = table.get("additionalData")
            pairs = {**(inner if isinstance(inner, dict) else {}), **table}
            return {str(name): _word(value) for name, value in pairs.items()}
    except (ValueError, binascii.Error, RecursionError):
        pass
    try:
        pairs = parse_qs(told, max_num_fields=200)
    except ValueError:
        return {}
    return {name: _word(values[0]) for name, values in pairs.items()}


def _word(value: Any) -> str:
    """A short text of printable characters; other things are no words."""
    if not isinstance(value, str):
        return ""
    return "".join(c if c.isprintable() else " " for c in value)[:WORD_MAX]


def payment_result(body: Any, poi_id: str) -> CardResult:
    """A PaymentResponse. Approved only if it says Success; its amount is the caller's to compare.

    Raises ProtocolError if it decides nothing: it cannot be read, or the transaction still runs.
    """
    said = response(body)
    if said.condition == IN_PROGRESS:
        raise ProtocolError("it is still in progress", "nexo.in_progress")
    if said.result == PARTIAL:
        raise ProtocolError("a part of the amount was approved", "nexo.partial")
    known = _known(body, poi_id)
    if said.succeeded:
        if not known.reference:
            raise ProtocolError("an approval without a name", UNREADABLE)
        return replace(known, outcome=Outcome.APPROVED, code=SUCCESS, message=texts.PAID)
    return replace(
        known,
        outcome=texts.outcome(said.condition),
        code=said.condition or FAILURE,
        message=texts.resident(said.condition),
        amount_minor=None,
        currency=None,
    )


def reversal_result(body: Any, poi_id: str) -> CardResult:
    """A ReversalResponse. APPROVED: the reversal was accepted. Raises ProtocolError as above."""
    said = response(body)
    if said.condition == IN_PROGRESS or said.result == PARTIAL:
        raise ProtocolError("it is still in progress", "nexo.in_progress")
    outcome = Outcome.APPROVED if said.succeeded else Outcome.DECLINED
    message = texts.TAKEN_BACK if said.succeeded else texts.resident(said.condition)
    return CardResult(outcome, said.condition or said.result, message=message, terminal_id=poi_id)


def _known(body: Any, poi_id: str) -> CardResult:
    """All that is kept of a payment, whatever its outcome."""
    result = inside(body, "PaymentResult")
    card = inside(result, "PaymentInstrumentData", "CardData")
    pan = inside(card, "MaskedPAN") or inside(card, "MaskedPan")
    brand = _word(inside(card, "PaymentBrand"))
    amounts = inside(result, "AmountsResp")
    currency = inside(amounts, "Currency")
    name = inside(body, "POIData", "POITransactionID")
    transaction, stamp = _word(inside(name, "TransactionID")), _word(inside(name, "TimeStamp"))
    tender, _, provider = transaction.partition(".")
    moment = _moment(stamp)
    return CardResult(
        Outcome.DECLINED,
        "",
        amount_minor=minor_units(inside(amounts, "AuthorizedAmount"), currency),
        currency=currency if isinstance(currency, str) else None,
        receipt_no=tender,
        trace_no=provider,
        terminal_id=poi_id,
        authorisation_code=_word(inside(result, "PaymentAcquirerData", "ApprovalCode"))[:20],
        card_name=BRANDS.get(brand, brand[:20]),
        masked_pan=masked_pan(pan.replace(" ", "")) if isinstance(pan, str) and pan.strip() else "",
        date=moment.strftime("%m%d") if moment else "",
        time=moment.strftime("%H%M%S") if moment else "",
        receipt_lines=_receipt(inside(body, "PaymentReceipt")),
        reference=f"{transaction} {stamp}" if transaction and stamp else "",
    )


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        return None


def transaction_of(paid: CardResult) -> tuple[str, str]:
    """The terminal's name of a payment and its time stamp; empty if the result has none."""
    transaction, _, stamp = paid.reference.partition(" ")
    return transaction, stamp


def _receipt(receipts: Any) -> tuple[str, ...]:
    """The customer's receipt: each line is ``name=...&value=...``, form-encoded."""
    for one in receipts if isinstance(receipts, list) else ():
        if inside(one, "DocumentQualifier") == "CustomerReceipt":
            lines = inside(one, "OutputContent", "OutputText")
            if not isinstance(lines, list):
                return ()
            told = [_line(inside(line, "Text")) for line in lines]
            return tuple(line for line in told if line is not None)[:RECEIPT_LINES_MAX]
    return ()


def _line(text: Any) -> str | None:
    if not isinstance(text, str):
        return None
    try:
        pairs = parse_qs(text, max_num_fields=20)
    except ValueError:
        return None
    words = [_word(pairs[name][0]) for name in ("name", "value") if name in pairs]
    return without_pans("  ".join(words))[:LINE_MAX]


@dataclass(frozen=True)
class Found:
    """What a terminal says of an earlier message. ``body`` is its answer again, if it knows it."""

    state: str  # Success, InProgress, NotFound, or another condition
    body: Any = None


def found(body: Any, category: str) -> Found:
    """A TransactionStatusResponse. Raises ProtocolError."""
    said = response(body)
    if not said.succeeded:
        return Found(said.condition or FAILURE)
    repeated = inside(
        body, "RepeatedMessageResponse", "RepeatedResponseMessageBody", f"{category}Response"
    )
    if not isinstance(repeated, dict):
        raise ProtocolError("it found it, but does not repeat it", UNREADABLE)
    return Found(SUCCESS, repeated)
