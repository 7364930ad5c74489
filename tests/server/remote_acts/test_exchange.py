"""What a kiosk is given to do, once and in order, and what its answers change."""

import base64
from datetime import timedelta

import pytest

from contract.journal_hash import public_key
from contract.remote_acts import ActKind, ActRefused, newest_key, read_act
from server.fleet.models import Kiosk
from server.remote_acts import exchange, signing
from server.remote_acts.asking import take_back
from server.remote_acts.expiry import WORD_COMES, end_overdue
from server.remote_acts.models import ActAttachment, RemoteAct, State
from tests.server.remote_acts.machines import KEY, asked, call, fetched, machine
from tests.server.staff_accounts import create_staff
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def user(db):
    return create_staff("boss")


@pytest.fixture
def kiosk(db):
    return machine(create_village())


def state(act: RemoteAct) -> str:
    return RemoteAct.objects.get(pk=act.pk).state


def test_acts_come_in_order_signed_for_this_kiosk_alone(kiosk, user):
    kinds = [ActKind.RESTART, ActKind.TEST_PAGE, ActKind.REBOOT]
    for kind in kinds:
        asked(user, kiosk, kind)
    acts = fetched(kiosk)
    assert [a.kind for a in acts] == kinds
    assert [a.number for a in acts] == [1, 2, 3]
    signed = call(kiosk).acts[0]
    key = public_key(signing.current(NOW).public_key)
    with pytest.raises(ActRefused, match="other_kiosk"):
        read_act(signed, key, "another")
    altered = signed.model_copy(update={"text": signed.text.replace("restart", "reboot")})
    with pytest.raises(ActRefused, match="signature"):
        read_act(altered, key, str(kiosk.pk))


def test_another_kiosks_acts_are_not_given_and_its_reports_change_nothing(kiosk, user):
    other = machine(kiosk.community, "K04")
    act = asked(user, kiosk, ActKind.RESTART)
    assert fetched(other) == []
    assert call(other, (str(act.pk), "done")).go == []
    assert state(act) == State.ASKED


def test_a_go_is_given_for_what_the_kiosk_has_and_shortly(kiosk, user):
    act = asked(user, kiosk, ActKind.RESTART, minutes=10)
    assert call(kiosk).go == []
    told = call(kiosk, (str(act.pk), "taken"))
    assert [(g.act_id, g.for_s) for g in told.go] == [(str(act.pk), 30.0)]
    assert state(act) == State.TAKEN
    nearly = act.not_after - timedelta(seconds=4)
    assert call(kiosk, (str(act.pk), "waits"), now=nearly).go[0].for_s == 4.0
    assert state(act) == State.WAITS


def test_what_ran_out_gets_no_go(kiosk, user):
    act = asked(user, kiosk, ActKind.RESTART, minutes=10)
    answer = call(kiosk, (str(act.pk), "taken"), now=act.not_after)
    assert (answer.go, answer.acts) == ([], [])
    assert state(act) == State.EXPIRED


def test_what_was_taken_back_gets_no_go_but_its_end_is_heard(kiosk, user):
    act = asked(user, kiosk, ActKind.RESTART)
    call(kiosk, (str(act.pk), "taken"))
    take_back(user, act.pk, "wrong kiosk", LATER)
    answer = call(kiosk, (str(act.pk), "taken"), now=LATER)
    assert (answer.go, answer.acts) == ([], [])
    assert state(act) == State.CANCELLED
    call(kiosk, (str(act.pk), "done"), now=LATER)
    assert state(act) == State.DONE


@pytest.mark.parametrize("end", ["done", "failed", "in_doubt", "refused"])
def test_an_end_stays_whatever_comes_late_or_twice(kiosk, user, end):
    act = asked(user, kiosk, ActKind.TEST_PAGE)
    for said in ("taken", "begun", end):
        call(kiosk, (str(act.pk), said))
    for late in ("taken", "waits", "begun", "done", "failed", end):
        answer = call(kiosk, (str(act.pk), late), now=LATER)
        assert answer.go == []
        assert answer.recorded == [str(act.pk)]
    assert state(act) == end


def test_what_was_begun_is_not_begun_again(kiosk, user):
    act = asked(user, kiosk, ActKind.TEST_PAGE)
    call(kiosk, (str(act.pk), "taken"))
    call(kiosk, (str(act.pk), "begun"))
    assert call(kiosk, (str(act.pk), "taken")).go == []
    assert state(act) == State.BEGUN


