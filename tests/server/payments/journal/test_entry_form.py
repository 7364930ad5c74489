"""An entry whose time or kind is no line of text is kept as it was signed and told to staff, and costs no
other entry anything; one that has no place in a journal is told as that."""

import json

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.journal_hash import GENESIS, entry_hash, sign_entry
from contract.messages import EntryKind, JournalBatch, PaymentState
from server.alerts.models import Alert
from server.payment_page import timeline
from server.payments import investigation
from server.payments.journal import intake
from server.payments.models import JournalEntry as Received
from server.payments.models import PaymentOrder
from server.payments.verification import verify_books
from tests.server.payments.journal.test_intake import record
from tests.server.payments.journal.test_poison import _ANYTHING, _JSON, intact
from tests.server.payments.world import KEY, NOW

APPROVED = PaymentState.APPROVED
AT = NOW.isoformat()
NO_LINES = [
    None,
    7,
    1.5,
    True,
    [],
    {},
    ["payment"],
    {"a": "\x00"},
    "\x00",
    "pay\x00ment",
    "a\nb",
    "\x1b[2J",
]
NO_NUMBERS = [None, "1", 0, -1, 1.5, 2**63, True, [1], {}]


class Journal:
    """Writes and signs entries of any form, and sends them as text."""

    def __init__(self, world) -> None:
        self._world, self.entries = world, []

    def write(self, body, kind=EntryKind.PAYMENT, at=AT) -> "Journal":
        sequence = len(self.entries) + 1
        before = self.entries[-1]["hash"] if self.entries else GENESIS
        digest = entry_hash(sequence, at, kind, body, before)
        self.entries.append(
            {
                "sequence": sequence,
                "at": at,
                "kind": kind,
                "body": body,
                "previous_hash": before,
                "hash": digest,
                "signature": sign_entry(KEY, self._world.caller.kiosk_id, sequence, digest),
            }
        )
        return self

    def tells(self, number: int) -> "Journal":
        paid = record(self._world, APPROVED, number=number, offline=True)
        return self.write(paid.model_dump(mode="json"))

    def arrives(self, settled: bool = False) -> int:
        batch = JournalBatch.model_validate_json(json.dumps({"entries": self.entries}))
        how = {"settled": settled}
        return intake.ingest(
            self._world.caller, 0, GENESIS, list(batch.entries), NOW, **how
        ).position


def assert_only_the_other_is_booked(world, journal):
    assert journal.arrives() == 2
    assert intact() == 2
    assert [o.reference for o in PaymentOrder.objects.all()] == ["K03-000001"]
    alert = Alert.objects.get()
    assert (alert.kind, alert.details["sequence"]) == ("unreadable_record", 1)
    assert alert.details["reference"] == "K03-000007", "staff see which payment it may be"


def said(world):
    return record(world, APPROVED, number=7, offline=True).model_dump(mode="json")


@pytest.mark.parametrize("value", NO_LINES)
@pytest.mark.parametrize("name", ["at", "kind"])
def test_a_time_or_kind_that_is_no_line_of_text(world, name, value):
    journal = Journal(world).write(said(world), **{name: value}).tells(1)
    assert_only_the_other_is_booked(world, journal)
    assert getattr(Received.objects.get(sequence=1), name) == value
    for sentence in verify_books():
        assert sentence.startswith("card payment K03-000007"), sentence


def test_what_looks_like_the_way_it_is_kept_is_a_text_like_any_other(world):
    for kind in ("json:", 'json:"note"', "json:[1]"):
        Journal(world).write({"what": "x"}, kind)
    journal = Journal(world).write({"what": "x"}, 'json:"note"').tells(1)
    assert journal.arrives() == 2
    assert Received.objects.get(sequence=1).kind == 'json:"note"'
    assert intact() == 2


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_an_entry_without_a_number_is_told_as_a_broken_journal(world, value):
    journal = Journal(world).tells(1)
    journal.entries[0]["sequence"] = value
    with pytest.raises(intake.JournalBroken):
        journal.arrives()


@pytest.mark.parametrize("value", [None, 7, [], {}, True, "ä\x00"])
@pytest.mark.parametrize("name", ["hash", "previous_hash", "signature"])
def test_a_hash_or_signature_of_another_form_is_told_as_that(world, name, value):
    journal = Journal(world).tells(1)
    journal.entries[0][name] = value
    with pytest.raises(intake.JournalBroken):
        journal.arrives()


@pytest.mark.parametrize("state", [[], {}, 7, None])
def test_the_pages_of_a_payment_show_what_its_kiosk_said_of_whatever_form(world, state):
    journal = Journal(world).tells(1)
    payment_id = journal.entries[0]["body"]["payment_id"]
    journal.write({"payment_id": payment_id, "state": state, "reason": []}, at={"x": "\x00"})
    journal.write({"payment_id": payment_id, "how": [], "outcome": {}}, EntryKind.RECEIPT)
    assert journal.arrives() == 3
    order = PaymentOrder.objects.get()
    assert timeline.timeline(order, with_acts=True, books=True)
    assert investigation.facts(order, lambda kiosk_id: {})


_LINES = st.text(max_size=40)
_CONTROLS = st.text(st.characters(max_codepoint=0x20, min_codepoint=0), max_size=3)
_OF_ANY_FORM = _JSON | _LINES | st.tuples(_LINES, _CONTROLS, _LINES).map("".join)
_KINDS = st.sampled_from(EntryKind) | _OF_ANY_FORM
_ENTRIES = st.tuples(_ANYTHING | _JSON, _KINDS, st.just(AT) | _OF_ANY_FORM)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(entries=st.lists(_ENTRIES, min_size=1, max_size=5))
def test_whatever_stands_in_an_entry_the_journal_goes_on(world, entries):
    with transaction.atomic():
        journal = Journal(world)
        for body, kind, at in entries:
            journal.write(body, kind, at)
        journal.tells(1)
        assert journal.arrives(settled=True) == len(entries) + 1
        assert intact() == len(entries) + 1
        assert PaymentOrder.objects.filter(reference="K03-000001", state=APPROVED).exists()
        told = Alert.objects.filter(kind="unreadable_record")
        for number, (body, kind, at) in enumerate(entries, 1):
            if not (isinstance(body, dict) and isinstance(at, str) and isinstance(kind, str)):
                assert any(alert.details["sequence"] == number for alert in told)
        transaction.set_rollback(True)
