"""A heartbeat of a kiosk that this process remembers: answered as if nothing were remembered, whatever
changed meanwhile, here or elsewhere."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.journal_hash import GENESIS
from contract.stop_reason import StopReason
from kiosk.central.identity import public_text
from server.alerts.models import Alert
from server.api import authentication, kiosk_config
from server.api import heartbeats as answering
from server.estate.models import Community
from server.fleet import callers as callers_module
from server.fleet import enrolment
from server.fleet.callers import Callers
from server.fleet.models import Kiosk, UsedNonce
from server.payments import restored
from tests.server.api.callers import Caller, error
from tests.server.api.test_heartbeat_calls import PATH, counted, said
from tests.server.fleet.heartbeats import device
from tests.server.fleet.test_heartbeats import presence

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite does not tell apart the versions of a row"
)


WELL = [device("kiosk")]


class Beating(Caller):
    """It tells with each heartbeat when the server answered the last, as kiosks do."""

    answered = None

    def post(self, path, body=None):
        if path == PATH and body.get("answered_at") is None:
            body = {**body, "answered_at": self.answered}
        answer = super().post(path, body)
        if path == PATH and answer.status_code == 200:
            self.answered = answer.json()["server_time"]
        return answer


@pytest.fixture(autouse=True)
def callers(monkeypatch):
    """A process of its own for each test."""
    mine = Callers(**authentication.callers.also)
    monkeypatch.setattr(authentication, "callers", mine)
    return mine


@pytest.fixture
def known(kiosk):
    """It is remembered after its second heartbeat: the first ends what may have been wrong before."""
    machine = Beating(kiosk.key_id, kiosk.key)
    for number in (1, 2):
        assert machine.post(PATH, beat(number)).status_code == 200
    return machine


def beat(number, **fields):
    return said(number, **{"devices": WELL, **fields})


def test_it_is_one_statement(known):
    assert counted(known, beat(3)) == ["WITH"]
    assert counted(known, beat(4)) == ["WITH"]
    row = Kiosk.objects.get()
    assert (row.beat, row.heartbeat["presence"]["beat"]) == (4, 4)
    assert UsedNonce.objects.filter(key_id=known.key_id).count() >= 4


@pytest.mark.parametrize("model", [Kiosk, Community])
def test_where_a_row_is_another_it_is_read_by_the_same_statement_and_judged_by_that(known, model):
    model.objects.update(**{"floor": "2"} if model is Kiosk else {"duty_phone": "1"})
    assert counted(known, beat(3)) == ["WITH", "WITH"]
    assert counted(known, beat(4)) == ["WITH"]
    assert Kiosk.objects.get().beat == 4


def test_it_is_one_statement_again_after_whatever_is_out_of_the_ordinary(known):
    wrong = {"level": "error", "code": "journal.cannot_record"}
    for number, happens in enumerate(
        ({"devices": [device("kiosk", wrong)]}, {"journal_last": 1}), 1
    ):
        first = number * 10
        assert known.post(PATH, beat(first, **happens)).status_code == 200
        statements = [counted(known, beat(first + n)) for n in (1, 2, 3)]
        assert len(statements[0]) > 1, "something ends"
        assert statements[-1] == ["WITH"], statements


def test_what_was_heard_elsewhere_costs_one_reading(known, callers, monkeypatch):
    both = [callers, Callers(**callers.also)]

    def heard(number, here):
        monkeypatch.setattr(authentication, "callers", both[here])
        return counted(known, beat(number))

    in_turns = [heard(number, number % 2) for number in range(3, 13)]
    assert in_turns[2:] == [["SELECT", "WITH"]] * 8
    assert [heard(number, 0) for number in (13, 14)] == [["WITH"], ["WITH"]]


def test_of_a_community_that_changes_one_is_kept(known, callers):
    for number in range(3, 13):
        Community.objects.update(duty_phone=str(number))
        known.post(PATH, beat(number))
    assert len(callers._communities_of) == 1
    enrolment.give_key(Kiosk.objects.get(), public_text(known.key), timezone.now())
    Kiosk.objects.update(public_key="")
    known.post(PATH, beat(13))
    assert not callers._remembered


def test_not_understood_while_the_database_is_away_it_is_answered_as_any(known, monkeypatch):
    def away(*_):
        raise OperationalError("away")

    monkeypatch.setattr(callers_module, "first_row", away)
    assert error(known.post(PATH, {**beat(3), "journal_last": -1})) == (503, "internal")


def test_what_holds_the_community_holds_no_heartbeat(known):
    """Bills of a community are issued while it is held."""
    Kiosk.objects.update(boot="b" * 32)
    asked = []

    def note(execute, sql, *words):
        asked.append(sql)
        return execute(sql, *words)

    with connection.execute_wrapper(note):
        known.post(PATH, beat(3))
    held = [sql for sql in asked if " FOR " in sql]
    assert held and all(sql.endswith('FOR NO KEY UPDATE OF "fleet_kiosk"') for sql in held)


def test_it_is_remembered_as_it_would_be_read(known):
    remembered = authentication.callers.remembered(known.key_id)
    found = authentication.callers.find(known.key_id)
    for field in Kiosk._meta.concrete_fields:
        assert getattr(remembered, field.attname) == getattr(found, field.attname), field
    for field in Community._meta.concrete_fields:
        name = field.attname
        assert getattr(remembered.community, name) == getattr(found.community, name), field
    assert remembered.version == found.version


def test_what_changed_between_reading_and_keeping_is_not_missed_for_good(kiosk, monkeypatch):
    """The version that was written follows one that was never read here."""
    assert kiosk.post(PATH, beat(1)).status_code == 200
    kept = answering.record_heartbeat

    def moved(*words, **named):
        Kiosk.objects.update(location_zh="西门")
        return kept(*words, **named)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(answering, "record_heartbeat", moved)
        kiosk.post(PATH, beat(2))
    for number in (3, 4):
        told = kiosk.post(PATH, beat(number)).json()["config_version"]
        row = Kiosk.objects.select_related("community").get()
        assert told == kiosk_config.config_of(row, timezone.now()).version


def test_a_key_that_was_revoked_is_not_let_in(known):
    Kiosk.objects.update(public_key="")
    assert error(known.post(PATH, beat(3))) == (401, "key_unknown")
    assert Kiosk.objects.get().beat == 2


def test_who_signs_with_the_key_of_before_is_told_so(known):
    new = Caller(known.key_id)
    enrolment.give_key(Kiosk.objects.get(), public_text(new.key), timezone.now())
    assert error(known.post(PATH, beat(3))) == (401, "key_unknown")
    assert Kiosk.objects.get().beat == 0
    assert new.post(PATH, beat(1)).status_code == 200
    assert error(known.post(PATH, beat(4))) == (401, "key_unknown")


def test_one_that_is_not_understood_is_told_first_that_its_key_is_gone(known):
    wrong = {**beat(3), "journal_last": -1}
    assert error(known.post(PATH, wrong)) == (422, "bad_request")
    Kiosk.objects.update(public_key="")
    assert error(known.post(PATH, wrong)) == (401, "key_unknown")


def test_one_that_comes_again_is_refused(known):
    body = beat(3)
    headers = known.headers("POST", f"/api/v1{PATH}", json.dumps(body).encode())
    assert known.send("POST", PATH, body, headers).status_code == 200
    assert error(known.send("POST", PATH, body, headers)) == (401, "replayed")
    Kiosk.objects.update(floor="3")
    assert error(known.send("POST", PATH, body, headers)) == (401, "replayed")
    assert Kiosk.objects.get().beat == 3


def test_a_signature_of_another_is_none(known):
    stranger = Caller(known.key_id)
    assert error(stranger.post(PATH, beat(3))) == (401, "not_signed")
    old = known.headers(
        "POST",
        f"/api/v1{PATH}",
        json.dumps(beat(3)).encode(),
        created=timezone.now() - timedelta(hours=1),
    )
    assert error(known.send("POST", PATH, beat(3), old))[0] == 401
    assert Kiosk.objects.get().beat == 2


def test_a_second_machine_stops_the_kiosk(known):
    assert known.post(PATH, beat(3)).json()["stopped"] is None
    twin = {**presence(4), "boot": "b" * 32}
    assert known.post(PATH, beat(4, presence=twin)).json()["stopped"] == StopReason.TWIN
    assert Alert.objects.filter(kind="kiosk_stopped").exists()
    assert known.post(PATH, beat(5)).json()["stopped"] == StopReason.TWIN


def test_what_another_process_heard_is_not_taken_for_lost(known, callers, monkeypatch):
    """The kiosk tells an answer that this process did not give."""
    asked = []
    monkeypatch.setattr(restored, "ask_again", lambda *words: asked.append(words))
    monkeypatch.setattr(authentication, "callers", Callers(**callers.also))
    assert known.post(PATH, beat(3)).status_code == 200
    monkeypatch.setattr(authentication, "callers", callers)
    assert known.post(PATH, beat(4)).status_code == 200
    assert not asked
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    assert known.post(PATH, beat(5, answered_at=later)).status_code == 200
    assert len(asked) == 1


def test_what_it_told_before_ends_as_ever(known):
    wrong = {"level": "error", "code": "journal.cannot_record"}
    known.post(PATH, beat(3, devices=[device("kiosk", wrong)]))
    assert Alert.objects.filter(kind="journal_unwritable", resolved_at=None).count() == 1
    known.post(PATH, beat(4))
    assert not Alert.objects.filter(kind="journal_unwritable", resolved_at=None).exists()


def test_as_many_are_remembered_as_there_is_room_for(known, callers, monkeypatch):
    monkeypatch.setattr(callers_module, "REMEMBERED_MAX", 2)
    row, now = Kiosk.objects.get(), timezone.now()
    for number in range(5):
        other = Kiosk.objects.create(community=row.community, code=f"X{number}")
        machine = Caller(str(other.pk))
        enrolment.give_key(other, public_text(machine.key), now)
        for each in (1, 2, 3):
            assert machine.post(PATH, beat(each)).status_code == 200
        assert len(callers._remembered) <= 2
        assert len(callers._communities_of) == 1


def test_what_is_seldom_right_is_seldom_tried(known):
    """Its row is changed between each two heartbeats, then no more."""

    def asked(numbers, changes):
        statements = []
        for number in numbers:
            if changes:
                Kiosk.objects.update(floor=str(number))
            statements.append(counted(known, beat(number)))
        return statements

    late = asked(range(3, 143), changes=True)[-20:]
    assert late.count(["SELECT", "WITH"]) >= 18
    assert asked(range(143, 2400), changes=False)[-1] == ["WITH"]


@pytest.mark.django_db(transaction=True)
def test_the_database_was_started_anew(known):
    """The one statement is the first of its request, so it is the one that finds the line dead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [mine] = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])
    other.close()
    assert known.post(PATH, beat(3)).status_code == 200
    assert Kiosk.objects.get().beat == 3


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_take_no_room(known):
    """Each heartbeat writes the row anew: where that one stood before is used again."""
    for number in range(3, 300):
        assert known.post(PATH, beat(number)).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('fleet_kiosk')")
        [size] = cursor.fetchone()
    assert size <= 12 * 8192


