"""Runs about what surrounds the money: the line, the machines and their clocks, databases and backups,
and the staff."""

from tests.simulation.theme import Theme

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
            "clerk_asks_kiosks",
        }
    ),
    by_phone=0.3,
    by_card=0.5,
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
    frozenset(
        {
            "partition",
            "journal_held_back",
            "clock_jump",
            "kiosk_killed",
            "server_killed",
            "clerk_asks_kiosks",
        }
    ),
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
            "clerk_agrees",
            "clerk_merges",
            "clerk_sells",
            "clerk_asks_kiosks",
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
