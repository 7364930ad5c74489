"""Runs about how residents pay, what a channel makes of it, and money that comes late or goes back."""

from tests.simulation.theme import Theme

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
            "console_returns_too",
            "channel_answer_lost",
            "server_killed",
        }
    ),
    by_phone=0.1,
    by_card=0.0,
    homes=3,
    impatient=True,
    by_channel=True,
    credits=0.0,
)
CREDIT = Theme(
    "late money that is kept as credit, and units that get another number",
    frozenset(
        {
            "paid_after_close",
            "clerk_keeps_credit",
            "clerk_renames",
            "clerk_merges",
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