# What may happen to a kiosk between two of its heartbeats, and what these may say.
ACTS = {
    "nothing": {},
    "moved": {"location_zh": "西门"},
    "moved back": {"location_zh": "大堂"},
    "off": {"active": False, "off_by": "王"},
    "on": {"active": True, "off_by": ""},
    "update": {"wanted_version": "0.2.0", "wanted_attempt": 1, "wanted_ring": "all"},
    "journal came": {"journal_sequence": 5, "journal_hash": "5" * 64, "journal_waits_since": None},
    "another disk": {"boot": "c" * 32},
    "stopped": {"stopped": "twin"},
    "paired again": {"stopped": "", "beat": 0, "starts": 0, "boot": "", "strays": 0},
    "heard elsewhere": None,
}
SAYINGS = {
    "well": {},
    "no paper": {"devices": [*WELL, device("printer", {"level": "error", "code": "paper.out"})]},
    "cannot record": {
        "devices": [device("kiosk", {"level": "error", "code": "journal.cannot_record"})]
    },
    "nobody can pay": {"offers": [], "turned_away": 3},
    "more turned away": {"offers": [], "turned_away": 5},
    "entries wait": {"journal_last": 7},
    "silent about itself": {"presence": None},
    "late": {"late": True},
    "lost": {"journal_acknowledged": 9, "journal_last": 9},
    "updates": {"update": {"version": "0.2.0", "attempt": 1, "state": "fetching"}},
}
OF_ROW = (
    *("active", "beat", "starts", "boot", "strays", "stopped", "condition", "turned_away_before"),
    *("journal_sequence", "journal_waits_since", "software", "wanted_version", "location_zh"),
)


