"""What kiosks' journals say is taken once, in order, and never un-pays."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from contract.journal_hash import GENESIS
from contract.messages import (
    CardData,
    EntryKind,
    Method,
    PaymentRecord,
    PaymentState,
    ReceivedEntry,
)
from server.alerts.models import Alert
from server.billing.models import Bill
from server.billing.unit_accounts import to_contract
from server.billing.verification import verify_ledger
from server.ledger import posting
from server.payments import sweeper
from server.payments.initiation import start
from server.payments.journal import intake
from server.payments.models import JournalEntry as Received
from server.payments.models import PaymentOrder
from tests.server.payments.signed_entries import next_entry
from tests.server.payments.world import KEY, KIOSK_ID, NOW, TODAY

CARD = CardData(receipt_no="0042", trace_no="000042", masked_pan="559883******8074")


class KioskJournal:
    """Writes entries as the kiosk of the world does."""

    def __init__(self, key: Ed25519PrivateKey = KEY) -> None:
        self.entries: list[ReceivedEntry] = []
        self.key, self.kiosk_id = key, str(KIOSK_ID)

    def write(
        self, body: dict, kind: EntryKind | str = EntryKind.PAYMENT, at: str = NOW.isoformat()
    ) -> "KioskJournal":
        who = {"kiosk_id": self.kiosk_id, "key": self.key}
        self.entries.append(next_entry(self.entries, **who, kind=kind, body=body, at=at))
        return self

    def tells(self, record: PaymentRecord) -> "KioskJournal":
        return self.write(record.model_dump(mode="json"))


def record(world, state, version=1, number=1, method=Method.CARD, **changes):
    request = world.request(number, method)
    base = PaymentRecord(
        payment_id=request.payment_id,
        reference=request.reference,
        version=version,
        state=state,
        method=method,
        unit=world.unit.code,
        unit_label=world.unit.label,
        payer="王*明",
        bills=[to_contract(b, TODAY) for b in world.bills],
        amount_minor=66416,
        currency="CNY",
        card=CARD if state is PaymentState.APPROVED else None,
        created_at=NOW,
        changed_at=NOW,
    )
    return base.model_copy(update=changes)


def take(world, entries, position=0, position_hash=GENESIS):
    taken = intake.ingest(world.caller, position, position_hash, entries, NOW)
    assert taken.refused == []
    return taken.position, taken.hash


def order():
    return PaymentOrder.objects.get()


def test_a_card_payment_is_settled_by_the_kiosks_word(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    journal = KioskJournal()
    for version, state in enumerate(("created", "pending", "approved"), 1):
        journal.tells(record(world, PaymentState(state), version))
    position, last_hash = take(world, journal.entries)
    assert (position, last_hash) == (3, journal.entries[-1].hash)
    assert (order().life, order().captured_minor) == (PaymentState.APPROVED, 66416)
    assert order().card["receipt_no"] == "0042"
    assert verify_ledger() == []


def test_the_same_entries_again_change_nothing(world):
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED))
    position, last_hash = take(world, journal.entries)
    assert take(world, journal.entries, position, last_hash) == (position, last_hash)
    assert Received.objects.count() == 1
    assert posting.balance(world.community.pk, "clearing:card") == 66416


def test_a_payment_taken_offline_becomes_an_order(world):
    take(world, KioskJournal().tells(record(world, PaymentState.APPROVED, offline=True)).entries)
    assert (order().life, order().offline) == (PaymentState.APPROVED, True)
    assert {b.state for b in Bill.objects.all()} == {"paid"}


@pytest.mark.parametrize("method", [Method.CARD, Method.WECHAT])
def test_an_intention_read_before_its_request_does_not_get_in_its_way(world, method):
    take(world, KioskJournal().tells(record(world, PaymentState.CREATED, method=method)).entries)
    assert start(world.caller, world.request(method=method), NOW).life is PaymentState.PENDING


def test_a_request_that_arrives_after_the_kiosk_gave_up_finds_it_ended(world):
    said = record(world, PaymentState.CANCELLED, 2, method=Method.WECHAT)
    take(world, KioskJournal().tells(said).entries)
    assert start(world.caller, world.request(), NOW).code_url == ""
    sweeper.sweep(NOW + timedelta(seconds=1))
    assert world.channel.created == 0
    assert order().life is PaymentState.CANCELLED


def test_what_was_paid_twice_while_offline_becomes_credit_and_an_alert(world):
    journal = KioskJournal()
    journal.tells(record(world, PaymentState.APPROVED, number=1))
    journal.tells(record(world, PaymentState.APPROVED, number=2, offline=True))
    take(world, journal.entries)
    second = PaymentOrder.objects.get(reference="K03-000002")
    assert (second.captured_minor, second.credited_minor) == (66416, 66416)
    assert posting.balance(world.community.pk, "credit") == -66416
    assert Alert.objects.filter(kind="paid_twice").count() == 1
    assert verify_ledger() == []


def test_a_gap_takes_nothing_and_says_where_to_begin(world):
    journal = KioskJournal()
    for version in (1, 2, 3):
        journal.tells(record(world, PaymentState.PENDING, version))
    with pytest.raises(intake.JournalGap) as gap:
        take(world, journal.entries[1:])
    assert gap.value.acknowledged == 0
    assert Received.objects.count() == 0


@pytest.mark.parametrize("change", ["body", "hash", "previous_hash", "fork"])
def test_a_journal_that_was_changed_or_forked_is_refused(world, change):
    journal = KioskJournal().tells(record(world, PaymentState.PENDING))
    journal.tells(record(world, PaymentState.APPROVED, 2))
    position, last_hash, entries = 0, GENESIS, journal.entries
    if change == "fork":
        position, last_hash = take(world, journal.entries)
        other = KioskJournal().tells(record(world, PaymentState.DECLINED))
        entries = other.entries
    else:
        wrong = {"body": {**entries[1].body, "amount_minor": 1}, "hash": "0" * 64}
        wrong["previous_hash"] = "1" * 64
        entries = [entries[0], entries[1].model_copy(update={change: wrong[change]})]
    with pytest.raises(intake.JournalBroken):
        take(world, entries, position, last_hash)


@pytest.mark.parametrize(
    ("state", "version", "code"),
    [("declined", 2, "stale"), ("declined", 3, "stale"), ("declined", 4, "backward")],
)
def test_what_would_un_pay_is_refused_by_name_kept_and_reported(world, state, version, code):
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3))
    journal.tells(record(world, PaymentState(state), version))
    taken = intake.ingest(world.caller, 0, GENESIS, journal.entries, NOW)
    assert [(r.sequence, r.code) for r in taken.refused] == [(2, code)]
    assert (taken.position, Received.objects.count()) == (2, 2)
    assert order().life is PaymentState.APPROVED
    assert Alert.objects.get(kind="change_refused").details["code"] == code


def test_a_record_told_again_is_nothing_new(world):
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3))
    journal.tells(record(world, PaymentState.APPROVED, 3))
    assert take(world, journal.entries)[0] == 2
    assert posting.balance(world.community.pk, "clearing:card") == 66416


@pytest.mark.parametrize("forgery", ["none", "other_key", "other_kiosk", "other_entry"])
def test_what_the_kiosk_did_not_sign_is_not_listened_to(world, forgery):
    journal = KioskJournal(Ed25519PrivateKey.generate()) if forgery == "other_key" else None
    journal = journal or KioskJournal()
    journal.kiosk_id = "another" if forgery == "other_kiosk" else journal.kiosk_id
    journal.tells(record(world, PaymentState.APPROVED, 3)).tells(
        record(world, PaymentState.REVERSED, 4)
    )
    signature = {"none": "", "other_entry": journal.entries[0].signature}
    second = journal.entries[1]
    if forgery in signature:
        second = second.model_copy(update={"signature": signature[forgery]})
    with pytest.raises(intake.JournalNotSigned):
        take(world, [journal.entries[0], second])
    assert Received.objects.count() == PaymentOrder.objects.count() == 0


def test_the_signature_is_kept_with_the_entry(world):
    journal = KioskJournal().write({"what": "started"}, EntryKind.NOTE)
    take(world, journal.entries)
    assert Received.objects.get().signature == journal.entries[0].signature


def test_a_reversal_is_taken(world):
    journal = KioskJournal().tells(record(world, PaymentState.APPROVED, 3))
    journal.tells(record(world, PaymentState.REVERSED, 4))
    take(world, journal.entries)
    assert order().life is PaymentState.REVERSED
    assert {b.state for b in Bill.objects.all()} == {"open"}


def test_the_kiosk_cannot_say_that_a_channel_was_paid(world):
    start(world.caller, world.request(), NOW)
    said = record(world, PaymentState.APPROVED, 3, method=Method.WECHAT)
    take(world, KioskJournal().tells(said).entries)
    assert order().life is PaymentState.PENDING


def test_a_cancelled_order_that_the_kiosk_gave_up_is_ended_at_the_channel(world):
    start(world.caller, world.request(), NOW)
    said = record(world, PaymentState.CANCELLED, 2, method=Method.WECHAT)
    take(world, KioskJournal().tells(said).entries)
    sweeper.sweep(NOW + timedelta(seconds=1))
    assert order().life is PaymentState.CANCELLED


def test_simulated_money_is_kept_out_of_a_real_communitys_books(world):
    world.community.test = False
    world.community.save()
    take(world, KioskJournal().tells(record(world, PaymentState.APPROVED, simulated=True)).entries)
    assert PaymentOrder.objects.count() == 0
    assert Received.objects.count() == 1
    assert Alert.objects.filter(kind="simulated_money").count() == 1


def test_a_record_that_cannot_be_read_is_kept_and_reported(world):
    take(world, KioskJournal().write({"payment_id": "nonsense"}).entries)
    assert Received.objects.count() == 1
    assert Alert.objects.filter(kind="unreadable_record").count() == 1


def test_another_kiosks_payment_is_not_touched(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    PaymentOrder._base_manager.update(kiosk_id="another")
    take(world, KioskJournal().tells(record(world, PaymentState.APPROVED)).entries)
    assert order().life is PaymentState.PENDING


def test_what_is_here_counts_whatever_the_kiosks_row_says(world):
    """It may have been put back: nothing is taken twice for that, and nothing is stuck."""
    journal = KioskJournal().tells(record(world, PaymentState.CREATED))
    journal.tells(record(world, PaymentState.APPROVED, 2, offline=True))
    assert take(world, journal.entries)[0] == 2
    journal.tells(record(world, PaymentState.REVERSED, 3, offline=True, reason="terminal"))
    assert take(world, journal.entries)[0] == 3
    assert Received.objects.count() == 3
    assert PaymentOrder.objects.get().life is PaymentState.REVERSED


def test_a_card_paid_before_the_units_code_was_corrected_is_booked_for_its_bills(world):
    journal = KioskJournal()
    for version, state in enumerate(("created", "pending", "approved"), 1):
        journal.tells(record(world, PaymentState(state), version, offline=True))
    world.unit.code = "3-2-1202"
    world.unit.save()
    take(world, journal.entries)
    assert PaymentOrder.objects.get().unit_id == world.unit.pk
    assert {b.state for b in Bill.objects.all()} == {"paid"}
    assert verify_ledger() == []


def test_a_payment_that_cannot_be_booked_is_reported_with_all_that_is_known_of_it(world):
    lost = record(world, PaymentState.APPROVED, offline=True, unit="9-9-9", bills=[])
    take(world, KioskJournal().tells(lost).entries)
    told = Alert.objects.get(kind="unreadable_record").details
    assert (told["reference"], told["unit"], told["amount_minor"]) == ("K03-000001", "9-9-9", 66416)


STORIES = [
    ("unknown", "approved"),
    ("unknown", "approved", "reversed"),
    ("approved", "reversed"),
    ("unknown", "declined"),
    ("declined", "approved"),
    ("unknown", "reversed"),
    ("cancelled", "approved", "approved"),
]


@pytest.mark.parametrize("told", STORIES, ids="-".join)
@pytest.mark.parametrize("offline", [True, False])
def test_a_batch_is_worth_as_much_as_its_entries_one_by_one(world, told, offline):
    """Each fact once, and each raises the order's version: whoever waits for a newer one gets it."""
    if not offline:
        start(world.caller, world.request(method=Method.CARD), NOW)
    journal = KioskJournal()
    for version, state in enumerate(told, 1):
        said = record(world, PaymentState(state), version, offline=offline, reason=state)
        journal.tells(said)

    def after(batches):
        with transaction.atomic():
            position, last_hash = 0, GENESIS
            for batch in batches:
                position, last_hash = take(world, batch, position, last_hash)
            fields = PaymentOrder.objects.values().get()
            transaction.set_rollback(True)
        return {name: value for name, value in fields.items() if name != "id"}

    together, apart = after([journal.entries]), after([[entry] for entry in journal.entries])
    assert together == apart
    assert together["version"] > len(set(told))


def test_a_payment_in_another_currency_is_never_booked_as_the_communitys(world):
    foreign = record(world, PaymentState.APPROVED, offline=True, currency="USD")
    take(world, KioskJournal().tells(foreign).entries)
    assert not PaymentOrder.objects.exists()
    assert posting.balance(world.community.pk, "clearing:card") == 0
    told = Alert.objects.get(kind="currency_differs").details
    assert (told["payment_id"], told["amount_minor"]) == (foreign.payment_id, 66416)


def test_more_than_was_due_is_told_as_such(world):
    """The late fee that the kiosk's old copy told was none by the community's terms."""
    shown = [
        to_contract(b, TODAY).model_copy(update={"amount_minor": 33308, "late_fee_minor": 100})
        for b in world.bills
    ]
    told = record(world, PaymentState.APPROVED, offline=True, bills=shown, amount_minor=66616)
    take(world, KioskJournal().tells(told).entries)
    assert (order().allocated_minor, order().credited_minor) == (66416, 200)
    assert posting.balance(world.community.pk, "income:late_fee") == 0
    assert Alert.objects.filter(kind="more_than_due").exists()
    assert verify_ledger() == []
