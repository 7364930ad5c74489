"""A kiosk's key is replaced without a technician, by the real code of both sides: whatever fails between
any two steps, the kiosk is never locked out, and what the key before signed is still believed."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from contract.enrolment import JournalSalvage
from contract.heartbeat import Heartbeat
from contract.key_change import next_key
from contract.messages import EntryKind, ErrorCode
from contract.remote_acts import ActKind
from kiosk.central import client as client_module
from kiosk.central import identity, key_change
from kiosk.central.client import CentralClient, Refused, ServerAway
from kiosk.central.identity import public_text
from kiosk.central.key_change import NEXT
from kiosk.journal.continuation import continue_journal
from server.fleet import enrolment, key_changes
from server.fleet.models import Kiosk, RetiredKey
from server.remote_acts.models import RemoteAct, State
from server.staff.models import Act
from server.staff.people import Person
from tests.server.remote_acts.machines import asked
from tests.server.staff_accounts import create_staff

pytestmark = pytest.mark.django_db


class PowerCut(BaseException):
    """Nobody catches it."""


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.error.code


def test_the_new_key_signs_and_what_the_old_one_signed_is_taken(machine):
    machine.works()
    machine.writes("a backlog by the old key")
    old = machine.client
    machine.replaces_its_key()
    old.config()  # not before the new one was used
    machine.again()
    machine.writes("by the new key")
    held = machine.works()
    assert held.public_key == machine.key != machine.first
    assert (held.next_key, held.journal_key) == ("", "")
    assert RetiredKey.objects.first().public_key == machine.first
    assert refusal(old.config) is ErrorCode.KEY_UNKNOWN
    assert not (machine.folder / NEXT).exists()
    told, used = Act.objects.filter(act__startswith="kiosk_key").order_by("pk")
    assert (told.act, used.act) == ("kiosk_key_announced_by_itself", "kiosk_key_replaced")
    assert used.before == {"public_key": machine.first}
    assert used.after == {"public_key": machine.key}


def test_a_key_can_be_replaced_again_and_again_before_anything_is_delivered(machine):
    for number in range(3):
        machine.writes(f"by key {number}")
        machine.replaces_its_key()
        machine.again()
        machine.client.config()
    assert machine.works().public_key == machine.key


STEPS = {
    "the next key is on disk": (key_change, "next_key"),
    "the server knows it": (identity, "save"),
    "it is the kiosk's own": (key_change.Path, "unlink"),
    "the journal is opened": (client_module, "sign"),
}


@pytest.mark.parametrize("cut", STEPS)
def test_power_that_is_lost_between_any_two_steps_locks_nobody_out(machine, monkeypatch, cut):
    where, name = STEPS[cut]

    def cuts(*_, **__):
        raise PowerCut

    with monkeypatch.context() as patched:
        if cut != "the journal is opened":
            patched.setattr(where, name, cuts)
            with pytest.raises(PowerCut):
                machine.replaces_its_key()
        else:
            machine.replaces_its_key()
            machine.again()
            patched.setattr(where, name, cuts)
            with pytest.raises(PowerCut):
                machine.client.config()
    machine.again()
    machine.works()
    machine.replaces_its_key()
    machine.again()
    assert machine.works().public_key == machine.key != machine.first


def test_the_file_of_the_next_key_that_stays_is_no_failure(machine, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(key_change.Path, "unlink", raises_oserror)
        machine.replaces_its_key()
    assert (machine.folder / NEXT).exists()
    machine.again()
    second = machine.works().public_key
    machine.replaces_its_key()
    machine.again()
    assert machine.works().public_key == machine.key != second


def raises_oserror(*_, **__):
    raise OSError("read-only")


def test_power_that_is_lost_while_the_journal_is_handed_over(machine, monkeypatch):
    machine.replaces_its_key()
    with monkeypatch.context() as patched:
        patched.setattr("kiosk.journal.journal.handover", lambda *_: 1 / 0)
        machine.journal.close()
        with pytest.raises(ZeroDivisionError):
            machine.begin()
    machine.begin()
    machine.works()


def test_the_server_that_ends_between_two_steps_has_done_all_of_one_or_nothing(
    machine, monkeypatch
):
    with monkeypatch.context() as patched:
        patched.setattr(key_changes, "_written", lambda *_, **__: 1 / 0)
        with pytest.raises(ServerAway):
            machine.replaces_its_key()
    assert Kiosk.objects.get().next_key == ""
    machine.replaces_its_key()
    machine.again()
    with monkeypatch.context() as patched:
        patched.setattr(key_changes, "_written", lambda *_, **__: 1 / 0)
        with pytest.raises(ServerAway):
            machine.client.config()
    held = Kiosk.objects.get()
    assert (held.public_key, held.next_key) == (machine.first, machine.key)
    assert not RetiredKey.objects.filter(public_key=machine.first).exists()
    machine.works()


def test_an_answer_that_is_lost_and_the_same_question_again(machine):
    machine.line.loses = 1
    with pytest.raises(ServerAway):
        machine.replaces_its_key()
    told = Kiosk.objects.get().next_key
    machine.works()  # by the key before
    machine.replaces_its_key()
    machine.again()
    assert machine.works().public_key == told
    assert Act.objects.filter(act="kiosk_key_announced_by_itself").count() == 1


def test_entries_that_come_again_over_the_change_are_known(machine):
    machine.replaces_its_key()
    machine.again()
    machine.writes("by the new key")
    machine.works()
    everything = machine.journal.after(0, 100)
    answer = machine.client.post_journal(everything)
    assert answer.acknowledged == machine.journal.last_sequence


def test_a_journal_that_is_damaged_after_the_change_goes_on(machine):
    machine.works()
    machine.replaces_its_key()
    machine.again()  # the note of it never reached the server
    known = machine.row.pk and Kiosk.objects.get().journal_sequence
    position = machine.client.continue_journal(JournalSalvage(last=known, whole_from=1))
    machine.journal.close()
    continue_journal(machine.folder, position, machine.me.seal, timezone.now)
    machine.begin()
    machine.writes("in the next file")
    machine.client.config()
    machine.outbox.deliver()
    held = Kiosk.objects.get()
    assert held.journal_sequence == machine.journal.last_sequence
    assert not held.stopped


def test_a_key_that_was_revoked_replaces_nothing_and_its_next_one_neither(machine):
    boss = Person("王主任")
    machine.replaces_its_key()
    assert enrolment.revoke(Kiosk.objects.get(), now=timezone.now(), by=boss, reason="stolen")
    assert Kiosk.objects.get().next_key == ""
    assert refusal(machine.replaces_its_key) is ErrorCode.KEY_UNKNOWN
    machine.again()
    assert refusal(machine.client.config) is ErrorCode.KEY_UNKNOWN


def test_a_machine_that_is_paired_in_its_place_ends_the_next_key(machine):
    machine.replaces_its_key()
    with_other = Ed25519PrivateKey.generate()
    enrolment.give_key(Kiosk.objects.get(), public_text(with_other), timezone.now())
    machine.again()
    assert refusal(machine.client.config) in (ErrorCode.KEY_UNKNOWN, ErrorCode.NOT_SIGNED)
    assert Kiosk.objects.get().public_key == public_text(with_other)


def test_what_is_not_proven_is_refused(machine):
    me, new = machine.me, Ed25519PrivateKey.generate()
    good = next_key(new, me.kiosk_id, machine.key)
    other = Ed25519PrivateKey.generate()
    foreign = Kiosk.objects.get()
    foreign.pk, foreign.code, foreign.public_key = None, "K77", public_text(other)
    foreign.save(force_insert=True)
    wrong = {
        good.model_copy(
            update={"proof": next_key(other, me.kiosk_id, machine.key).proof}
        ): "not_signed",
        next_key(new, "another-kiosk", machine.key): "not_signed",
        good.model_copy(update={"before": public_text(other)}): "key_unknown",
        next_key(other, me.kiosk_id, machine.key): "bad_request",
    }
    for change, code in wrong.items():
        assert refusal(lambda change=change: machine.client.change_key(change)) == code
    assert Kiosk.objects.get(code=machine.row.code).next_key == ""
    stranger = CentralClient("https://pay.example.com", me.kiosk_id, other)
    assert refusal(lambda: stranger.change_key(good)) is ErrorCode.NOT_SIGNED
    machine.client.change_key(good)
    method, path, body, headers = machine.line.sent[-1]
    again = Client().generic(method, path, body, content_type="application/json", headers=headers)
    assert again.json()["code"] == "replayed"


def test_a_key_that_was_in_use_is_never_in_use_again(machine):
    first = machine.me.key
    machine.replaces_its_key()
    machine.again()
    machine.works()
    back = next_key(first, machine.me.kiosk_id, machine.key)
    assert refusal(lambda: machine.client.change_key(back)) is ErrorCode.BAD_REQUEST


def test_after_the_change_the_old_key_signs_no_entry(machine):
    machine.works()
    old = machine.me.seal
    machine.replaces_its_key()
    machine.again()
    machine.works()
    machine.journal._seal = old
    machine.writes("by whoever has the old key")
    assert refusal(machine.outbox.deliver) is ErrorCode.JOURNAL_NOT_SIGNED
    assert Kiosk.objects.get().stopped == "not_signed"


def test_a_note_that_names_a_key_which_does_not_vouch_for_it_is_refused(machine):
    machine.works()
    body = {"what": "key_changed", "public_key": public_text(Ed25519PrivateKey.generate())}
    machine.journal.append(EntryKind.NOTE, {**body, "proof": "A" * 86})
    assert refusal(machine.outbox.deliver) is ErrorCode.JOURNAL_NOT_SIGNED


def test_a_kiosk_that_staff_have_to_look_at_replaces_no_key(machine):
    Kiosk.objects.update(stopped="twin")
    assert refusal(machine.replaces_its_key) is ErrorCode.KIOSK_STOPPED
    assert Kiosk.objects.get().next_key == ""


def test_who_asked_for_it_and_why_stands_in_the_log(machine):
    act = asked(create_staff("boss"), Kiosk.objects.get(), ActKind.NEW_KEY)
    RemoteAct.objects.filter(pk=act.pk).update(state=State.BEGUN.value)
    machine.replaces_its_key(str(act.pk))
    told = Act.objects.get(act="kiosk_key_announced")
    assert (told.person_name, told.reason) == (act.asked_by, act.reason)
    assert identity.load(machine.folder).key_act == str(act.pk)


def test_after_its_time_the_kiosk_is_told_so(machine, settings, monkeypatch):
    monkeypatch.setattr(key_changes, "SPREAD_H", 1)
    now = timezone.now()
    beat = Heartbeat(
        at=now,
        software="1",
        uptime_s=1,
        state="idle",
        offers=[],
        devices=[],
        journal_last=0,
        journal_acknowledged=0,
        open_payments=0,
        config_version="",
    )
    assert not machine.client.heartbeat(beat).key_old
    Kiosk.objects.update(key_since=now - timedelta(days=366))
    assert machine.client.heartbeat(beat).key_old
    machine.replaces_its_key()
    machine.again()
    assert not machine.client.heartbeat(beat).key_old
    told = Act.objects.get(act="kiosk_key_announced_by_itself")
    assert (told.person_name, told.reason) == (machine.row.code, "")
    Kiosk.objects.update(key_since=now - timedelta(days=366))
    never = settings.LOBBYPAY.model_copy(
        update={"server": settings.LOBBYPAY.server.model_copy(update={"kiosk_key_days": 0})}
    )
    settings.LOBBYPAY = never
    assert not machine.client.heartbeat(beat).key_old


def test_a_kiosk_that_is_off_at_night_is_told_so_on_another_day():
    """Its turn comes at another time of the day each time."""
    now = timezone.now()
    kiosk = Kiosk(enrolled_at=now - timedelta(days=400))
    hours = [now + timedelta(hours=hour) for hour in range(24 * key_changes.SPREAD_H)]
    turns = [at for at in hours if key_changes.is_old(kiosk, at)]
    assert len({at.hour for at in turns[:4]}) == 4
    assert len({at.hour for at in turns}) == 24


def test_a_fleet_does_not_begin_anew_at_once(machine):
    now = timezone.now()
    kiosk = Kiosk(enrolled_at=now - timedelta(days=400))
    hours = [now + timedelta(hours=hour) for hour in range(key_changes.SPREAD_H)]
    assert sum(key_changes.is_old(kiosk, at) for at in hours) == 1
    many = [Kiosk(enrolled_at=now - timedelta(days=400)) for _ in range(400)]
    assert sum(key_changes.is_old(one, now) for one in many) < 10
