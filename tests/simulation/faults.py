"""Which faults happen in a run. Each decision depends on the seed, the kind and its number alone, so that
one fault can be taken away and the others still strike where they did."""

import hashlib
import random
from collections import Counter
from dataclasses import dataclass, field

from tests.simulation import coverage
from tests.simulation.themes import CHOSEN, OTHERS, Theme, theme_of

# kind -> how often it strikes, at most, at each occasion of a run that has it
KINDS = {
    "kiosk_killed": 0.015,  # SIGKILL between any two effects: what was written stays
    "kiosk_power_cut": 0.015,  # as above, and what was not synced is gone or torn
    "server_killed": 0.04,
    "server_killed_in_transaction": 0.02,  # what it was about to commit is gone
    "server_restored": 0.6,  # when it comes back, it does so from an earlier backup
    "backup_restored": 0.2,  # by somebody, while it runs
    "database_rolls_back": 0.04,  # another transaction was in the way
    "database_away": 0.1,  # just when somebody asks who is calling
    "message_lost": 0.15,
    "answer_lost": 0.15,
    "message_repeated": 0.15,
    "message_late": 0.15,
    "message_overtaken": 0.2,  # later ones arrive first, on the way there or back
    "partition": 0.12,
    "journal_held_back": 0.3,  # a kiosk's journal does not come through, all else does
    "clock_jump": 0.3,  # a kiosk's clock, either way, while it runs or before it starts
    "disk_full": 0.05,
    "channel_refuses": 0.25,  # an explicit no before anything is done
    "channel_silent": 0.25,  # no answer, and nothing was done
    "channel_answer_lost": 0.25,  # no answer, and it was done
    "channel_slow": 0.5,  # it answers a charge when the kiosk has asked the server once more
    "query_lags": 0.7,  # a query does not yet show what the channel did itself, or was paid
    "end_accepted": 0.5,  # a reversal, cancel or close that is carried out later
    "end_unsure": 0.5,  # 5xx: asked to end an order, it cannot say whether it did,
    "end_not_done": 0.4,  # and it did not
    "paid_other_amount": 0.3,  # the channel took another amount than was asked for
    "refund_fails": 0.7,  # an explicit no, for minutes
    "console_refunds": 0.2,  # somebody gives money back in the merchant's console,
    "console_refunds_part": 0.2,  # or a part of it
    "console_closes": 0.1,
    "notification_lost": 0.3,
    "notification_late": 0.3,
    "notification_repeated": 0.3,
    "paid_after_close": 0.7,
    "scanned_only": 0.3,  # the code on the screen is scanned, and not paid
    "phone_asks_for_password": 0.9,  # USERPAYING
    "password_never_typed": 0.5,
    "password_wrong": 0.3,
    "phone_declines": 0.5,
    "paid_after_decline": 0.8,  # the channel said no, and took the money a little later
    "charge_arrives_late": 0.4,  # no answer, and it is done only seconds afterwards
    "paid_while_reversing": 0.7,  # the password came between our question and our reversal
    "reverse_refused": 0.7,  # the payer is just typing
    "terminal_silent": 0.35,  # before the bank was asked: nothing was taken
    "terminal_completion_lost": 0.3,  # the bank approved, we did not hear it
    "terminal_silent_in_the_end": 0.2,  # after it was acknowledged
    "terminal_wrong_receipt_number": 0.2,  # its answer names another than its memory does
    "terminal_reverses_unasked": 0.5,  # it was acknowledged too late for its taste
    "terminal_refuses_reversal": 0.9,
    "terminal_acknowledgement_lost": 0.3,  # we recorded it; it did not hear so, and took it back
    "printer_jam": 0.2,
    "resident_walks_away": 0.05,
    "poison": 0.6,  # an entry of a third kiosk that the contract allows and nobody expects
    "clerk_voids": 0.3,  # and issues the bill again, with another amount
    "clerk_waives": 0.2,  # a part of a bill or all of it, or takes a waiver back
    "clerk_keeps_credit": 0.3,  # takes money in, uses a unit's credit for bills, pays it out
    "clerk_renames": 0.15,  # a unit
    "clerk_answers": 0.5,  # one of the open questions
    "clerk_switches_off": 0.1,  # a kiosk at the wall, for minutes
    "clerk_deactivates": 0.1,  # a kiosk at the server, and activates it again
    "scanned_late": 0.6,  # the payer pays minutes later what the screen showed
    "left_open": 0.5,  # a third kiosk never says how a card payment ended,
    "clock_off": 0.7,  # its clock is off by days,
    "dearer": 0.5,  # and it took more than the bill says
    "channel_dead": 0.12,  # it answers nothing for minutes
    "channel_removed": 0.1,  # from the server's configuration, for a while
    "partition_long": 0.15,
    "kiosk_replaced": 0.7,  # by one that knows nothing, with the server's word where to go on,
    "terminal_replaced": 0.7,  # and so is its terminal
    "says_no_trade": 1.0,  # Alipay, always, to the cancel of a code that nobody scanned
    "connection_reset": 1.0,  # who waits for a server that dies hears so at once
    "start_repeated": 0.8,  # a request to begin a payment, when its kiosk may have given it up
    "clerk_errs": 0.6,  # the answer to a question is wrong
    "books_altered": 0.1,  # somebody writes into the server's tables by hand
    "removed_while_charging": 0.8,  # a channel, just when it is slow to charge a phone
    "refusal_repeated": 0.9,  # a connection stalls: what was refused comes again, the journal does not
    "console_returns_too": 0.9,  # somebody, what people have returned in cash or by transfer
    "clerk_agrees": 0.5,  # that open bills are paid by instalments, or ends such an agreement
    "clerk_merges": 0.2,  # two units
    "clerk_sells": 0.5,  # packages of months, bills months of them, gives back what is left
    "clerk_asks_kiosks": 0.3,  # from afar: out of service and back, to restart, to show a message
}
# Only in runs whose theme is about them.
RARE = frozenset(tuple(KINDS)[tuple(KINDS).index("scanned_late") :])


