"""The life of a payment order on the server (``contract.lifecycle``), what each state must hold. Pure.

That the customer was charged and where the money went (bills settled, credit of the unit, sent back) are
facts of their own. What of the unit's credit an order is to use is reserved until its end is known.
Money that arrives after an order ended is LATE: it is refunded or credited.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contract import lifecycle
from contract.lifecycle import CLOSED_UNPAID, Fact
from contract.messages import PaymentState

PHONE = "phone"  # the place of an order that no kiosk made


class End(StrEnum):
    """What is known of an end that the server asked the channel for."""

    NEVER = ""
    CLOSING = "closing"  # asked only in a way that gives nothing back
    OPEN = "open"  # a reversal was asked for, and may or may not be carried out
    ACCEPTED = "accepted"  # the channel said that it carries it out
    REFUSED = "refused"  # the channel said that it does not: what is paid stays paid


class PaidAfterClose(Exception):
    """Money came for an order that had ended without any, or whose payer was told that it had."""


_S = PaymentState
TRANSITIONS = lifecycle.ON_SERVER


def after(state: PaymentState, fact: Fact, told_unpaid: bool = False) -> PaymentState | None:
    """The next state, or None when the fact is nothing new. ``told_unpaid``: the payer was told that no
    money was taken, so that it settles no bill any more, which may have been paid again. Raises
    PaidAfterClose."""
    if fact is Fact.APPROVED and (state in CLOSED_UNPAID or (told_unpaid and not state.final)):
        raise PaidAfterClose
    return TRANSITIONS[(state, fact)]


_KIOSK = ("kiosk_id", "kiosk_code")  # empty where a phone began it by itself
_INTENTION = (
    "payment_id",
    "community_id",
    "unit_id",
    *_KIOSK,
    "reference",
    "method",
    "bills",
    "amount_minor",
    "currency",
    "out_trade_no",
    "created_at",
    "received_at",
)
_FROM_THE_START = (
    *_INTENTION,
    "request_hash",
    "place",
    "simulated",
    "with_payment_code",
    "top_up",
    "in_part",
    "credit_minor",
)
_ASKED = (*_FROM_THE_START, "submitted_at", "code_url")
_BOOKED = ("captured_minor", "allocated_minor", "credited_minor", "refunded_minor", "paid_at")
_MONEY = (*_BOOKED, "held_minor", "drawn_minor")
_ENDED = (*_MONEY, "reserved_minor")


@dataclass(frozen=True)
class Rule:
    """``required``: fields that are not empty; ``empty``: fields that are (noughts are empty);
    ``frozen``: fields that later changes leave as they were."""

    required: tuple[str, ...]
    empty: tuple[str, ...]
    frozen: tuple[str, ...]


RULES: dict[PaymentState, Rule] = {
    _S.CREATED: Rule(_INTENTION, (*_MONEY, "submitted_at", "code_url"), _FROM_THE_START),
    _S.PENDING: Rule((*_INTENTION, "submitted_at"), _MONEY, _ASKED),
    _S.UNKNOWN: Rule((*_INTENTION, "reason"), (*_BOOKED, "drawn_minor"), _ASKED),
    _S.APPROVED: Rule(
        (*_INTENTION, "captured_minor", "paid_at"),
        ("held_minor", "reserved_minor"),
        (*_ASKED, "captured_minor", "paid_at", "channel_reference"),
    ),
    _S.DECLINED: Rule((*_INTENTION, "reason"), _ENDED, _ASKED),
    _S.CANCELLED: Rule((*_INTENTION, "reason"), _ENDED, _ASKED),
    _S.REVERSED: Rule(
        (*_INTENTION, "reason"),
        ("allocated_minor", "credited_minor", "held_minor", "reserved_minor", "drawn_minor"),
        (*_ASKED, "captured_minor", "paid_at"),
    ),
}

# What only a step of the table may write.
GUARDED = frozenset(
    {
        "state",
        "version",
        "reason",
        "allocated_minor",
        "credited_minor",
        "held_minor",
        "reserved_minor",
        "drawn_minor",
        *RULES[_S.APPROVED].frozen,
    }
)


class RuleBroken(Exception):
    """An order was to be written that its state does not allow. ``fields`` says where."""

    def __init__(self, reference: str, state: PaymentState, what: str, fields: list[str]) -> None:
        super().__init__(f"{reference} ({state}): {what}: {', '.join(fields)}")
        self.fields = fields


def frozen_in(order: Mapping[str, Any]) -> dict[str, Any]:
    """Of an order's fields by name, those that no later change may touch."""
    return {n: order[n] for n in RULES[PaymentState(order["state"])].frozen if n in order}


def check(order: Mapping[str, Any], was: Mapping[str, Any]) -> None:
    """``order``: its fields as they shall be written; ``was``: what was frozen in it before. The money
    of an approved order is all accounted for, and some of it is still there. Raises RuleBroken."""
    state, reference = PaymentState(order["state"]), str(order["reference"])
    rule = RULES[state]
    without = {"bills"} if order.get("top_up") else set()
    without |= set(_KIOSK) if order.get("place") == PHONE else set()
    missing = [name for name in rule.required if not order[name] and name not in without]
    if missing:
        raise RuleBroken(reference, state, "must not be empty", missing)
    unwanted = [name for name in rule.empty if order[name]]
    if unwanted:
        raise RuleBroken(reference, state, "must be empty", unwanted)
    altered = [name for name, value in was.items() if order[name] != value]
    if altered:
        raise RuleBroken(reference, state, "must stay as it was", altered)
    kept = order["allocated_minor"] + order["credited_minor"] - order.get("drawn_minor", 0)
    if state is PaymentState.APPROVED and order["captured_minor"] != kept:
        fields = ["captured_minor", "drawn_minor", "allocated_minor", "credited_minor"]
        raise RuleBroken(reference, state, "do not add up", fields)
    if state is PaymentState.APPROVED and order["refunded_minor"] >= order["captured_minor"]:
        fields = ["captured_minor", "refunded_minor"]
        raise RuleBroken(reference, state, "nothing of it is left", fields)