@pytest.mark.django_db
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(sorted(SAYINGS)))))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_it_is_answered_as_where_nothing_is_remembered(world, steps):
    """One kiosk is remembered, its twin is not; the same happens to both."""
    at, rows, machines = timezone.now(), [], []
    Kiosk.objects.filter(code__startswith="T").update(public_key="")
    for number in range(2):
        code = f"T{Kiosk.objects.count()}"
        row = Kiosk.objects.create(community=world.community, code=code, location_zh="大堂")
        machines.append(Beating(str(row.pk)))
        enrolment.give_key(row, public_text(machines[number].key), at)
        rows.append(row)
    here, elsewhere = (Callers(**authentication.callers.also) for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:

        def told(machine, remembering, number, fields):
            patch.setattr(authentication, "callers", remembering)
            return machine.post(PATH, beat(number, **fields)).json()

        for number, (act, saying) in enumerate((("nothing", "well"), ("nothing", "well"), *steps)):
            fields = dict(SAYINGS[saying])
            if fields.pop("late", False):
                fields["presence"] = presence(max(1, number - 2))
            elif "presence" not in fields:
                last = fields.get("journal_last", 0)
                fields["presence"] = presence(
                    number + 1, last, digest="5" * 64 if last else GENESIS
                )
            if ACTS[act]:
                Kiosk.objects.filter(pk__in=[row.pk for row in rows]).update(**ACTS[act])
            if ACTS[act] is None:
                for machine in machines:
                    told(machine, elsewhere, number + 1, fields)
            answers = [told(machines[0], here, number + 1, fields)]
            nobody = Callers(**here.also)
            answers.append(told(machines[1], nobody, number + 1, fields))
            for answer in answers:
                answer.pop("server_time", None), answer.pop("config_version", None)
            assert answers[0] == answers[1], (act, saying)
            kept = [Kiosk.objects.get(pk=row.pk) for row in rows]
            for name in OF_ROW:
                one, other = (getattr(row, name) for row in kept)
                assert one == other or (name == "journal_waits_since" and one and other), name
