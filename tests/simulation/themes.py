"""What a run is mostly about, so that rare things meet often enough: cards, codes on phones, codes on the
screen, or the line. The seed decides."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

CHOSEN, OTHERS = 0.8, 0.25  # how likely a run has a fault of its theme, and any other


@dataclass(frozen=True)
class Theme:
    """``faults``: those that most of its runs have. ``by_phone``: how many residents hold their phone to
    the scanner; ``by_card``: of the others, how many choose the card. ``homes``: how many residents come
    from; few of them meet at one bill."""

    name: str
    faults: frozenset[str]
    by_phone: float
    by_card: float
    homes: int = 6


CARD = Theme(
    "card",
    frozenset(
        {
            "terminal_silent",
            "terminal_completion_lost",
            "terminal_silent_in_the_end",
            "terminal_wrong_receipt_number",
            "terminal_reverses_unasked",
            "terminal_refuses_reversal",
            "terminal_acknowledgement_lost",
            "disk_full",
            "kiosk_killed",
            "kiosk_power_cut",
            "server_killed",
            "printer_jam",
        }
    ),
    by_phone=0.05,
    by_card=0.9,
)
PHONE = Theme(
    "phone code",
    frozenset(
        {
            "phone_asks_for_password",
            "password_never_typed",
            "password_wrong",
            "phone_declines",
            "paid_after_decline",
            "charge_arrives_late",
            "paid_while_reversing",
            "reverse_refused",
            "channel_answer_lost",
            "channel_slow",
            "answer_lost",
            "message_repeated",
            "server_killed",
        }
    ),
    by_phone=0.9,
    by_card=0.2,
)
SCREEN = Theme(
    "code on the screen",
    frozenset(
        {
            "answer_lost",
            "channel_refuses",
            "channel_silent",
            "channel_answer_lost",
            "notification_lost",
            "notification_late",
            "notification_repeated",
            "paid_after_close",
            "server_killed",
            "server_killed_in_transaction",
            "kiosk_killed",
        }
    ),
    by_phone=0.1,
    by_card=0.1,
    homes=3,
)
LINE = Theme(
    "line",
    frozenset(
        {
            "message_lost",
            "answer_lost",
            "message_repeated",
            "message_late",
            "message_overtaken",
            "partition",
            "clock_jump",
            "database_rolls_back",
            "terminal_acknowledgement_lost",
        }
    ),
    by_phone=0.3,
    by_card=0.5,
)
THEMES = (CARD, PHONE, SCREEN, LINE)


def theme_of(seed: int) -> Theme:
    return THEMES[seed % len(THEMES)]


def seeds_of(theme: Theme) -> Iterator[int]:
    return (seed for seed in itertools.count(1) if theme_of(seed) is theme)
