"""Draws ``docs/payment-life.md`` from the tables of a payment's life at the kiosk and on the server.

``python -m tools.draw_payment_life`` writes it; a test says when it is not up to date.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from contract.lifecycle import CLOSED_UNPAID, Fact
from contract.messages import PaymentState
from kiosk.core import payment as kiosk
from server.payments import state_machine as server
from server.payments import timing

TARGET = Path(__file__).resolve().parent.parent / "docs" / "payment-life.md"
_LATE = "late: refunded or credited"
_HEAD = """# The life of a payment

Drawn from the code by `python -m tools.draw_payment_life`; do not edit. A payment never moves backwards.
No silence and no time-out is an answer: without one it is `unknown` until somebody who knows was asked.
In the table of steps, `·` is no news and changes nothing.
"""
_STEPS = """## The steps

`contract/lifecycle.py`: one table for both sides. They differ in what news of money makes of a
payment that had ended without any: the kiosk believes it, on the server its bills may have been paid
again.
"""
_KIOSK = """## At the kiosk

`kiosk/core/payment.py`: what a record holds. Each step is a record in the journal, on disk before anybody
is asked for money.
"""
_SERVER = """## On the server

`server/payments/state_machine.py`: what a row holds. Each change is a committed row, checked against
these rules at every write; the database refuses money that does not add up. That the customer was charged
(`captured_minor`) and where the money went (`allocated_minor` settled bills, `credited_minor` is credit
of the unit, `refunded_minor` went back) are facts of their own. Where the unit's credit pays a part of
the bills (`credit_minor`), that is reserved with the order (`reserved_minor`), and used (`drawn_minor`)
only when it is approved in time; each other end returns it. Money for an order that had ended without
any is late: the community's policy makes it `reversed` (refunded) or `approved` (credited), and staff are
told. So is money for an order whose kiosk told the payer that none was taken: an order that does not say
so itself is older than that, as after a restore from a backup. Whom the kiosk told that it went back, or
that it is credit, gets that, whatever the policy is. Where a part of late money went back in the
channel's console before it was known, only the rest is refunded. Money that is known by a person's word
only is never refunded by the machine: they say whether it is for the bills or credit. Another sum than
the order's leaves it `unknown` with the money in the suspense account (`held_minor`) until staff say what
it is for. A refund is sent by the machine, which claims it first, or returned by staff (`by_hand`): never
both. What the channel returned all the same the unit owes: each part is booked and told to staff. An
approved order may have been returned in part in its channel's console: `refunded_minor` is less than
`captured_minor` then, and the bills stay settled; all of it back means `reversed`. A card payment that
stays `created`, as where the server died before its kiosk heard that it may begin, lets its bills go five
minutes after its order's time. It has no end by itself: the kiosk may have gone on without the server,
and only its journal or staff can say so; they are told after two hours.

An order that a phone began by itself, from the page behind a bill's code, has the `place` phone and no
kiosk: `kiosk_id` and `kiosk_code` are empty, its reference (`P-`, its day, a number) is none that a
kiosk gives, and no journal tells of it (`server/payments/phone_orders.py`). It is asked about while
its page is looked at. What has no end at WeChat Pay is closed at once when it is given up; at Alipay
there is nothing to close until the payer has opened its page, and its address can be opened until the
order's time is over: so long it holds its bills. It is closed and never reversed, as a reversal is for
payment codes; when it ended unpaid it is looked at again, as one of those.
"""
_PHONE = """## When the kiosk scans the resident's phone

`kiosk/core/payment_code.py`, `server/payments/payment_codes.py`. The request itself takes the money, so
both sides write `pending` before it is sent: the kiosk in its journal, the server in the order's row.
Whoever moves the row from `created` to `pending` asks the channel, once; a request that comes again
only looks.

