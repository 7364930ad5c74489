"""Bugs that an adversary found, planted again: of slow channels, of the office, of a server that was
restored and of entries that nobody expects. Each changes the code of its own process, for good."""

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import Any

from server.payments.channels.interface import ChannelStatus, EndAnswer, Ending


def a01_what_was_approved_is_offered_before_the_server_knows() -> None:
    from kiosk.journal.journal import Journal

    Journal.may_have_paid = lambda self, bills, after: []


def a02_an_end_that_was_accepted_is_booked_as_paid() -> None:
    """A query right after it is believed, and nobody looks at a paid order again."""
    from contract.messages import PaymentState
    from server.payments import inquiry, timing

    real, looks_at = inquiry.ask_end, timing.rechecks

    def hasty(through: Any, by: str, number: str) -> EndAnswer:
        answer = real(through, by, number)
        paid = answer.state.status is ChannelStatus.PAID
        return EndAnswer(Ending.REFUSED, answer.state) if paid else answer

    inquiry.ask_end = hasty
    timing.rechecks = lambda state, ending: (
        () if state is PaymentState.APPROVED else looks_at(state, ending)
    )


def a03_refunds_are_sent_after_people_returned_the_money() -> None:
    from server.payments import refunds
    from server.payments.channels import registry
    from server.payments.decisions import refund_takeover

    real = refunds.take_over

    def both(refund_pk: int, how: Any, returned_at: Any, poll_count: int, at: Any) -> Any:
        refund = real(refund_pk, how, returned_at, poll_count, at)
        order, amount = refund.order, refund.amount_minor
        account = registry.channel(order.method).accounts[order.out_trade_no]
        account.refunds[refund.refund_no] = amount  # at the machine's next try
        return refund

    refunds.take_over = refund_takeover.refunds.take_over = both
    refunds.watch_by_hand = lambda *arguments: 0


def a04_one_entry_blocks_its_journal() -> None:
    """Only what was thought of costs nobody else anything."""
    from django.db import transaction
    from pydantic import ValidationError

    from server.billing.unit_accounts import UnitNotFound
    from server.payments.journal.posting import JournalPosting

    def strict(self: Any, entries: Any, report: bool = False) -> bool:
        try:
            with transaction.atomic():
                self._all(entries)
        except (ValidationError, UnitNotFound, KeyError) as error:
            if report:
                self._unreadable(entries[0], error)
            return False
        return True

    JournalPosting._without_failure = strict


def a_time_that_is_no_text_refuses_the_whole_batch() -> None:
    from server.payments.journal import intake

    real = intake._check_sequences

    def strict(entries: Any) -> None:
        real(entries)
        if any(not isinstance(entry.at, str) for entry in entries):
            raise intake.JournalBroken("an entry cannot be read")

    intake._check_sequences = strict


def a05_credit_hangs_on_the_code_of_a_unit() -> None:
    """What was booked under another code than the unit has now is not found."""
    from server.estate.models import Unit
    from server.ledger import posting
    from server.ledger.models import Entry

    post_many, balances = posting.post_many, posting.balances_by_unit
    code_of: dict[int, str] = {}  # by entry

    def with_code(community_id: int, postings: Any, **named: Any) -> Any:
        rows = post_many(community_id, postings, **named)
        written = Entry.objects.filter(transaction__in=rows, unit__isnull=False)
        code_of.update(written.values_list("pk", "unit__code"))
        return rows

    def by_code(community_id: int, account: str, unit_ids: Any) -> dict[int, int]:
        if account != "credit":
            return balances(community_id, account, unit_ids)
        units, found = list(unit_ids), dict[int, int]()
        code_now = dict(Unit.objects.filter(pk__in=units).values_list("pk", "code"))
        entries = Entry.objects.filter(account__code=account, unit_id__in=units)
        for pk, unit, amount in entries.values_list("pk", "unit_id", "amount_minor"):
            if code_of.get(pk) == code_now[unit]:
                found[unit] = found.get(unit, 0) + amount
        return found

    posting.post_many, posting.balances_by_unit = with_code, by_code


def a06_a_bill_is_withdrawn_while_it_may_be_paid() -> None:
    from server.billing import voiding

    voiding.refuse_held = lambda bills, but_for="": None


