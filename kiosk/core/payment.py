"""The life of one payment at the kiosk: one explicit table, and the record that each step leaves.

A payment never moves backwards: what was approved can only be reversed, and what is final is changed
only by an explicit later truth (a late approval, a reversal). No silence and no time-out is an answer.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contract.messages import CardData, PaymentRecord, PaymentState


class Fact(StrEnum):
    """What became known about a payment."""

    ASKED = "asked"  # the terminal or the channel is about to be asked for money
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LOST = "lost"  # it was asked and its answer is not known
    REVERSED = "reversed"


_S, _F = PaymentState, Fact

# (state, fact) -> next state. None: nothing new, the record stays as it is.
TRANSITIONS: dict[tuple[PaymentState, Fact], PaymentState | None] = {
    (_S.CREATED, _F.ASKED): _S.PENDING,
    (_S.CREATED, _F.APPROVED): _S.APPROVED,  # the server knew before we did
    (_S.CREATED, _F.DECLINED): _S.DECLINED,
    (_S.CREATED, _F.CANCELLED): _S.CANCELLED,
    (_S.CREATED, _F.LOST): _S.UNKNOWN,
    (_S.CREATED, _F.REVERSED): _S.REVERSED,
    (_S.PENDING, _F.ASKED): None,
    (_S.PENDING, _F.APPROVED): _S.APPROVED,
    (_S.PENDING, _F.DECLINED): _S.DECLINED,
    (_S.PENDING, _F.CANCELLED): _S.CANCELLED,
    (_S.PENDING, _F.LOST): _S.UNKNOWN,
    (_S.PENDING, _F.REVERSED): _S.REVERSED,
    (_S.UNKNOWN, _F.ASKED): None,
    (_S.UNKNOWN, _F.APPROVED): _S.APPROVED,
    (_S.UNKNOWN, _F.DECLINED): _S.DECLINED,
    (_S.UNKNOWN, _F.CANCELLED): _S.CANCELLED,
    (_S.UNKNOWN, _F.LOST): None,
    (_S.UNKNOWN, _F.REVERSED): _S.REVERSED,
    (_S.APPROVED, _F.ASKED): None,
    (_S.APPROVED, _F.APPROVED): None,
    (_S.APPROVED, _F.DECLINED): None,  # money that moved is not un-paid by hearsay
    (_S.APPROVED, _F.CANCELLED): None,
    (_S.APPROVED, _F.LOST): None,
    (_S.APPROVED, _F.REVERSED): _S.REVERSED,
    (_S.DECLINED, _F.ASKED): None,
    (_S.DECLINED, _F.APPROVED): _S.APPROVED,  # late truth
    (_S.DECLINED, _F.DECLINED): None,
    (_S.DECLINED, _F.CANCELLED): None,
    (_S.DECLINED, _F.LOST): None,
    (_S.DECLINED, _F.REVERSED): _S.REVERSED,
    (_S.CANCELLED, _F.ASKED): None,
    (_S.CANCELLED, _F.APPROVED): _S.APPROVED,  # late truth
    (_S.CANCELLED, _F.DECLINED): None,
    (_S.CANCELLED, _F.CANCELLED): None,
    (_S.CANCELLED, _F.LOST): None,
    (_S.CANCELLED, _F.REVERSED): _S.REVERSED,
    (_S.REVERSED, _F.ASKED): None,
    (_S.REVERSED, _F.APPROVED): None,
    (_S.REVERSED, _F.DECLINED): None,
    (_S.REVERSED, _F.CANCELLED): None,
    (_S.REVERSED, _F.LOST): None,
    (_S.REVERSED, _F.REVERSED): None,
}

# What a record must hold in each state, and what may not change any more once it was in that state.
_INTENTION = ("payment_id", "reference", "method", "unit", "bills", "amount_minor", "currency")
_SNAPSHOT = (
    *_INTENTION,
    "unit_label",
    "payer",
    "simulated",
    "with_payment_code",
    "terminal_before",
    "created_at",
)


@dataclass(frozen=True)
class Rule:
    """``required``: fields that are not empty. ``frozen``: fields that later records repeat."""

    required: tuple[str, ...]
    frozen: tuple[str, ...]


RULES = {
    _S.CREATED: Rule((*_INTENTION, "status_url"), _SNAPSHOT),
    _S.PENDING: Rule((*_INTENTION, "status_url"), (*_SNAPSHOT, "offline")),
    _S.UNKNOWN: Rule((*_INTENTION, "status_url", "reason"), (*_SNAPSHOT, "offline")),
    _S.APPROVED: Rule((*_INTENTION, "status_url"), (*_SNAPSHOT, "offline", "channel_reference")),
    _S.DECLINED: Rule((*_INTENTION, "status_url", "reason"), (*_SNAPSHOT, "offline")),
    _S.CANCELLED: Rule((*_INTENTION, "status_url", "reason"), (*_SNAPSHOT, "offline")),
    _S.REVERSED: Rule((*_INTENTION, "status_url", "reason"), (*_SNAPSHOT, "offline")),
}


def missing(record: PaymentRecord) -> tuple[str, ...]:
    """The fields that a record in its state should hold and does not."""
    return tuple(name for name in RULES[record.state].required if not getattr(record, name))


def altered(before: PaymentRecord, after: PaymentRecord) -> tuple[str, ...]:
    """The frozen fields in which a payment's later record differs from its earlier one."""
    frozen = RULES[before.state].frozen
    return tuple(name for name in frozen if getattr(before, name) != getattr(after, name))


def follows(before: PaymentRecord, after: PaymentRecord) -> bool:
    """Whether one step of the table leads from a payment's record to its next one."""
    steps = {TRANSITIONS[(before.state, fact)] for fact in Fact}
    return after.version == before.version + 1 and after.state in steps


FACT_OF_STATE = {
    _S.APPROVED: _F.APPROVED,
    _S.DECLINED: _F.DECLINED,
    _S.CANCELLED: _F.CANCELLED,
    _S.REVERSED: _F.REVERSED,
    _S.UNKNOWN: _F.LOST,
    _S.PENDING: _F.ASKED,
}


def apply_fact(
    record: PaymentRecord,
    fact: Fact,
    at: datetime,
    *,
    reason: str = "",
    card: CardData | None = None,
    channel_reference: str = "",
    status_url: str = "",
) -> PaymentRecord | None:
    """The record after the fact, its version one higher; None when the fact changes nothing."""
    state = TRANSITIONS[(record.state, fact)]
    if state is None:
        return None
    return record.model_copy(
        update={
            "state": state,
            "version": record.version + 1,
            "reason": reason,
            "card": card or record.card,
            "channel_reference": channel_reference or record.channel_reference,
            "status_url": status_url or record.status_url,
            "changed_at": at,
        }
    )
