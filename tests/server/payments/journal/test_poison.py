"""No entry of a journal, whatever it says, keeps the entries after it from being taken."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.journal_hash import GENESIS, entry_hash
from contract.messages import CardData, EntryKind, JournalBatch, Method, PaymentState, Text
from server.alerts.models import Alert
from server.billing import settlement
from server.billing.models import Bill
from server.billing.unit_accounts import account_of
from server.billing.verification import verify_ledger
from server.fleet.models import Kiosk
from server.payments import transitions
from server.payments.initiation import start
from server.payments.journal import intake, posting
from server.payments.models import JournalEntry as Received
from server.payments.models import PaymentOrder
from tests.server.payments.journal.test_intake import KioskJournal, order, record
from tests.server.payments.world import NOW, TODAY
from tests.server.village import create_village

APPROVED = PaymentState.APPROVED
POISONS = {
    "nothing": {"amount_minor": 0},
    "no_bills": {"bills": []},
    "nul_in_a_name": {"payer": "王\x00明", "reason": "\x00", "unit": "3\x00"},
    "nul_in_the_unit_only": {"unit": "\x00"},
    "huge": {"amount_minor": 10**40},
    "huge_version": {"version": 10**30},
    "float": {"amount_minor": 1.5},
    "not_a_number": {"amount_minor": float("nan")},
    "before_all_time": {"changed_at": "0001-01-01T00:00:00+14:00"},
    "after_all_time": {"changed_at": "9999-12-31T23:59:59-12:00"},
    "no_zone": {"changed_at": "2026-11-24T22:47:00", "created_at": "2026-11-24T22:47:00"},
    "other_currency": {"currency": "KWD"},
    "not_an_id": {"payment_id": "a" * 36},
    "id_of_dashes": {"payment_id": "-" * 36},
    "wrong_types": {"bills": {"a": [None]}, "card": 7, "unit_label": []},
    "card_without_end": {"card": {"trace_no": "9" * 4000}},
    "nul_on_the_card": {"card": {"card_name": "girocard\x00", "trace_no": "\x0042"}},
    "deep": {"card": {"receipt_lines": [[[[[[]]]]]]}},
    "endless_bills": {"bills": [{"number": "A"}] * 3000},
}


def poison(world, number=7, **changes):
    return record(world, APPROVED, number=number, offline=True).model_dump(mode="json") | changes


def ingest(world, journal, **how):
    return intake.ingest(world.caller, 0, GENESIS, journal.entries, NOW, **how)


def intact():
    """Hash by hash from what is stored, as anybody who looks into it later would."""
    before = GENESIS
    for kept in Received.objects.order_by("sequence"):
        assert kept.previous_hash == before
        assert kept.hash == entry_hash(kept.sequence, kept.at, kept.kind, kept.body, before)
        before = kept.hash
    return Received.objects.count()


@pytest.mark.parametrize("what", POISONS)
def test_a_poison_is_kept_and_what_comes_with_it_is_booked(world, what):
    journal = KioskJournal().write(poison(world, **POISONS[what]))
    journal.tells(record(world, APPROVED, number=1))
    assert ingest(world, journal).position == 2
    assert intact() == 2
    assert PaymentOrder.objects.get(payment_id=record(world, APPROVED).payment_id).life is APPROVED
    assert {b.state for b in Bill.objects.all()} == {"paid"}
    assert verify_ledger() == []
    assert Kiosk.objects.get().stopped == ""


@pytest.mark.parametrize("what", ["nothing", "no_bills", "huge_version", "not_an_id"])
def test_staff_are_told_which_entry_and_what_it_named(world, what):
    journal = KioskJournal().tells(record(world, APPROVED, number=1))
    ingest(world, journal.write(poison(world, **POISONS[what])))
    told = Alert.objects.get(kind="unreadable_record")
    assert told.subject == "K03 2"
    assert told.details["error"]
    assert told.details["reference"] == "K03-000007"


@pytest.mark.parametrize("body", [{}, {"payment_id": []}, {"payment_id": "\x00", "how": "\x00"}])
@pytest.mark.parametrize("kind", EntryKind)
def test_receipts_and_notes_are_no_better(world, kind, body):
    journal = KioskJournal().write(body | {"how": "\x00", "outcome": {}}, kind)
    journal.tells(record(world, APPROVED, number=1))
    assert ingest(world, journal).position == 2
    assert intact() == 2
    assert order().life is APPROVED


@pytest.mark.parametrize("body", [["key_changed"], "key_changed", {"how": ["key_changed"]}])
def test_a_note_that_only_looks_like_another_key_stops_no_restored_server(world, body):
    """Where the kiosk's row says less than is here, notes are looked through."""
    journal = KioskJournal().write(body, EntryKind.NOTE)
    ingest(world, journal)
    journal.tells(record(world, APPROVED, number=1))
    assert ingest(world, journal).position == 2
    assert order().life is APPROVED


