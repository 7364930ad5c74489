"""The QR code on a bill: ``https://<server>/b/<token>``, signed, so that a kiosk trusts it offline.

Token (base64url without padding of): version 1 byte | key id 4 bytes | community, bill number, unit
code, each one length byte and UTF-8 | amount as LEB128 of minor units | currency 3 letters | due date
as days since 2020-01-01, 2 bytes big endian | Ed25519 signature 64 bytes (RFC 8032) over
``lobbypay bill\\0`` and everything before it. At most 160 bytes, so the URL fits a version 12-M QR.
Reading never raises: whatever a camera sees ends in one of the results below.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract import base64url
from contract.money import Money

VERSION = 1
TOKEN_BYTES_MAX = 160
URL_LENGTH_MAX = 287  # bytes in a version 12-M QR code, byte mode (ISO/IEC 18004, table 7)
_CONTEXT = b"lobbypay bill\0"
_EPOCH = date(2020, 1, 1)
_SIGNATURE_BYTES = 64
BILL_URL = re.compile(
    r"https?://[A-Za-z0-9.\-]+(?::[0-9]{1,5})?/b/([A-Za-z0-9_-]{1,214})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class BillCode:
    """What a bill's QR says. ``unit`` is the code that residents type, e.g. 3-2-1201."""

    community: str
    bill_number: str
    unit: str
    amount: Money
    due: date


class Verdict(StrEnum):
    VALID = "valid"
    EXPIRED_KEY = "expired_key"
    BAD_SIGNATURE = "bad_signature"
    OTHER_COMMUNITY = "other_community"
    UNKNOWN_VERSION = "unknown_version"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of reading a code. ``code`` is there only when the verdict is VALID."""

    verdict: Verdict
    code: BillCode | None = None


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that signs bills; ``not_after`` is the last day on which its signatures are believed."""

    public_key: bytes  # 32 bytes, raw
    not_after: date


class _Malformed(ValueError):
    pass


def key_id(public_key: Ed25519PublicKey) -> bytes:
    """The first four bytes of SHA-256 over the raw public key."""
    raw = public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).digest()[:4]


def encode(code: BillCode, key: Ed25519PrivateKey, base_url: str) -> str:
    """The URL to print. Raises ValueError when a field is too long or the amount is negative."""
    signed = bytes([VERSION]) + key_id(key.public_key()) + _pack(code)
    token = signed + key.sign(_CONTEXT + signed)
    if len(token) > TOKEN_BYTES_MAX:
        raise ValueError(f"the bill code is {len(token)} bytes long; {TOKEN_BYTES_MAX} are allowed")
    url = f"{base_url.rstrip('/')}/b/{base64url.encode(token)}"
    if len(url) > URL_LENGTH_MAX or not BILL_URL.fullmatch(url):
        raise ValueError(
            f"{base_url!r} does not make a bill address of {URL_LENGTH_MAX} characters"
        )
    return url


def read(text: str, keys: Mapping[bytes, TrustedKey], community: str, today: date) -> Reading:
    """Reads and verifies a scanned text. ``keys`` by key id. Never raises on any text."""
    match = BILL_URL.fullmatch(text) if len(text) <= URL_LENGTH_MAX else None
    if match is None:
        return Reading(Verdict.NOT_OURS)
    return read_token(match[1], keys, community, today)


def read_token(
    token_text: str, keys: Mapping[bytes, TrustedKey], community: str, today: date
) -> Reading:
    """As ``read``, from the token alone (the server sees only the path)."""
    try:
        token = _token_bytes(token_text)
        if token[0] != VERSION:
            return Reading(Verdict.UNKNOWN_VERSION)
        signed, signature = token[:-_SIGNATURE_BYTES], token[-_SIGNATURE_BYTES:]
        code = _unpack(signed[5:])
    except (_Malformed, IndexError):
        return Reading(Verdict.NOT_OURS)
    trusted = keys.get(signed[1:5])
    if code.community != community:
        return Reading(Verdict.OTHER_COMMUNITY)
    if trusted is None:
        return Reading(Verdict.BAD_SIGNATURE)
    try:
        Ed25519PublicKey.from_public_bytes(trusted.public_key).verify(signature, _CONTEXT + signed)
    except InvalidSignature:
        return Reading(Verdict.BAD_SIGNATURE)
    if today > trusted.not_after:
        return Reading(Verdict.EXPIRED_KEY)
    return Reading(Verdict.VALID, code)


def _token_bytes(text: str) -> bytes:
    """Only the one canonical spelling of each token is accepted."""
    try:
        raw = base64url.decode_exactly(text)
    except ValueError as error:
        raise _Malformed from error
    if not 6 + _SIGNATURE_BYTES < len(raw) <= TOKEN_BYTES_MAX:
        raise _Malformed
    return raw


def _pack(code: BillCode) -> bytes:
    if code.amount.minor < 0:
        raise ValueError("a bill's amount cannot be negative")
    days = (code.due - _EPOCH).days
    if not 0 <= days < 1 << 16:
        raise ValueError(f"the due date {code.due} cannot be written; it must lie after {_EPOCH}")
    packed = b"".join(_pack_text(t) for t in (code.community, code.bill_number, code.unit))
    return (
        packed + _pack_amount(code.amount.minor) + code.amount.currency.encode() + days.to_bytes(2)
    )


def _pack_text(text: str) -> bytes:
    raw = text.encode()
    if not 1 <= len(raw) <= 40:
        raise ValueError(f"{text!r} must be 1 to 40 bytes long in a bill code")
    return bytes([len(raw)]) + raw


def _pack_amount(minor: int) -> bytes:
    packed = bytearray()
    while True:
        minor, low = minor >> 7, minor & 0x7F
        packed.append(low | (0x80 if minor else 0))
        if not minor:
            return bytes(packed)


def _unpack(packed: bytes) -> BillCode:
    community, rest = _unpack_text(packed)
    bill_number, rest = _unpack_text(rest)
    unit, rest = _unpack_text(rest)
    minor, rest = _unpack_amount(rest)
    if len(rest) != 5:
        raise _Malformed
    try:
        amount = Money(minor, rest[:3].decode("ascii"))
    except ValueError as error:  # also UnicodeDecodeError
        raise _Malformed from error
    due = _EPOCH + timedelta(days=int.from_bytes(rest[3:]))
    return BillCode(community, bill_number, unit, amount, due)


def _unpack_text(packed: bytes) -> tuple[str, bytes]:
    length = packed[0]
    raw, rest = packed[1 : 1 + length], packed[1 + length :]
    if not 1 <= length <= 40 or len(raw) != length:
        raise _Malformed
    try:
        return raw.decode(), rest
    except UnicodeDecodeError as error:
        raise _Malformed from error


def _unpack_amount(packed: bytes) -> tuple[int, bytes]:
    minor = 0
    for place, byte in enumerate(packed[:9]):
        minor |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            if byte == 0 and place:
                raise _Malformed  # a longer spelling of a shorter number
            return minor, packed[place + 1 :]
    raise _Malformed
