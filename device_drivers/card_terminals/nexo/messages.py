"""The requests that we make and what is read from the answers (nexo Sale to POI protocol 3.0, JSON).

A ServiceID names a message pair, has at most ten letters and digits, and is unique at a terminal for 48
hours (docs.adyen.com, Terminal API fundamentals). Those of payments and reversals are made from what
they are for, so that they can be asked about after a restart.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from device_drivers.errors import ProtocolError

REQUEST, RESPONSE = "SaleToPOIRequest", "SaleToPOIResponse"
EXPONENTS = {
    "CNY": 2,
    "HKD": 2,
    "MOP": 2,
    "EUR": 2,
    "USD": 2,
    "GBP": 2,
    "CHF": 2,
    "SGD": 2,
    "JPY": 0,
}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
UNREADABLE = "nexo.unreadable"


def service_id(what: str, name: str) -> str:
    """Ten letters and digits, always the same for the same thing (36**10 of them)."""
    number = int.from_bytes(hashlib.sha256(f"{what}:{name}".encode()).digest())
    found = ""
    while len(found) < 10:
        number, digit = divmod(number, 36)
        found += _DIGITS[digit]
    return found


@dataclass(frozen=True)
class Reference:
    """Names an earlier message: ``category`` is Payment or Reversal."""

    category: str
    service_id: str


@dataclass(frozen=True)
class Message:
    """A request: its header, and the body under ``<category>Request``."""

    category: str
    service_id: str
    body: Mapping[str, Any]

    @property
    def reference(self) -> Reference:
        return Reference(self.category, self.service_id)

    def header(self, sale_id: str, poi_id: str) -> dict[str, Any]:
        return {
            "ProtocolVersion": "3.0",
            "MessageClass": "Service",
            "MessageCategory": self.category,
            "MessageType": "Request",
            "ServiceID": self.service_id,
            "SaleID": sale_id,
            "POIID": poi_id,
        }

    def bytes(self, sale_id: str, poi_id: str) -> bytes:
        header = self.header(sale_id, poi_id)
        inside = {"MessageHeader": header, f"{self.category}Request": self.body}
        return json.dumps({REQUEST: inside}, ensure_ascii=False).encode()


def payment(payment_id: str, amount_minor: int, currency: str, now: datetime) -> Message:
    body = {
        "SaleData": {"SaleTransactionID": {"TransactionID": payment_id, "TimeStamp": _stamp(now)}},
        "PaymentTransaction": {
            "AmountsReq": {"Currency": currency, "RequestedAmount": _amount(amount_minor, currency)}
        },
    }
    return Message("Payment", service_id("payment", payment_id), body)


def reversal(transaction_id: str, time_stamp: str, now: datetime) -> Message:
    """Of the whole amount: a partial one is another thing and is not asked for."""
    made = service_id("reversal", transaction_id)
    original = {"TransactionID": transaction_id, "TimeStamp": time_stamp}
    body = {
        "OriginalPOITransaction": {"POITransactionID": original},
        "ReversalReason": "MerchantCancel",
        "SaleData": {"SaleTransactionID": {"TransactionID": made, "TimeStamp": _stamp(now)}},
    }
    return Message("Reversal", made, body)


def abort(of: Reference, sale_id: str, fresh: str) -> Message:
    reference = _reference(of, sale_id)
    return Message("Abort", fresh, {"AbortReason": "MerchantAbort", "MessageReference": reference})


def transaction_status(of: Reference, sale_id: str, fresh: str) -> Message:
    body = {
        "ReceiptReprintFlag": True,
        "DocumentQualifier": ["CustomerReceipt"],
        "MessageReference": _reference(of, sale_id),
    }
    return Message("TransactionStatus", fresh, body)


def diagnosis(host_too: bool, fresh: str) -> Message:
    return Message("Diagnosis", fresh, {"HostDiagnosisFlag": host_too})


def _reference(of: Reference, sale_id: str) -> dict[str, str]:
    return {
        "MessageCategory": of.category,
        "SaleID": sale_id,
        "ServiceID": of.service_id,
    }


def _stamp(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _amount(amount_minor: int, currency: str) -> float:
    """Exact: the shortest decimal of a float of so few digits is the amount itself."""
    return float(Decimal(amount_minor).scaleb(-EXPONENTS[currency]))


def minor_units(amount: Any, currency: Any) -> int | None:
    """None for an amount that is not there. Raises ProtocolError for one that is no amount."""
    if amount is None:
        return None
    if not isinstance(amount, int | Decimal) or isinstance(amount, bool):
        raise ProtocolError(f"no amount: {type(amount).__name__}", UNREADABLE)
    try:
        minor = Decimal(amount).scaleb(EXPONENTS.get(str(currency), 2))
        if 0 <= minor < 10**15 and minor == minor.to_integral_value():
            return int(minor)
    except ArithmeticError:
        pass
    raise ProtocolError("an amount that cannot be", UNREADABLE)


def encoded(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode()


def parsed(raw: bytes) -> dict[str, Any]:
    """A JSON object, its numbers exact. Raises ProtocolError."""
    try:
        found = json.loads(raw, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        raise ProtocolError(f"{len(raw)} bytes that are no JSON", UNREADABLE) from None
    if not isinstance(found, dict):
        raise ProtocolError("no JSON object", UNREADABLE)
    return found


def _no_number(word: str) -> None:
    raise ValueError(word)


def inside(table: Any, *names: str) -> Any:
    """What lies under these names, each in the table of the one before; None if it does not."""
    for name in names:
        if not isinstance(table, dict):
            return None
        table = table.get(name)
    return table


def answer_to(request: Message, sale_id: str, poi_id: str, opened: bytes) -> dict[str, Any]:
    """The body of the answer, once its own header proves that it answers this request; a clear header
    beside the blob proves nothing. Raises ProtocolError."""
    message = parsed(opened).get(RESPONSE)
    expected = {**request.header(sale_id, poi_id), "MessageType": "Response"}
    for name in ("MessageCategory", "MessageType", "ServiceID", "SaleID", "POIID"):
        if inside(message, "MessageHeader", name) != expected[name]:
            raise ProtocolError(f"an answer to something else: {name}", "nexo.other_message")
    body = inside(message, f"{request.category}Response")
    if not isinstance(body, dict):
        raise ProtocolError(f"no {request.category}Response", UNREADABLE)
    return body