def test_a_card_with_a_nul_in_its_name_was_charged_and_is_booked(world):
    card = CardData(card_name="giro\x00card", trace_no="\x0042", masked_pan="559883******8074")
    ingest(world, KioskJournal().tells(record(world, APPROVED, card=card)))
    assert order().life is APPROVED
    assert order().card["card_name"] == "girocard"
    assert not Alert.objects.exists()


def test_a_unit_whose_credit_passes_what_one_payment_may_be_can_be_looked_up(world):
    """Two payments of the most that the contract lets one be."""
    most = 10**12
    bills = [record(world, APPROVED).bills[0].model_copy(update={"amount_minor": most})]
    journal = KioskJournal()
    for number in (1, 2):
        said = record(world, APPROVED, number=number, offline=True, bills=bills)
        journal.tells(said.model_copy(update={"amount_minor": most}))
    ingest(world, journal)
    assert account_of(world.unit, TODAY).credit_minor == 2 * most - 33208


def test_what_fails_together_is_booked_one_by_one(world, monkeypatch):
    """A fault anywhere in the batch's booking costs the entry that has it and no other."""
    genuine = settlement.settle_together

    def fragile(taken, **how):
        taken = list(taken)
        if any(one.payment_id.endswith("2") for one in taken):
            raise ZeroDivisionError("a fault in the books")
        return genuine(taken, **how)

    monkeypatch.setattr(transitions.settlement, "settle_together", fragile)
    journal = KioskJournal()
    for number in (1, 2, 3):
        journal.tells(record(world, APPROVED, number=number, offline=True))
    assert ingest(world, journal).position == 3
    booked = set(PaymentOrder.objects.values_list("reference", flat=True))
    assert booked == {"K03-000001", "K03-000003"}
    assert Alert.objects.get(kind="unreadable_record").details["error"] == "ZeroDivisionError"
    assert verify_ledger() == []


def test_half_of_what_failed_is_not_left_behind(world, monkeypatch):
    """The entry had written something before it failed."""
    monkeypatch.setattr(transitions.settlement, "settle_together", lambda *_, **__: 1 // 0)
    start_first = record(world, PaymentState.UNKNOWN, number=1, offline=True, reason="lost")
    journal = KioskJournal().tells(start_first)
    journal.tells(record(world, APPROVED, 2, number=1, offline=True))
    ingest(world, journal)
    assert order().life is PaymentState.UNKNOWN
    assert order().kiosk_version == 1


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("closed")])
def test_a_database_that_is_away_is_no_fault_of_the_entry(world, monkeypatch, error):
    def away(*_, **__):
        raise error

    monkeypatch.setattr(transitions.settlement, "settle_together", away)
    with pytest.raises(type(error)):
        ingest(world, KioskJournal().tells(record(world, APPROVED)))
    assert not Alert.objects.exists()


def test_a_value_that_somebody_else_took_a_moment_ago_is_asked_about_again(world, monkeypatch):
    """On PostgreSQL a race looks like that; only where it stays so is it the entry's own fault."""
    start(world.caller, world.request(2, method=Method.CARD), NOW)
    monkeypatch.setattr(posting.transitions, "locked", lambda ids: [])  # looked a moment too early
    journal = KioskJournal().tells(record(world, PaymentState.DECLINED, number=2, reason="no"))
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError):
            ingest(world, journal)
        assert Received.objects.count() == 0
    assert ingest(world, journal, settled=True).position == 1
    assert Alert.objects.get(kind="unreadable_record").details["error"] == "IntegrityError"


def test_another_kiosks_payment_is_reported(world):
    start(world.caller, world.request(method=Method.CARD), NOW)
    PaymentOrder._base_manager.update(kiosk_id="another")
    ingest(world, KioskJournal().tells(record(world, APPROVED)))
    assert Alert.objects.get(kind="unreadable_record").details["error"] == "AnotherKiosks"


def test_a_kiosk_is_never_moved_and_if_it_were_nothing_would_be_stuck_or_mixed(world):
    """Entries of both communities come in one batch."""
    start(world.caller, world.request(1, method=Method.CARD, bills=1, amount_minor=33208), NOW)
    other = create_village("other")
    machine = Kiosk.objects.get()
    machine.community = other
    with pytest.raises(ValidationError):
        machine.clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Kiosk.objects.update(community=other)
    moved = replace(world.caller, community=other)
    theirs = {"unit": "1-1-101", "bills": record(world, APPROVED).bills[:1]}
    journal = KioskJournal().tells(record(world, APPROVED, number=1))
    journal.tells(record(world, APPROVED, number=2, offline=True, **theirs))
    assert intake.ingest(moved, 0, GENESIS, journal.entries, NOW).position == 2
    told = Alert.objects.get(kind="unreadable_record")
    assert (told.details["error"], told.details["reference"]) == ("AnotherKiosks", "K03-000001")
    assert PaymentOrder.objects.get(reference="K03-000001").life is PaymentState.PENDING
    booked = PaymentOrder.objects.get(reference="K03-000002")
    assert (booked.community_id, booked.credited_minor) == (other.pk, 66416)


