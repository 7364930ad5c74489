"""Where each planted bug is hunted: in the runs of which theme, and first in those with which faults."""

import itertools
from dataclasses import dataclass

from tests.simulation import themes
from tests.simulation.faults import KINDS, Faults, forgotten_devices
from tests.simulation.themes import Theme

CANDIDATES = (
    400  # seeds of a theme that are looked at: what a seed's faults are is known before it runs
)


@dataclass(frozen=True)
class Place:
    """``needs``: faults without which the bug does not show itself, or rarely."""

    theme: Theme
    needs: tuple[str, ...] = ()
    forgotten: str = ""  # a device that has to be a simulated one in a real community


_OF_MODULE = {
    "kiosk_bugs": Place(themes.CARD),
    "server_bugs": Place(themes.SCREEN),
    "phone_bugs": Place(themes.PHONE),
    "office_bugs": Place(themes.OFFICE),
    "desk_bugs": Place(themes.CREDIT),
    "house_bugs": Place(themes.OFFICE, ("clerk_sells",)),
    "bill_phone_bugs": Place(themes.SCREEN),
    "afar_bugs": Place(themes.OFFICE, ("clerk_asks_kiosks",)),
    "hours_bugs": Place(themes.CARD),
}
_PLACES = {
    "kiosk_bugs.the_journal_is_not_synced": Place(themes.CARD, ("kiosk_power_cut",)),
    "kiosk_bugs.acting_before_recording": Place(themes.CARD, ("disk_full", "kiosk_killed")),
    "kiosk_bugs.recovery_assumes_nothing_was_taken": Place(
        themes.CARD, ("terminal_completion_lost", "kiosk_killed")
    ),
    "kiosk_bugs.recovery_assumes_it_was_taken": Place(themes.CARD, ("terminal_silent",)),
    "kiosk_bugs.recovery_takes_any_transaction_for_its_own": Place(
        themes.CARD, ("terminal_silent",)
    ),
    "kiosk_bugs.unfinished_payments_are_forgotten_at_start": Place(themes.CARD, ("kiosk_killed",)),
    "kiosk_bugs.no_answer_means_declined": Place(themes.CARD, ("terminal_completion_lost",)),
    "kiosk_bugs.entries_are_acknowledged_unsent": Place(themes.BACKLOG, ("journal_held_back",)),
    "kiosk_bugs.a_cancelled_order_is_believed_unpaid": Place(themes.RETURNS),
    "kiosk_bugs.a_retry_gets_a_new_payment_id": Place(themes.LINE, ("answer_lost",)),
    "server_bugs.a_retry_gets_a_new_order_number": Place(themes.SCREEN, ("answer_lost",)),
    "server_bugs.silence_means_closed": Place(themes.SCREEN, ("channel_silent",)),
    "server_bugs.nobody_sweeps": Place(themes.RETURNS),
    "server_bugs.every_refund_try_has_a_new_number": Place(
        themes.RETURNS, ("refund_fails", "paid_after_close")
    ),
    "server_bugs.refunds_are_forgotten": Place(themes.RETURNS, ("paid_after_close",)),
    "server_bugs.late_money_is_dropped": Place(themes.RETURNS, ("paid_after_close",)),
    "server_bugs.a_receipt_entry_hides_the_next_payment": Place(
        themes.BACKLOG, ("journal_held_back",)
    ),
    "phone_bugs.silence_is_answered_by_charging_again": Place(
        themes.PHONE, ("channel_answer_lost",)
    ),
    "phone_bugs.what_was_paid_meanwhile_is_reversed_unread": Place(
        themes.PHONE, ("paid_while_reversing", "phone_asks_for_password")
    ),
    "phone_bugs.what_was_reversed_is_told_as_not_charged": Place(
        themes.PHONE, ("paid_while_reversing", "phone_asks_for_password", "password_never_typed")
    ),
    "phone_bugs.ended_charges_are_not_looked_at_again": Place(
        themes.PHONE, ("paid_after_decline", "phone_declines")
    ),
    "phone_bugs.a_refused_reversal_is_taken_for_done": Place(
        themes.PHONE, ("reverse_refused", "phone_asks_for_password", "password_never_typed")
    ),
    "phone_bugs.the_sweep_overwrites_what_was_learned_meanwhile": Place(
        themes.GONE_CHANNEL, ("channel_dead", "console_refunds")
    ),
    "phone_bugs.paid_is_booked_while_it_is_given_back": Place(
        themes.SLOW_CHANNEL, ("paid_while_reversing", "end_accepted")
    ),
    "office_bugs.a01_what_was_approved_is_offered_before_the_server_knows": Place(
        themes.BACKLOG, ("journal_held_back", "partition")
    ),
    "office_bugs.a02_an_end_that_was_accepted_is_booked_as_paid": Place(
        themes.SLOW_CHANNEL, ("end_accepted", "paid_while_reversing")
    ),
    "office_bugs.a03_refunds_are_sent_after_people_returned_the_money": Place(
        themes.RETURNS, ("refund_fails", "clerk_answers", "paid_after_close")
    ),
    "office_bugs.a04_one_entry_blocks_its_journal": Place(themes.POISON, ("poison",)),
    "office_bugs.a_time_that_is_no_text_refuses_the_whole_batch": Place(themes.POISON, ("poison",)),
    "office_bugs.a05_credit_hangs_on_the_code_of_a_unit": Place(
        themes.CREDIT, ("clerk_renames", "paid_after_close")
    ),
    "office_bugs.a06_a_bill_is_withdrawn_while_it_may_be_paid": Place(
        themes.OFFICE, ("clerk_voids",)
    ),
    "office_bugs.a07_a_hold_ends_by_the_clock": Place(themes.OFFICE, ("clerk_voids",)),
    "office_bugs.a08_the_clock_of_a_kiosk_silences_the_alert": Place(
        themes.ANOTHER_CLOCK, ("left_open", "clock_off")
    ),
    "office_bugs.a09_money_of_an_order_that_is_not_known_is_dropped": Place(
        themes.LOST_ORDERS, ("backup_restored", "scanned_late")
    ),
    "office_bugs.a10_the_database_takes_changes_of_the_books": Place(
        themes.DATABASE, ("books_altered",)
    ),
    "office_bugs.a10_verification_reads_nothing_but_the_books": Place(
        themes.DATABASE, ("books_altered",)
    ),
    "office_bugs.a11_another_amount_is_a_dead_end": Place(themes.CREDIT, ("paid_other_amount",)),
    "office_bugs.a12_a_part_that_went_back_is_taken_for_all": Place(
        themes.CONSOLE, ("console_refunds_part",)
    ),
    "office_bugs.a13_simulated_devices_take_cards_in_a_real_community": Place(
        themes.BACKLOG, ("partition",), forgotten="card_terminal"
    ),
    "office_bugs.a14_a_version_counts_once_for_two_states": Place(
        themes.BACKLOG, ("journal_held_back", "terminal_completion_lost")
    ),
    "office_bugs.a14_a_blank_terminal_proves_that_nothing_was_taken": Place(
        themes.TERMINAL_REPLACED,
        ("kiosk_replaced", "terminal_replaced", "terminal_completion_lost"),
    ),
    "office_bugs.a14_a_channel_that_was_removed_is_told_as_nothing_charged": Place(
        themes.GONE_CHANNEL, ("removed_while_charging", "connection_reset", "channel_slow")
    ),
    "office_bugs.a15_trouble_of_the_database_is_told_as_an_unknown_key": Place(
        themes.LINE, ("database_away",)
    ),
    "office_bugs.a16_refunds_are_not_claimed": Place(themes.RETURNS, ("paid_after_close",)),
    "office_bugs.a17_a_dead_channel_holds_the_others": Place(
        themes.GONE_CHANNEL, ("channel_dead",)
    ),
    "office_bugs.a17_the_copy_of_the_bills_never_grows_old": Place(
        themes.OLD_COPY, ("partition_long",)
    ),
    "office_bugs.a17_a_kiosk_that_is_switched_off_cannot_deliver": Place(
        themes.OFFICE, ("clerk_deactivates",)
    ),
    "office_bugs.a17_currencies_are_never_compared": Place(themes.POISON, ("poison",)),
    "office_bugs.a17_a_late_fee_takes_any_excess": Place(themes.ANOTHER_CLOCK, ("dearer",)),
    "office_bugs.a17_a_code_that_nobody_scanned_has_no_end": Place(
        themes.SCREEN, ("says_no_trade",)
    ),
    "office_bugs.a17_money_returned_in_the_console_is_never_seen": Place(
        themes.CONSOLE, ("console_refunds",)
    ),
    "office_bugs.what_a_restored_server_lacks_is_sent_with_the_next_entry_only": Place(
        themes.BACKUP, ("backup_restored",)
    ),
    "office_bugs.a_restored_server_asks_nobody_again": Place(
        themes.BACKUP, ("backup_restored", "paid_after_close", "scanned_late")
    ),
    "desk_bugs.c01_credit_is_paid_out_without_looking_what_there_is": Place(
        themes.CREDIT, ("clerk_keeps_credit",)
    ),
    "desk_bugs.c02_nobody_hears_that_credit_went_back_after_it_was_used": Place(
        themes.CREDIT, ("console_refunds", "clerk_keeps_credit")
    ),
    "desk_bugs.c03_what_was_reserved_of_the_credit_is_not_let_go": Place(
        themes.CREDIT, ("clerk_keeps_credit",)
    ),
    "desk_bugs.c04_what_is_reserved_stays_in_the_credit_and_is_used_twice": Place(
        themes.CREDIT, ("clerk_keeps_credit",)
    ),
    "desk_bugs.c05_credit_for_certain_fee_items_pays_all_bills": Place(
        themes.CREDIT, ("clerk_keeps_credit",)
    ),
    "desk_bugs.what_people_returned_is_not_looked_for_in_the_console": Place(
        themes.RETURNS, ("refund_fails", "clerk_answers", "paid_after_close", "console_returns_too")
    ),
    "desk_bugs.a_part_that_staff_say_went_back_is_taken_for_all": Place(
        themes.CONSOLE, ("console_refunds_part", "clerk_answers")
    ),
    "desk_bugs.verification_passes_over_moves_of_credit": Place(
        themes.DATABASE, ("books_altered", "clerk_keeps_credit")
    ),
    "desk_bugs.a_part_of_what_went_back_whole_is_refused_for_ever": Place(
        themes.SLOW_CHANNEL, ("console_refunds_part", "end_accepted", "phone_asks_for_password")
    ),
    "house_bugs.the_debts_of_a_merged_unit_are_shown_to_nobody": Place(
        themes.OFFICE, ("clerk_merges",)
    ),
    "house_bugs.credit_of_a_unit_that_was_merged_stays_with_it": Place(
        themes.CREDIT, ("clerk_merges", "clerk_keeps_credit")
    ),
    "desk_bugs.instalments_are_agreed_while_somebody_pays": Place(themes.OFFICE, ("clerk_agrees",)),
    "server_bugs.what_a_kiosk_used_of_the_credit_stays_and_is_used_again": Place(
        themes.CREDIT, ("clerk_keeps_credit",)
    ),
    "afar_bugs.a_kiosks_next_key_counts_before_it_has_signed": Place(
        themes.LINE, ("clerk_asks_kiosks", "answer_lost")
    ),
    "office_bugs.a_refused_start_that_arrives_again_begins": Place(
        themes.CROSSING, ("refusal_repeated", "phone_declines")
    ),
    "office_bugs.what_staff_take_back_is_not_closed_at_its_channel": Place(
        themes.DECISIONS, ("clerk_errs", "channel_dead", "clerk_answers")
    ),
    "office_bugs.money_for_what_staff_took_back_is_dropped": Place(
        themes.DECISIONS,
        ("clerk_errs", "channel_dead", "clerk_answers", "scanned_late", "paid_after_close"),
    ),
}


def place_of(name: str) -> Place:
    """``module.function``."""
    return _PLACES.get(name) or _OF_MODULE[name.partition(".")[0]]


def seeds_at(place: Place, most: int) -> list[int]:
    """The theme's seeds that promise most, the best ones first; among equals the smallest."""
    found = itertools.islice(themes.seeds_of(place.theme), max(CANDIDATES, most))
    return sorted(found, key=lambda seed: (-_promise(place, seed), seed))[:most]


def _promise(place: Place, seed: int) -> float:
    """How often, of at most, the rarest of the faults happens that are needed."""
    if place.forgotten and place.forgotten not in (forgotten_devices(seed) or ()):
        return -1.0
    if not place.needs:
        return 0.0
    enabled = Faults.of_seed(seed).enabled
    return min(enabled.get(kind, 0.0) / KINDS[kind] for kind in place.needs)
