"""The life of one payment at the kiosk (``contract.lifecycle``): the record that each step leaves, and
what it must hold."""

from dataclasses import dataclass
from datetime import datetime

from contract import lifecycle
from contract.lifecycle import Fact
from contract.messages import CardData, PaymentRecord, PaymentState

TRANSITIONS = lifecycle.AT_KIOSK
_S = PaymentState

# What a record must hold in each state, and what may not change any more once it was in that state.
_INTENTION = ("payment_id", "reference", "method", "unit", "bills", "amount_minor", "currency")
_SNAPSHOT = (
    *_INTENTION,
    "unit_label",
    "payer",
    "simulated",
    "top_up",
    "in_part",
    "credit_minor",
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
    for_no_bill = {"bills"} if record.top_up else set()
    required = (name for name in RULES[record.state].required if name not in for_no_bill)
    return tuple(name for name in required if not getattr(record, name))


def needs_server(record: PaymentRecord) -> bool:
    """Whether the server has a part in it: then no card is taken while it is away."""
    return record.top_up or record.in_part or bool(record.credit_minor)


def altered(before: PaymentRecord, after: PaymentRecord) -> tuple[str, ...]:
    """The frozen fields in which a payment's later record differs from its earlier one."""
    frozen = RULES[before.state].frozen
    return tuple(name for name in frozen if getattr(before, name) != getattr(after, name))


def follows(before: PaymentRecord, after: PaymentRecord) -> bool:
    """Whether one step of the table leads from a payment's record to its next one."""
    steps = {TRANSITIONS[(before.state, fact)] for fact in Fact}
    return after.version == before.version + 1 and after.state in steps


def apply_fact(
    record: PaymentRecord,
    fact: Fact,
    at: datetime,
    *,
    reason: str = "",
    card: CardData | None = None,
    channel_reference: str = "",
    status_url: str = "",
    reversal_asked: bool = False,
) -> PaymentRecord | None:
    """The record after the fact, its version one higher; None when the fact changes nothing.
    ``reversal_asked``: it ended unpaid, and was possibly charged before that (``PaymentView``)."""
    state = TRANSITIONS[(record.state, fact)]
    if state is None:
        return None
    return record.model_copy(
        update={
            "state": state,
            "version": record.version + 1,
            "reason": reason,
            "reversal_asked": reversal_asked,
            "card": card or record.card,
            "channel_reference": channel_reference or record.channel_reference,
            "status_url": status_url or record.status_url,
            "changed_at": at,
        }
    )