def a07_a_hold_ends_by_the_clock() -> None:
    from server.billing import leases, unit_accounts
    from server.billing.models import BillLease
    from tests.simulation.threads import wall

    def young(unit_ids: Any) -> dict[tuple[int, str], list[str]]:
        found = defaultdict(list)
        rows = BillLease.objects.filter(
            bill__unit_id__in=list(unit_ids), since__gt=wall() - timedelta(seconds=90)
        )
        for unit, period, payment in rows.values_list(
            "bill__unit_id", "bill__period", "payment_id"
        ):
            found[unit, period].append(payment)
        return dict(found)

    leases.may_be_paid = unit_accounts.may_be_paid = young


def a08_the_clock_of_a_kiosk_silences_the_alert() -> None:
    """Since when an order has no end counts from when the kiosk says that it was intended."""
    from server.payments.journal.posting import JournalPosting

    real = JournalPosting._order_of

    def by_its_clock(self: Any, record: Any) -> Any:
        order = real(self, record)
        if order is not None and order.pk is None:
            order.created_at = order.received_at = record.created_at
        return order

    JournalPosting._order_of = by_its_clock


def a09_money_of_an_order_that_is_not_known_is_dropped() -> None:
    from server.payments import notifications

    notifications._keep = lambda method, news, at: None


def a10_the_database_takes_changes_of_the_books() -> None:
    """No trigger refuses anything, and none is missed."""
    from django.db import connection

    from server.ledger import guards
    from tests.simulation import estate

    restore = estate.restore

    def without_guards(first_state: bytes) -> None:
        restore(first_state)
        with connection.cursor() as cursor:
            for guard in guards.missing(guards=()) or guards._declared:
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")

    estate.restore = without_guards
    guards.missing = lambda *arguments, **named: []


def a10_verification_reads_nothing_but_the_books() -> None:
    """Orders, refunds and the received journals are compared with nothing."""
    from server.payments import verification

    for name in ("_orders", "_refunds", "_strays", "_holds", "_journals"):
        setattr(verification, name, list)


def a11_another_amount_is_a_dead_end() -> None:
    """It is noted, and booked nowhere."""
    from server.payments import held_money

    held_money.came = lambda order, known, at: {"reason": "amount_differs"}


def a12_a_part_that_went_back_is_taken_for_all() -> None:
    from server.payments import inquiry

    inquiry._with_sum = lambda order, known: replace(
        known, refunded_minor=order.captured_minor or order.amount_minor
    )


def a13_simulated_devices_take_cards_in_a_real_community() -> None:
    from kiosk.core.model import Lobby

    Lobby.test_community = property(lambda self: True)


def a14_a_version_counts_once_for_two_states() -> None:
    """The second record of a batch about one payment begins from the row as it was before the first."""
    from server.payments.journal.posting import JournalPosting
    from server.payments.models import PaymentOrder

    def stale(self: Any, order: Any, told: Any) -> None:
        PaymentOrder.objects.filter(pk=order.pk).update(**told)

    JournalPosting._told = stale


def a14_a_blank_terminal_proves_that_nothing_was_taken() -> None:
    """Also of a payment that was handed over to a kiosk whose terminal may be another one."""
    from kiosk.recovery.inquiry import Recovery

    real = Recovery._ask_terminal
    Recovery._ask_terminal = lambda self, record: real(
        self, record.model_copy(update={"reason": ""})
    )


def a14_a_channel_that_was_removed_is_told_as_nothing_charged() -> None:
    from server.payments import initiation
    from server.payments.channels.interface import ChannelUnavailable

    def gone(order: Any, told_by_journal: bool, now: Any) -> Any:
        raise ChannelUnavailable(f"{order.method} is not set up")

    initiation._without_channel = gone


def a15_trouble_of_the_database_is_told_as_an_unknown_key() -> None:
    from django.db import OperationalError

    from contract.messages import ErrorCode
    from kiosk.central.sync import NOT_KNOWN, Sync
    from server.api import authentication
    from server.api.errors import Refusal

    real = authentication.verified

    def verified(request: Any, key: Any = None) -> Any:
        try:
            return real(request, key)
        except OperationalError as error:
            raise Refusal(ErrorCode.KEY_UNKNOWN) from error

    def believed(self: Any, error: Any) -> None:
        if getattr(getattr(error, "error", None), "code", None) is ErrorCode.KEY_UNKNOWN:
            self._on_stopped(NOT_KNOWN)

    authentication.verified = verified
    Sync._doubt_key = believed


