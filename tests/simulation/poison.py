"""Journal entries that nobody expects, most of which the contract allows: what a kiosk of another
version, or one with a fault of its own, may write. Built from the messages themselves, from a seed."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contract.messages import EntryKind, Method, PaymentRecord, PaymentState

Body = dict[str, Any]
Spoiling = Callable[[Body, random.Random], None]

TEXTS = ("\x00", "正常\x00的", "\U0001f3e0" * 40, "長" * 5000, "'; --", "\u202e\u0007")
AMOUNTS = (0, 1, 10**12)
VERSIONS = (0, -1, 2**31, 2**63, 10**30)
TIMES = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    datetime(2020, 2, 29, tzinfo=UTC),
    datetime(2031, 1, 1, tzinfo=UTC),
)
IDS = ("-" * 36, "0" * 36, "f" * 36)


def entry(valid: PaymentRecord, rng: random.Random) -> tuple[EntryKind, Body]:
    """``valid`` spoiled in one to three ways that its model still takes, or another kind of entry."""
    if rng.random() < 0.25:
        return EntryKind.RECEIPT, rng.choice(_RECEIPTS)(valid.payment_id)
    if rng.random() < 0.1:
        return EntryKind.NOTE, {"what": rng.choice(TEXTS), "deep": _deep(60)}
    while True:
        body = valid.model_dump(mode="json")
        for spoil in rng.sample(_SPOILINGS, rng.randint(1, 3)):
            spoil(body, rng)
        try:
            PaymentRecord.model_validate(body)
        except ValueError:
            continue  # the contract does not allow it: a kiosk cannot send it
        return EntryKind.PAYMENT, body


NO_OBJECTS: tuple[Any, ...] = (None, 7, "x", [], [[{"payment_id": "0" * 36}]], True, -(10**30))


NO_LINES: tuple[Any, ...] = (
    *(None, 7, 1.5, False, [], {"at": "\x00"}),
    *("\x00", "pay\x00ment", "a\nb", "json:"),
)


def breach(valid: PaymentRecord, rng: random.Random, at: str) -> tuple[Any, Any, Any]:
    """What the contract does not allow, and the chain does: a kind that is none, no object in it, or a
    time or kind that is no line of text. ``at``: when it is. Kind, content and time."""
    if rng.random() < 0.3:
        return "k" * rng.randint(21, 3000), {"reference": valid.reference}, at
    kind, known = rng.choice([kind.value for kind in EntryKind]), {"reference": valid.reference}
    if rng.random() < 0.5:
        return kind, rng.choice(NO_OBJECTS), at
    odd = rng.choice(NO_LINES)
    return (odd, known, at) if rng.random() < 0.5 or odd == "json:" else (kind, known, odd)


def _deep(levels: int) -> Body:
    found: Body = {}
    for _ in range(levels):
        found = {"in": [found]}
    return found


_RECEIPTS: tuple[Callable[[str], Body], ...] = (
    lambda payment_id: {},
    lambda payment_id: {"payment_id": payment_id},
    lambda payment_id: {"payment_id": 7, "how": None, "outcome": []},
    lambda payment_id: {"payment_id": [payment_id], "how": "print", "outcome": "printed"},
    lambda payment_id: {"payment_id": payment_id, "how": "\x00", "outcome": "x" * 400},
    lambda payment_id: {"payment_id": {"in": payment_id}, "how": {}, "outcome": "printed"},
)


def _to(name: str, *values: Any) -> Spoiling:
    def spoil(body: Body, rng: random.Random) -> None:
        body[name] = rng.choice(values)

    return spoil


def _bills(change: Callable[[list[Body], random.Random], list[Body]]) -> Spoiling:
    def spoil(body: Body, rng: random.Random) -> None:
        body["bills"] = change(body["bills"], rng)

    return spoil


def _card(name: str, *values: Any) -> Spoiling:
    def spoil(body: Body, rng: random.Random) -> None:
        body["card"] = (body["card"] or {}) | {name: rng.choice(values)}

    return spoil


_SPOILINGS: list[Spoiling] = [
    _to("amount_minor", *AMOUNTS),
    _bills(lambda bills, rng: []),
    _bills(lambda bills, rng: bills * 2),
    _bills(lambda bills, rng: [b | {"number": "no-such-bill"} for b in bills]),
    _bills(lambda bills, rng: [b | {"amount_minor": rng.choice(AMOUNTS)} for b in bills]),
    _bills(lambda bills, rng: [b | {"currency": "USD"} for b in bills]),
    _to("version", *VERSIONS),
    _to("unit", "9-9-9999", "A"),
    _to("currency", "USD", "JPY", "XXX"),
    _to("payer", *TEXTS),
    _to("reason", *TEXTS),
    _to("channel_reference", *TEXTS),
    _to("status_url", *TEXTS),
    _to("unit_label", *({"zh": text, "en": text} for text in TEXTS)),
    _to("payment_id", *IDS),
    _to("reference", "K01-000001", "A9-999999999", "ZZZZZZZZ-000000"),
    _to("method", Method.WECHAT.value, Method.ALIPAY.value),
    _to("state", *(state.value for state in PaymentState)),
    _to("created_at", *(at.isoformat() for at in TIMES)),
    _to("changed_at", *(at.isoformat() for at in TIMES)),
    _to("simulated", True),
    _to("offline", False),
    _to("with_payment_code", True),
    _to("card", None),
    _card("masked_pan", "", "*" * 19),
    _card("trace_no", *TEXTS),
    _card("receipt_lines", ["\x00"] * 50, []),
]