REAL_COMMUNITIES = 0.4
ROLES = ("scanner", "card_terminal", "printer")


def forgotten_devices(seed: int) -> set[str] | None:
    """Which devices at one of its kiosks call themselves simulated, where the community is a real one;
    None for a test community."""
    if random.Random(f"real {seed}").random() >= REAL_COMMUNITIES:
        return None
    rng = random.Random(f"devices {seed}")
    return {role for role in ROLES if rng.random() < 0.5}


@dataclass
class Faults:
    """``only`` and ``without`` name strikes (kind, number) for replaying and shrinking."""

    seed: int
    theme: Theme
    enabled: dict[str, float] = field(default_factory=dict)
    only: frozenset[tuple[str, int]] | None = None
    quiet: bool = False  # once set, nothing strikes any more
    struck: list[tuple[str, int]] = field(default_factory=list)
    occasions: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of_seed(cls, seed: int, only: frozenset[tuple[str, int]] | None = None) -> "Faults":
        """Most kinds of the run's theme and some of the others, each at its own rate; one run in
        sixteen has none."""
        rng, theme = random.Random(f"faults {seed}"), theme_of(seed)
        if seed % 16 == 0:
            return cls(seed, theme, {}, only)
        enabled: dict[str, float] = {}
        for kind, most in KINDS.items():
            chosen = kind in theme.faults
            others = 0.0 if kind in RARE else OTHERS
            if rng.random() < (CHOSEN if chosen else others):
                enabled[kind] = rng.uniform(0.4 if chosen else 0.1, 1.0) * most
        return cls(seed, theme, enabled, only)

    def strikes(self, kind: str) -> bool:
        """Whether this fault happens at this occasion."""
        chance = self.enabled.get(kind, 0.0)
        if not chance or self.quiet:
            return False
        number = self.occasions[kind]
        self.occasions[kind] += 1
        if self._roll(kind, number) >= chance:
            return False
        if self.only is not None and (kind, number) not in self.only:
            return False
        self.struck.append((kind, number))
        coverage.LAST_FAULT[0] = kind
        return True

    def _roll(self, kind: str, number: int) -> float:
        digest = hashlib.blake2b(f"{self.seed} {kind} {number}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64
