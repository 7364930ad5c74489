"""The pages of roll-outs, and what the kiosk's own page and the API say of releases."""

import pytest

from contract.heartbeat import HeartbeatAnswer
from server.fleet.models import Kiosk
from server.rollouts.models import Rollout, State
from server.staff.roles import Role
from tests.server.fleet.heartbeats import heartbeat
from tests.server.nul import no_nul_reaches_the_database
from tests.server.remote_acts.machines import machine
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
PAGE = "/staff/fleet/releases/"


@pytest.fixture
def kiosk(db):
    return machine(create_village())


@pytest.fixture
def technician(kiosk):
    return signed_in(create_person("wang", (kiosk.community, Role.TECHNICIAN)))


def begin(client, **more):
    given = {"version": "0.2.0", "community": "village", "reason": "new", **more}
    return client.post(PAGE, given, follow=True)


def test_it_is_begun_let_on_stopped_and_let_on_again_from_the_pages(technician, kiosk):
    page = begin(technician).content.decode()
    assert "0.2.0" in page and "wang" in page
    of_it = f"{PAGE}0.2.0/"
    for act, ring, state in (
        ("further", "tenth", State.RUNNING),
        ("further", "all", State.RUNNING),
        ("stop", "all", State.STOPPED),
        ("go_on", "all", State.RUNNING),
        ("stop", "all", State.STOPPED),
        ("again", "all", State.RUNNING),
    ):
        technician.post(of_it, {"act": act, "community": "village", "reason": "so"})
        rollout = Rollout.objects.get()
        assert (rollout.ring, rollout.state) == (ring, state)
    assert rollout.attempt == 2
    shown = technician.get(f"/staff/fleet/kiosks/{kiosk.pk}/").content.decode()
    assert "0.2.0" in shown


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"version": "new"}, {"community": "elsewhere"}])
def test_what_is_wrong_is_said_and_nothing_is_begun(technician, wrong):
    answer = begin(technician, **wrong)
    assert answer.status_code == 422
    assert "notice bad" in answer.content.decode()
    assert not Rollout.objects.exists()


def test_odd_texts_ask_the_database_nothing_odd(technician):
    with no_nul_reaches_the_database():
        answer = begin(technician, community="village\0", group="\0", reason="x\0", version="0.2\0")
        assert answer.status_code == 422
        assert begin(technician, community="village\0").status_code == 422
        begin(technician, group="a\0", reason="x\0")
        given = {"act": "stop", "community": "village\0", "reason": "x"}
        assert technician.post(f"{PAGE}0.2.0/", given).status_code == 302
    assert Rollout.objects.get().state == State.RUNNING


def test_who_may_only_look_decides_nothing(technician, kiosk):
    begin(technician)
    collector = signed_in(create_person("li", (kiosk.community, Role.COLLECTOR)))
    page = collector.get(f"{PAGE}0.2.0/").content.decode()
    assert 'name="act"' not in page
    given = {"act": "stop", "community": "village", "reason": "no"}
    assert collector.post(f"{PAGE}0.2.0/", given).status_code == 403
    assert begin(collector, version="0.3.0").status_code == 403
    stranger = signed_in(create_person("zhao", (create_village("other"), Role.TECHNICIAN)))
    assert stranger.get(f"{PAGE}0.2.0/").status_code == 404
    assert "0.2.0 ·" not in stranger.get(PAGE).content.decode()


def test_what_an_updater_says_is_shown_in_words(technician, kiosk):
    begin(technician)
    update = {"version": "0.2.0", "attempt": 1, "state": "gone_back", "code": "failed_starts"}
    beat = heartbeat(NOW, update=update).model_dump(mode="json")
    Kiosk.objects.update(heartbeat=beat, heard_at=NOW, wanted_version="0.2.0", software="0.1.0")
    page = technician.get(f"/staff/fleet/kiosks/{kiosk.pk}/").content.decode()
    assert "已退回上一版本" in page
    assert "failed_starts" not in page
    fleet = technician.get("/staff/fleet/").content.decode()
    assert "→ 0.2.0" in fleet


def test_a_kiosk_is_told_what_it_should_run(kiosk, monkeypatch):
    from server.rollouts import watching

    Kiosk.objects.update(wanted_version="0.2.0", wanted_attempt=3, wanted_ring="tenth")
    kiosk.refresh_from_db()
    told = watching.wanted(kiosk)
    answer = HeartbeatAnswer(server_time=NOW, config_version="1", wanted=told)
    assert answer.wanted is not None
    assert (answer.wanted.version, answer.wanted.attempt, answer.wanted.ring) == (
        "0.2.0",
        3,
        "tenth",
    )
