"""What a scanned text is, by its form alone: a bill, a unit, a payment code, a staff badge, or other.

It never says that a code is genuine: signatures, badges and payments are checked by those who know.

Unit code: ``LPUNIT:<community>:<unit>`` with the unit in any spelling of ``contract.unit_code``,
or at least two parts with a figure as residents type them, ``3-2-1201``, ``B1-103``. Staff badge:
``LPSTAFF:1:<secret>``, 22 to 86 characters of base64url (128 bits and more). Payment codes: WeChat
Pay 18 digits beginning 10 to 15, Alipay 16 to 24 digits beginning 25 to 30.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from contract.bill_code import BILL_URL, URL_LENGTH_MAX
from contract.unit_code import spelled

_LABELLED_UNIT = re.compile(r"LPUNIT:([a-z0-9-]{1,40}):(.+)", re.IGNORECASE | re.DOTALL)
_BARE_UNIT = re.compile(
    r"(?=.*[0-9])[0-9A-Z]{1,8}(?:-[0-9A-Z]{1,8}){1,3}", re.ASCII | re.IGNORECASE
)
_BADGE = re.compile(r"LPSTAFF:1:[A-Za-z0-9_-]{22,86}", re.ASCII)
_WECHAT = re.compile(r"1[0-5][0-9]{16}", re.ASCII)
_ALIPAY = re.compile(r"(?:2[5-9]|30)[0-9]{14,22}", re.ASCII)


class ScanKind(StrEnum):
    BILL = "bill"
    UNIT = "unit"
    WECHAT_PAYMENT = "wechat_payment"
    ALIPAY_PAYMENT = "alipay_payment"
    STAFF_BADGE = "staff_badge"
    OTHER = "other"

    @property
    def is_payment(self) -> bool:
        return self in (ScanKind.WECHAT_PAYMENT, ScanKind.ALIPAY_PAYMENT)

    @property
    def is_secret(self) -> bool:
        """Whether whoever knows the text can pay or open something with it."""
        return self.is_payment or self is ScanKind.STAFF_BADGE


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """``community`` and ``unit`` are there for unit codes; ``community`` only where the code names it."""

    kind: ScanKind
    unit: str = ""
    community: str = ""


def classify(text: str) -> ScannedCode:
    """Never raises on any text. Nothing is corrected: a code with a blank in it is another code."""
    if len(text) > URL_LENGTH_MAX:
        return ScannedCode(ScanKind.OTHER)
    if BILL_URL.fullmatch(text):
        return ScannedCode(ScanKind.BILL)
    if (unit := _LABELLED_UNIT.fullmatch(text)) and (code := spelled(unit[2])):
        return ScannedCode(ScanKind.UNIT, code, unit[1].lower())
    if _BARE_UNIT.fullmatch(text):
        return ScannedCode(ScanKind.UNIT, text.upper())
    if _WECHAT.fullmatch(text):
        return ScannedCode(ScanKind.WECHAT_PAYMENT)
    if _ALIPAY.fullmatch(text):
        return ScannedCode(ScanKind.ALIPAY_PAYMENT)
    if _BADGE.fullmatch(text):
        return ScannedCode(ScanKind.STAFF_BADGE)
    return ScannedCode(ScanKind.OTHER)


def for_display(text: str) -> str:
    """The text for people who look for faults: of a secret only its beginning and its length."""
    kind = classify(text).kind
    if not kind.is_secret:
        return text
    shown = "LPSTAFF:1:" if kind is ScanKind.STAFF_BADGE else text[:2]
    return f"{shown}… ({len(text)} characters)"
