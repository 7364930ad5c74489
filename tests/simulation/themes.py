"""What a run is mostly about, so that rare things meet often enough: cards, codes on phones, codes on the
screen, the line, people and more. The seed decides."""

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
    impatient: bool = False  # residents give up a code on the screen, and pay it all the same
    patient: bool = False  # or they wait for their phone however long it takes
    by_channel: bool = False  # nobody takes the card where a channel is offered
    credits: float = 0.3  # how likely the community keeps late money as credit
    saved_before: bool = False  # there is a backup of the server from before the run
    copy_minutes: float | None = (
        None  # the kiosks' copy of the bills serves no longer: a day in truth
    )
    between_visits_s: tuple[float, float] = (2.0, 30.0)


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
            "says_no_trade",
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
            "database_away",
            "terminal_acknowledgement_lost",
        }
    ),
    by_phone=0.3,
    by_card=0.5,
)
SLOW_CHANNEL = Theme(
    "channels that are slow to show and carry out what they were asked",
    frozenset(
        {
            "query_lags",
            "end_accepted",
            "end_unsure",
            "end_not_done",
            "channel_answer_lost",
            "phone_asks_for_password",
            "password_never_typed",
            "paid_while_reversing",
            "charge_arrives_late",
            "notification_lost",
            "notification_late",
            "paid_after_close",
            "server_killed",
        }
    ),
    by_phone=0.5,
    by_card=0.0,
)
BACKUP = Theme(
    "a server that comes back with an earlier backup",
    frozenset(
        {
            "server_killed",
            "server_restored",
            "backup_restored",
            "answer_lost",
            "notification_lost",
            "notification_late",
            "partition",
            "channel_answer_lost",
            "paid_after_close",
            "scanned_late",
        }
    ),
    by_phone=0.1,
    by_card=0.0,
    impatient=True,
    by_channel=True,
)
BACKLOG = Theme(
    "between the line's return and the journal's delivery",
    frozenset({"partition", "journal_held_back", "clock_jump", "kiosk_killed", "server_killed"}),
    by_phone=0.05,
    by_card=0.9,
    homes=2,
)
OFFICE = Theme(
    "people of the office",
    frozenset(
        {
            "clerk_voids",
            "clerk_waives",
            "clerk_keeps_credit",
            "clerk_renames",
            "clerk_answers",
            "paid_other_amount",
            "clerk_switches_off",
            "clerk_deactivates",
            "terminal_silent",
            "terminal_completion_lost",
            "channel_silent",
            "channel_answer_lost",
            "partition",
        }
    ),
    by_phone=0.3,
    by_card=0.4,
    homes=2,
)
CONSOLE = Theme(
    "the merchant's console",
    frozenset(
        {
            "console_refunds",
            "console_refunds_part",
            "console_closes",
            "clerk_answers",
            "paid_after_close",
            "query_lags",
            "notification_lost",
            "notification_late",
            "phone_asks_for_password",
            "server_killed",
        }
    ),
    by_phone=0.4,
    by_card=0.0,
)
RETURNS = Theme(
    "late money and its way back",
    frozenset(
        {
            "paid_after_close",
            "paid_after_decline",
            "phone_declines",
            "charge_arrives_late",
            "refund_fails",
            "clerk_answers",
            "clerk_renames",
            "channel_answer_lost",
            "server_killed",
        }
    ),
    by_phone=0.1,
    by_card=0.0,
    homes=3,
    impatient=True,
    by_channel=True,
)
POISON = Theme(
    "entries that nobody expects",
    frozenset({"poison", "answer_lost", "database_rolls_back", "server_killed", "clerk_renames"}),
    by_phone=0.2,
    by_card=0.5,
)
LOST_ORDERS = Theme(
    "payments that a restored server does not know",
    frozenset(
        {
            "server_restored",
            "backup_restored",
            "server_killed",
            "scanned_late",
            "notification_late",
        }
    ),
    by_phone=0.0,
    by_card=0.0,
    patient=True,
    by_channel=True,
    saved_before=True,
)
CREDIT = Theme(
    "late money that is kept as credit, and units that get another number",
    frozenset(
        {
            "paid_after_close",
            "clerk_keeps_credit",
            "clerk_renames",
            "clerk_answers",
            "paid_other_amount",
            "notification_lost",
            "partition",
        }
    ),
    by_phone=0.0,
    by_card=0.1,
    homes=3,
    impatient=True,
    by_channel=True,
    credits=1.0,
)
ANOTHER_CLOCK = Theme(
    "a kiosk with another clock and other prices, which leaves payments open",
    frozenset({"poison", "left_open", "clock_off", "dearer", "server_killed", "answer_lost"}),
    by_phone=0.2,
    by_card=0.5,
)
CROSSING = Theme(
    "requests that cross",
    frozenset(
        {
            "message_late",
            "message_repeated",
            "message_overtaken",
            "start_repeated",
            "refusal_repeated",
            "journal_held_back",
            "answer_lost",
            "connection_reset",
            "server_killed",
            "clerk_voids",
            "clerk_answers",
            "phone_asks_for_password",
            "password_never_typed",
            "phone_declines",
        }
    ),
    by_phone=0.8,
    by_card=0.3,
    homes=2,
)
GONE_CHANNEL = Theme(
    "a channel that is dead or not set up for a while",
    frozenset(
        {
            "channel_dead",
            "channel_removed",
            "removed_while_charging",
            "connection_reset",
            "channel_slow",
            "server_killed",
            "phone_asks_for_password",
            "charge_arrives_late",
            "channel_answer_lost",
            "notification_lost",
            "paid_after_close",
            "refund_fails",
        }
    ),
    by_phone=0.8,
    by_card=0.0,
    impatient=True,
    by_channel=True,
)
OLD_COPY = Theme(
    "hours without a line",
    frozenset({"partition_long", "kiosk_killed", "journal_held_back", "clerk_voids"}),
    by_phone=0.0,
    by_card=1.0,
    copy_minutes=3.0,
    between_visits_s=(20.0, 240.0),
)
TERMINAL_REPLACED = Theme(
    "a kiosk that is put up anew, with another card terminal",
    frozenset(
        {
            "kiosk_replaced",
            "terminal_replaced",
            "terminal_completion_lost",
            "terminal_silent",
            "clerk_answers",
        }
    ),
    by_phone=0.0,
    by_card=1.0,
    homes=3,
)
DECISIONS = Theme(
    "staff who err, and payers who come back",
    frozenset(
        {
            "clerk_answers",
            "clerk_errs",
            "scanned_late",
            "paid_after_close",
            "channel_dead",
            "notification_late",
        }
    ),
    by_phone=0.0,
    by_card=0.0,
    patient=True,
    by_channel=True,
)
DATABASE = Theme(
    "somebody who writes to the database by hand",
    frozenset({"books_altered", "answer_lost", "server_killed", "clerk_answers", "kiosk_killed"}),
    by_phone=0.3,
    by_card=0.4,
)
THEMES = (
    CARD,
    PHONE,
    SCREEN,
    LINE,
    SLOW_CHANNEL,
    LOST_ORDERS,
    BACKLOG,
    OFFICE,
    CONSOLE,
    CREDIT,
    ANOTHER_CLOCK,
    DATABASE,
    CROSSING,
    GONE_CHANNEL,
    OLD_COPY,
    SLOW_CHANNEL,
    BACKUP,
    TERMINAL_REPLACED,
    DECISIONS,
    CONSOLE,
    RETURNS,
    POISON,
)


def theme_of(seed: int) -> Theme:
    return THEMES[seed % len(THEMES)]


def seeds_of(theme: Theme) -> Iterator[int]:
    return (seed for seed in itertools.count(1) if theme_of(seed) is theme)