| | |
|---|---|
| the code is kept | nowhere: no row, no log, no hash |
| the channel is asked how it stands | every {ask:g} s |
| the resident has for the password | {life:g} s |
| unpaid after that, cancelled or refused | reversed, right after a query that says so |
| never reversed earlier than | {reverse:g} s after the charge |
| a row that was never charged | ended as one that was: after a restore it may be older than the charge |
| a reversal is refused while the payer types | asked and reversed again |
| the query is not answered | nothing is reversed: what was paid would go back |
| a reversal was asked for and not refused | "paid" is not believed, and it is reversed again |
| ended unpaid | looked at again after {looks}: no notification would tell |
| paid though an end was asked for | looked at again after {end}: it may still be carried out |
| paid | looked at again after {console} more: it may be returned in the channel's console |
"""

Steps = Mapping[tuple[PaymentState, StrEnum], PaymentState | None]


class Rule(Protocol):
    @property
    def required(self) -> tuple[str, ...]: ...
    @property
    def frozen(self) -> tuple[str, ...]: ...


def document() -> str:
    """The whole page."""
    parts = [
        _HEAD,
        _STEPS,
        _steps(kiosk.TRANSITIONS, server.TRANSITIONS),
        _KIOSK,
        _diagram(kiosk.TRANSITIONS, ()),
        _fields(kiosk.RULES),
        _SERVER,
        _diagram(server.TRANSITIONS, CLOSED_UNPAID),
        _fields(server.RULES),
        _PHONE.format(
            ask=timing.PAYMENT_CODE_POLL_S,
            life=timing.PAYMENT_CODE_LIFE.total_seconds(),
            reverse=timing.REVERSAL_NOT_BEFORE.total_seconds(),
            looks=_durations(timing.RECHECKS_UNPAID),
            end=_durations(timing.RECHECKS_AFTER_END),
            console=_durations(timing.RECHECKS_PAID),
        ),
    ]
    return "\n".join(parts)


def _diagram(steps: Steps, late_in: tuple[PaymentState, ...]) -> str:
    """A Mermaid state diagram: one arrow for all facts that lead from one state to another."""
    arrows: dict[tuple[PaymentState, PaymentState], list[str]] = {}
    for (state, fact), to in steps.items():
        if to is not None:
            arrows.setdefault((state, to), []).append(fact.value)
    for state in late_in:
        for to in (PaymentState.APPROVED, PaymentState.REVERSED):
            arrows.setdefault((state, to), []).append("late")
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> created"]
    lines += [f"    {a} --> {b}: {', '.join(facts)}" for (a, b), facts in arrows.items()]
    lines += [f"    {state} --> [*]" for state in PaymentState if state.final]
    return "\n".join([*lines, "```", ""])


def _steps(at_kiosk: Steps, on_server: Steps) -> str:
    """One table: where the sides differ, both are named."""
    rows = [["state", *(f"`{fact}`" for fact in Fact)]]
    for state in PaymentState:
        row = [f"`{state}`"]
        for fact in Fact:
            here, there = _step(at_kiosk, state, fact), _step(on_server, state, fact)
            row.append(here if here == there else f"kiosk: {here}; server: {there}")
        rows.append(row)
    return _table(rows)


def _step(steps: Steps, state: PaymentState, fact: Fact) -> str:
    if (state, fact) not in steps:
        return _LATE
    to = steps[(state, fact)]
    return f"`{to}`" if to else "·"


def _fields(rules: Mapping[PaymentState, Rule]) -> str:
    """What every state requires and freezes is said once."""
    required = _common([rule.required for rule in rules.values()])
    frozen = _common([rule.frozen for rule in rules.values()])
    said = f"Required in every state: {_names(required)}.\n\nFrozen from the start: {_names(frozen)}.\n"
    has_empty = any(getattr(rule, "empty", ()) for rule in rules.values())
    rows = [["state", "also required", *(["empty"] if has_empty else []), "also frozen"]]
    for state in PaymentState:
        rule = rules[state]
        row = [f"`{state}`", _names(n for n in rule.required if n not in required)]
        if has_empty:
            row.append(_names(getattr(rule, "empty", ())))
        row.append(_names(n for n in rule.frozen if n not in frozen))
        rows.append(row)
    return f"{said}\n{_table(rows)}"


def _durations(pauses: Iterable[timedelta]) -> str:
    return ", ".join(map(_duration, pauses))


def _duration(pause: timedelta) -> str:
    for unit, seconds in (("d", 86_400), ("h", 3600), ("min", 60)):
        if pause.total_seconds() >= seconds:
            return f"{pause.total_seconds() / seconds:g} {unit}"
    return f"{pause.total_seconds():g} s"


def _common(of: list[tuple[str, ...]]) -> list[str]:
    return [name for name in of[0] if all(name in names for names in of)]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "–"


def _table(rows: list[list[str]]) -> str:
    head, *body = (f"| {' | '.join(row)} |" for row in rows)
    return "\n".join([head, "|" + "---|" * len(rows[0]), *body, ""])


if __name__ == "__main__":
    TARGET.write_text(document(), "utf-8")