def test_what_cannot_be_hashed_was_not_written_by_a_kiosk(world):
    journal = KioskJournal().write({"what": "x"}, EntryKind.NOTE)
    odd = journal.entries[0].model_copy(update={"body": {"what": "\ud800"}})
    with pytest.raises(intake.JournalBroken):
        intake.ingest(world.caller, 0, GENESIS, [odd], NOW)


# --- any record that the contract allows ---

_TEXT = st.text(max_size=40) | st.sampled_from(
    ["\x00", "\ufffe", "\U0001f4a9", "王\x00明", "'; --"]
)
_WHEN = st.datetimes(
    timezones=st.none() | st.just(UTC) | st.sampled_from([timezone(timedelta(hours=14))])
)


def _fitting(world):
    """Records that PaymentRecord takes, near to honest ones: the books' own rules are what they try."""
    bill = record(world, APPROVED).bills[0]
    texts = st.builds(Text, zh=_TEXT, en=_TEXT)
    minor = st.sampled_from([0, 1, 33208, 66416, 10**12])
    one = st.builds(
        lambda number, amount, name, due: bill.model_copy(
            update={
                "number": number,
                "amount_minor": amount,
                "lines": [bill.lines[0].model_copy(update={"name": name, "fee_item": name.zh})],
                "due": due,
            }
        ),
        st.sampled_from([b.number for b in world.bills] + ["NONE", "0" * 40]),
        minor,
        texts,
        st.dates(),
    )
    changes = st.fixed_dictionaries(
        {},
        optional={
            "state": st.sampled_from(PaymentState),
            "version": st.integers(1, 2**31 - 1),
            "method": st.sampled_from(Method),
            "unit": st.sampled_from([world.unit.code, "9-9-9", "0", "A-" * 3 + "a"]),
            "unit_label": texts,
            "payer": _TEXT,
            "bills": st.lists(one, max_size=4),
            "amount_minor": minor,
            "currency": st.sampled_from(["CNY", "EUR", "ZZZ"]),
            "offline": st.booleans(),
            "with_payment_code": st.booleans(),
            "simulated": st.booleans(),
            "reason": _TEXT,
            "channel_reference": _TEXT,
            "card": st.none() | st.builds(CardData, trace_no=_TEXT, card_name=_TEXT),
            "created_at": _WHEN,
            "changed_at": _WHEN,
            "reference": st.sampled_from(["K03-000001", "Z0000000-999999999"]),
        },
    )
    return st.builds(
        lambda number, changed: (
            record(world, APPROVED, number=number)
            .model_copy(update=changed)
            .model_dump(mode="json")
        ),
        st.integers(1, 3),
        changes,
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(["payment_id", "how", "outcome", "reference", "what"]) | _TEXT
_ANYTHING = st.dictionaries(_NAMES, _JSON, max_size=6)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_the_contract_allows_is_taken_without_the_batch_failing(world, data):
    """What was honest in the batch is booked, everything is kept as it was signed, and what was not
    booked is an alert."""
    with transaction.atomic():
        entries = st.tuples(st.sampled_from(EntryKind), _ANYTHING) | st.tuples(
            st.just(EntryKind.PAYMENT), _fitting(world)
        )
        journal = KioskJournal()
        for kind, body in data.draw(st.lists(entries, min_size=1, max_size=5)):
            journal.write(body, kind)
        journal.tells(record(world, PaymentState.DECLINED, number=9, offline=True, reason="no"))
        assert ingest(world, journal, settled=True).position == len(journal.entries)
        assert intact() == len(journal.entries)
        assert PaymentOrder.objects.filter(payment_id=str(UUID(int=9))).exists()
        assert verify_ledger() == []
        transaction.set_rollback(True)


def test_an_entry_of_a_kind_that_nobody_knows_is_kept_and_told_once(world):
    """As from a kiosk that is newer than its server: what comes after it is taken."""
    journal = KioskJournal().write({"what": "started"}, EntryKind.NOTE)
    for _ in range(3):
        journal.write({"reference": "K03-000007"}, "settlement")
    journal.tells(record(world, APPROVED, offline=True))
    sent = JournalBatch(entries=journal.entries).model_dump_json()
    received = JournalBatch.model_validate_json(sent).entries
    assert [e.kind for e in received] == ["note", *["settlement"] * 3, "payment"]
    assert isinstance(received[-1].kind, EntryKind)
    taken = intake.ingest(world.caller, 0, GENESIS, received, NOW)
    assert taken.position == 5
    assert order().life is APPROVED
    alert = Alert.objects.get(kind="unreadable_record")
    assert (alert.details["sequence"], alert.details["why"]) == (2, "settlement")
    assert list(Received.objects.values_list("kind", flat=True))[1] == "settlement"
    assert verify_ledger() == []
