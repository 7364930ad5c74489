"""From the wish of staff to what the kiosk does, by the real code of both sides, with crashes between
every two steps: nothing is done twice, nothing while money may move, and the server never says more than
is true."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contract.heartbeat import HeartbeatAnswer
from contract.messages import Method, PaymentState
from contract.remote_acts import ActKind, ActsAnswer, ActsCall
from contract.stop_reason import StopReason
from kiosk.acts.store import Result
from kiosk.central.client import ServerAway
from kiosk.core.events import ActEnded, RecoveryDone
from kiosk.core.model import Action, Screen
from server.fleet.models import Kiosk
from server.remote_acts import exchange
from server.remote_acts.asking import take_back
from server.remote_acts.models import RemoteAct, State
from tests.kiosk.core.story import Story
from tests.server.remote_acts.kiosk_side import Crash, Machine
from tests.server.remote_acts.machines import asked, machine
from tests.server.staff_accounts import create_staff
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(db):
    return create_staff("boss")


@pytest.fixture
def row(db):
    return machine(create_village())


def state(act: RemoteAct) -> str:
    return RemoteAct.objects.get(pk=act.pk).state


def test_acts_are_done_once_in_order(tmp_path, boss, row):
    kinds = [ActKind.TEST_PAGE, ActKind.SELF_TEST, ActKind.RESTART]
    acts = [asked(boss, row, kind) for kind in kinds]
    kiosk = Machine(tmp_path, row)
    kiosk.rounds()
    assert kiosk.done == [kind.value for kind in kinds]
    assert {state(act) for act in acts} == {State.DONE}


@pytest.mark.parametrize("kind", [ActKind.TEST_PAGE, ActKind.REBOOT])
def test_a_crash_between_any_two_steps_does_nothing_twice(tmp_path, boss, row, kind):
    seen, crash_at = set(), 1
    while True:
        folder = tmp_path / str(crash_at)
        folder.mkdir()
        act = asked(boss, row, kind)
        kiosk = Machine(folder, row)
        kiosk.steps, kiosk.crash_at = 0, crash_at
        try:
            kiosk.rounds()
            crashed = False
        except Crash:
            crashed = True
        kiosk.again()
        kiosk.rounds()
        assert len(kiosk.done) <= 1, crash_at
        ended = state(act)
        assert ended in (State.DONE, State.FAILED, State.IN_DOUBT), crash_at
        if ended == State.DONE and kind is ActKind.TEST_PAGE:
            assert kiosk.done, crash_at
        if ended == State.FAILED and kind is ActKind.TEST_PAGE:
            assert not kiosk.done, crash_at
        assert not kiosk.store.unfinished()
        seen.add(ended)
        kiosk.store.close()
        if not crashed:
            break
        crash_at += 1
    assert crash_at > 12
    assert State.DONE in seen


def test_a_reboot_that_was_asked_once_never_loops(tmp_path, boss, row):
    act = asked(boss, row, ActKind.REBOOT, minutes=24 * 60)
    kiosk = Machine(tmp_path, row)
    real = kiosk.do

    def reboots(kind: ActKind) -> Result:
        real(kind)
        kiosk.boot += "+"
        raise Crash

    for _ in range(4):
        kiosk.do = reboots  # type: ignore[method-assign]
        try:
            kiosk.rounds()
        except Crash:
            kiosk.again()
    assert kiosk.done == ["reboot"]
    kiosk.rounds()
    assert state(act) == State.DONE


def test_a_machine_that_did_not_reboot_says_so(tmp_path, boss, row):
    act = asked(boss, row, ActKind.REBOOT)
    kiosk = Machine(tmp_path, row)
    kiosk.do = lambda kind: (_ for _ in ()).throw(Crash)  # type: ignore[method-assign]
    with pytest.raises(Crash):
        kiosk.rounds()
    kiosk.again()
    kiosk.rounds()
    assert state(act) == State.FAILED
    assert RemoteAct.objects.get().code == "not_rebooted"


def test_a_disk_that_forgot_everything_does_nothing_again(tmp_path, boss, row):
    act = asked(boss, row, ActKind.TEST_PAGE)
    kiosk = Machine(tmp_path, row)
    kiosk.crash_at = 10_000
    original = kiosk.do

    def do(kind: ActKind) -> Result:
        original(kind)
        raise Crash

    kiosk.do = do  # type: ignore[method-assign]
    with pytest.raises(Crash):
        kiosk.rounds()
    kiosk.store.close()
    for file in tmp_path.glob("acts*"):
        file.unlink()
    kiosk.begin(Story.at_attract())
    kiosk.do = original  # type: ignore[method-assign]
    after = asked(boss, row, ActKind.SELF_TEST)
    kiosk.rounds()
    assert kiosk.done == ["test_page", "self_test"]
    assert (state(act), state(after)) == (State.IN_DOUBT, State.DONE)


@pytest.mark.parametrize("method", [Method.WECHAT, Method.CARD])
@pytest.mark.parametrize("kind", [ActKind.OUT_OF_SERVICE, ActKind.RESTART])
def test_it_waits_for_a_payment_and_the_payment_ends_as_it_would(tmp_path, boss, row, method, kind):
    act = asked(boss, row, kind)
    story = Story.paying(method)
    kiosk = Machine(tmp_path, row, story)
    kiosk.rounds()
    assert state(act) == State.WAITS
    assert kiosk.done == []
    assert story.screen in (Screen.PAYING_QR, Screen.PAYING_CARD)
    assert story.session.lobby.afar.out_of_service is None
    if method is Method.CARD:
        story.terminal_says("approved")
    else:
        story.server_says(PaymentState.APPROVED)
    assert story.screen is Screen.PAID
    kiosk.rounds()
    assert state(act) == State.WAITS  # the receipt is being taken
    story.taps(Action.DONE)
    kiosk.rounds()
    assert state(act) == State.DONE


def test_it_waits_while_a_payment_of_an_earlier_visit_is_in_doubt_but_not_for_ever(
    tmp_path, boss, row
):
    act = asked(boss, row, ActKind.RESTART, minutes=24 * 60)
    story = Story.at_attract()
    record = Story.paying(Method.CARD).payment
    lobby = replace(story.session.lobby, unresolved=(record,))
    story.session = replace(story.session, lobby=lobby)
    kiosk = Machine(tmp_path, row, story)
    kiosk.rounds()
    assert state(act) == State.WAITS
    story.seconds += 16 * 60
    kiosk.rounds()
    assert state(act) == State.DONE


def test_nobody_new_is_served_while_it_is_done(tmp_path, boss, row):
    asked(boss, row, ActKind.RESTART)
    story = Story.at_attract()
    kiosk = Machine(tmp_path, row, story)

    def tapped(kind: ActKind) -> Result:
        story.taps(Action.SCAN)
        assert story.screen is Screen.STARTING
        return Result("failed", "tried")

    kiosk.do = tapped  # type: ignore[method-assign]
    kiosk.rounds()
    assert story.screen is Screen.ATTRACT
    assert story.session.lobby.afar.act == ""


def test_what_runs_out_while_a_resident_is_served_is_not_done(tmp_path, boss, row):
    act = asked(boss, row, ActKind.RESTART, minutes=10)
    story = Story.at_bills()
    kiosk = Machine(tmp_path, row, story)
    kiosk.rounds()
    kiosk.now = act.not_after
    story.taps(Action.END)
    kiosk.rounds()
    assert (kiosk.done, state(act)) == ([], State.EXPIRED)
    assert not kiosk.store.unfinished()


def test_what_was_taken_back_is_not_done_also_when_an_old_answer_comes_late(tmp_path, boss, row):
    act = asked(boss, row, ActKind.RESTART)
    story = Story.at_bills()
    kiosk = Machine(tmp_path, row, story)
    kiosk.rounds()
    late = exchange.exchange(row, ActsCall(), NOW)
    take_back(boss, act.pk, "no need", NOW)
    story.taps(Action.END)
    answers = [late]
    real = kiosk.call
    kiosk.desk._call = lambda call: answers.pop() if answers else real(call)
    kiosk.rounds()
    assert (kiosk.done, state(act)) == ([], State.CANCELLED)


def test_a_line_that_is_lost_before_the_last_word_leaves_it_undone(tmp_path, boss, row):
    act = asked(boss, row, ActKind.RESTART)
    kiosk = Machine(tmp_path, row)
    real = kiosk.call

    def lost(call: ActsCall) -> ActsAnswer:
        answer = real(call)
        if any(report.state == "begun" for report in call.reports):
            raise ServerAway("the answer was lost")
        return answer

    kiosk.desk._call = lost
    with pytest.raises(ServerAway):
        kiosk.rounds()
    assert state(act) == State.BEGUN
    kiosk.desk._call = real
    kiosk.rounds()
    assert (kiosk.done, state(act)) == ([], State.FAILED)


@pytest.mark.parametrize("off", [timedelta(days=-400), timedelta(days=400)])
def test_a_kiosk_whose_clock_is_wrong_does_it_all_the_same_and_nothing_late(
    tmp_path, boss, row, off
):
    act, late = asked(boss, row, ActKind.TEST_PAGE), asked(boss, row, ActKind.REBOOT, minutes=10)
    RemoteAct.objects.filter(pk=late.pk).update(not_after=NOW)
    kiosk = Machine(tmp_path, row)
    kiosk.clock_off = off
    kiosk.rounds()
    assert (state(act), state(late)) == (State.DONE, State.EXPIRED)
    assert kiosk.done == ["test_page"]


def test_another_kiosks_act_and_an_altered_one_are_not_done(tmp_path, boss, row):
    other = machine(row.community, "K04")
    asked(boss, other, ActKind.RESTART)
    theirs = exchange.exchange(other, ActsCall(), NOW)
    mine = asked(boss, row, ActKind.SELF_TEST)
    altered = exchange.exchange(row, ActsCall(), NOW)
    signed = altered.acts[0]
    text = signed.text.replace("self_test", "reboot")
    forged = altered.model_copy(update={"acts": [signed.model_copy(update={"text": text})]})
    kiosk = Machine(tmp_path, row)
    for answer in (theirs, forged):
        go = [{"act_id": str(mine.pk), "for_s": 30.0}]
        said = ActsAnswer.model_validate({**answer.model_dump(), "go": go})
        kiosk.desk._call = lambda call, said=said: said
        kiosk.rounds()
        assert kiosk.store.waiting() == []
    assert kiosk.done == []


def test_out_of_service_lasts_over_a_restart_and_ends_by_the_servers_word(tmp_path, boss, row):
    words = {"zh": "维修中", "en": "Being repaired"}
    asked(boss, row, ActKind.OUT_OF_SERVICE, parameters={"words": words})
    kiosk = Machine(tmp_path, row)
    kiosk.rounds()
    assert kiosk.lobby.story.screen is Screen.OUT_OF_ORDER
    kiosk.again()
    off = kiosk.lobby.session.lobby.afar.out_of_service
    assert off is not None and off.words is not None and off.words.en == "Being repaired"
    told = heartbeat_answer(Kiosk.objects.get())
    kiosk.desk.heard(told)
    assert kiosk.lobby.session.lobby.afar.out_of_service is not None
    asked(boss, row, ActKind.BACK_IN_SERVICE)
    kiosk.rounds()
    assert kiosk.lobby.session.lobby.afar.out_of_service is None
    kiosk.desk.heard(heartbeat_answer(Kiosk.objects.get()))
    assert kiosk.lobby.story.screen is Screen.ATTRACT


def heartbeat_answer(row: Kiosk) -> HeartbeatAnswer:
    return HeartbeatAnswer(
        server_time=NOW,
        config_version="1",
        stopped=None if row.active else StopReason.SWITCHED_OFF,
        out_of_service=exchange.out_of_service(row),
    )


def test_an_end_that_the_server_does_not_know_yet_is_not_undone_by_its_heartbeats(
    tmp_path, boss, row
):
    asked(boss, row, ActKind.OUT_OF_SERVICE)
    kiosk = Machine(tmp_path, row)
    real = kiosk.call

    def not_the_end(call: ActsCall) -> ActsAnswer:
        if any(report.state == "done" for report in call.reports):
            raise ServerAway("down")
        return real(call)

    kiosk.desk._call = not_the_end
    with pytest.raises(ServerAway):
        kiosk.rounds()
    kiosk.desk.heard(heartbeat_answer(row))
    assert kiosk.lobby.session.lobby.afar.out_of_service is not None


def test_unused_grants_are_given_back():
    story = Story.at_attract()
    story.plays(RecoveryDone(), ActEnded("unknown"))
    assert story.session.lobby.afar.act == ""