def test_out_of_service_and_back_are_the_kiosks_word(kiosk, user):
    until = NOW + timedelta(hours=3)
    words = {"zh": "打印机维修中", "en": "The printer is being repaired"}
    parameters = {"words": words, "until": until.isoformat()}
    act = asked(user, kiosk, ActKind.OUT_OF_SERVICE, parameters=parameters)
    assert Kiosk.objects.get().active
    call(kiosk, (str(act.pk), "taken"))
    call(kiosk, (str(act.pk), "done"))
    off = Kiosk.objects.get()
    assert (off.active, off.off_by, off.off_since, off.off_until) == (False, "boss", NOW, until)
    told = exchange.out_of_service(off)
    assert told is not None
    assert told.words is not None and told.words.en == words["en"]
    assert told.until == until
    back = asked(user, kiosk, ActKind.BACK_IN_SERVICE)
    call(kiosk, (str(back.pk), "done"))
    on = Kiosk.objects.get()
    assert (on.active, on.off_by, on.off_until) == (True, "", None)
    assert exchange.out_of_service(on) is None


def test_a_revoked_kiosk_is_given_nothing_and_told_nothing(kiosk, user):
    act = asked(user, kiosk, ActKind.RESTART)
    Kiosk.objects.update(public_key="")
    with pytest.raises(exchange.KeyGone):
        call(kiosk, (str(act.pk), "taken"))
    assert state(act) == State.ASKED


def test_what_was_asked_of_the_machine_before_is_not_done_by_the_next(kiosk, user):
    act = asked(user, kiosk, ActKind.REBOOT, minutes=24 * 60)
    begun = asked(user, kiosk, ActKind.TEST_PAGE, minutes=24 * 60)
    call(kiosk, (str(begun.pk), "begun"))
    Kiosk.objects.update(enrolled_at=LATER)
    assert fetched(Kiosk.objects.get(), LATER) == []
    assert (state(act), state(begun)) == (State.CANCELLED, State.IN_DOUBT)


def test_a_restored_server_gives_no_number_out_twice(kiosk, user):
    call(kiosk, last=41)
    assert asked(user, kiosk, ActKind.RESTART).number == 42
    call(kiosk, last=2**50)
    assert asked(user, kiosk, ActKind.REBOOT).number == 43


def test_acts_of_a_silent_kiosk_run_out_and_a_begun_one_is_in_doubt(kiosk, user):
    act, begun = asked(user, kiosk, ActKind.RESTART), asked(user, kiosk, ActKind.TEST_PAGE)
    call(kiosk, (str(begun.pk), "begun"))
    end_overdue(act.not_after)
    assert (state(act), state(begun)) == (State.EXPIRED, State.BEGUN)
    end_overdue(act.not_after + WORD_COMES)
    assert state(begun) == State.IN_DOUBT


def test_a_picture_is_kept_and_nothing_else_in_its_place(kiosk, user):
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
    for content in (base64.b64encode(b"<html>").decode(), "no base64!", png):
        act = asked(user, kiosk, ActKind.PICTURE)
        picture = {"kind": "image/png", "content": content}
        call(kiosk, (str(act.pk), "done"), attachment=picture)
    assert [a.act_id for a in ActAttachment.objects.all()] == [act.pk]


def test_kiosks_follow_to_a_new_key_that_the_old_one_signed(kiosk, user):
    first = signing.current(NOW).public_key
    second = signing.rotate(NOW).public_key
    asked(user, kiosk, ActKind.RESTART)
    answer = call(kiosk)
    assert newest_key(first, answer.keys) == second
    read_act(answer.acts[0], public_key(second), str(kiosk.pk))
    forged = [answer.keys[0].model_copy(update={"public_key": KEY})]
    assert newest_key(first, forged) == first


def test_without_the_private_key_nothing_is_given_out(kiosk, user, data_folder):
    asked(user, kiosk, ActKind.RESTART)
    for file in (data_folder / "keys").glob("act-*"):
        file.unlink()
    assert call(kiosk).acts == []


def test_the_command_makes_a_new_key_and_names_a_missing_one(user, capsys, data_folder):
    from server.cli import main

    first = signing.current(NOW).public_key
    assert main(["rotate-act-key"]) == 0
    assert capsys.readouterr().out.strip() == signing.current(NOW).public_key != first
    for file in (data_folder / "keys").glob("act-*"):
        file.unlink()
    assert main(["rotate-act-key"]) != 0
