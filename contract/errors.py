"""What the server answers when it does not do what a kiosk asks for."""

from enum import StrEnum
from typing import Any

from contract.message import Message, Text


class ErrorCode(StrEnum):
    BAD_REQUEST = "bad_request"
    NOT_SIGNED = "not_signed"  # no signature, or a wrong one
    KEY_UNKNOWN = "key_unknown"  # no kiosk has this key, or its kiosk was enrolled again since
    CLOCK = "clock"  # signature too old or too new; ``details.server_time`` says what time it is
    REPLAYED = "replayed"
    PAIRING_CODE = "pairing_code"  # unknown, used or expired
    NOT_FOUND = "not_found"
    UNIT_NOT_FOUND = "unit_not_found"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    SECOND_FACTOR_WRONG = "second_factor_wrong"
    NO_PHONE = "no_phone"  # of nobody of the unit one is known: only a bill proves who asks
    RATE_LIMITED = "rate_limited"  # ``details.retry_after_s``
    BILL_PAID = "bill_paid"  # ``details.paid_on``
    BILL_LEASED = "bill_leased"  # somebody else is paying it now
    AMOUNT_CHANGED = "amount_changed"
    CREDIT_TOO_LITTLE = "credit_too_little"  # somebody used it meanwhile
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"  # same id, different body
    SIMULATED_MONEY = "simulated_money"  # refused for a real community
    CHANNEL_UNAVAILABLE = "channel_unavailable"  # ``details.night``: limit or cards, not at night
    CHANNEL_SILENT = "channel_silent"  # what it made of the order is not known: ask again
    JOURNAL_GAP = "journal_gap"  # ``details.acknowledged``
    JOURNAL_BROKEN = "journal_broken"  # it contradicts its hashes or what was received: a fork
    JOURNAL_NOT_SIGNED = "journal_not_signed"  # an entry without this kiosk's signature
    KIOSK_STOPPED = "kiosk_stopped"  # ``details.reason``; staff enrol it again
    INTERNAL = "internal"


class ApiError(Message):
    code: ErrorCode
    message: Text
    details: dict[str, Any] = {}