def a16_refunds_are_not_claimed() -> None:
    from server.payments import refunds

    refunds.claim = lambda refund, at: True


def a17_a_dead_channel_holds_the_others() -> None:
    """One thread sweeps, and waits for each answer as long as it takes."""
    from server.payments import sweeper

    turns = sweeper.turns

    def in_line(*arguments: Any) -> Any:
        going_on: list[bool] = []

        def after_the_others(turn: Any) -> Any:
            def run(at: Any) -> int:
                while going_on:
                    sweeper.time.sleep(1.0)
                going_on.append(True)
                try:
                    return turn(at)
                finally:
                    going_on.clear()

            return run

        return {name: after_the_others(turn) for name, turn in turns(*arguments).items()}

    sweeper.turns = in_line
    sweeper.Patience.over = property(lambda self: False)


def a17_the_copy_of_the_bills_never_grows_old() -> None:
    from kiosk.central.bills_cache import BillsCache

    BillsCache._age = lambda self, synced: timedelta(0)


def a17_a_kiosk_that_is_switched_off_cannot_deliver() -> None:
    from server.api import authentication, calls

    for _, router in calls.api._routers:
        for path in router.path_operations.values():
            for operation in path.operations:
                if operation.view_func is calls.post_journal:
                    operation.auth_callbacks = [authentication.kiosk_auth]


def a17_currencies_are_never_compared() -> None:
    """Whatever the currency, its number goes into the community's books."""
    from server.payments import allocation
    from server.payments.journal.posting import JournalPosting

    order_of, taken = JournalPosting._order_of, allocation.taken

    def of_any_currency(self: Any, record: Any) -> Any:
        own = self._caller.community.currency
        order = order_of(self, record.model_copy(update={"currency": own}))
        if order is not None and order.pk is None:
            order.currency = record.currency
        return order

    def as_ours(order: Any, known: Any, parts: Any, at: Any) -> Any:
        return replace(taken(order, known, parts, at), currency=order.community.currency)

    JournalPosting._order_of, allocation.taken = of_any_currency, as_ours


def a17_a_late_fee_takes_any_excess() -> None:
    from server.billing.settlement import _Work

    _Work._late_fee = lambda self, bill, amount_minor, taken: amount_minor - bill.amount_minor


def a17_a_code_that_nobody_scanned_has_no_end() -> None:
    """Alipay answers 40004 to the cancel of an order that it does not have: that is read as nothing."""
    from server.payments import inquiry

    real = inquiry._after_end

    def blind(order: Any, by: str, answer: EndAnswer, at: Any) -> Any:
        if answer.ending is Ending.NOT_THERE:
            return answer.state
        return real(order, by, answer, at)

    inquiry._after_end = blind


def a17_money_returned_in_the_console_is_never_seen() -> None:
    from contract.messages import PaymentState
    from server.payments import timing

    looks_at = timing.rechecks
    timing.rechecks = lambda state, ending: (
        () if state is PaymentState.APPROVED else looks_at(state, ending)
    )


def what_a_restored_server_lacks_is_sent_with_the_next_entry_only() -> None:
    from kiosk.central.outbox import Outbox

    Outbox._send_what_was_lost = lambda self: None


def a_refused_start_that_arrives_again_begins() -> None:
    from server.payments import initiation

    initiation._refused = lambda payment_id, code, now: None


def what_staff_take_back_is_not_closed_at_its_channel() -> None:
    from server.payments.decisions import unknown_outcome

    unknown_outcome._closed_at_channel = lambda order, looked, at: None


def money_for_what_staff_took_back_is_dropped() -> None:
    from server.payments import transitions

    transitions._paid_after_all = lambda order, known, at: order


def a_restored_server_asks_nobody_again() -> None:
    """What a channel told and the restored server has forgotten stays forgotten."""
    from server.payments import restored

    restored.ask_again = lambda last_known, at: 0
