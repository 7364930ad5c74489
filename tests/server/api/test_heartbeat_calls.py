"""A heartbeat is one statement, or two: taken once for all that, from who it is, as the row is now."""

import json
import threading
import time

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from contract.stop_reason import StopReason
from server.api import authentication, heartbeats, kiosk_config
from server.estate.models import Community
from server.fleet.callers import Callers
from server.fleet.heartbeats import Nonce, Replayed, record_heartbeat
from server.fleet.models import Kiosk, UsedNonce
from server.remote_acts.models import RemoteAct, State
from tests.server.api.callers import error
from tests.server.fleet.heartbeats import device, heartbeat
from tests.server.fleet.heartbeats import kiosk as a_kiosk
from tests.server.fleet.test_heartbeats import presence

PATH = "/heartbeats"


def said(beat=1, **fields):
    told = heartbeat(timezone.now(), **{"presence": presence(beat), **fields})
    return told.model_dump(mode="json")


def counted(kiosk, body):
    """The first word of each statement."""
    asked = []

    def note(execute, sql, *words):
        asked.append(sql.split()[0])
        return execute(sql, *words)

    with connection.execute_wrapper(note):
        assert kiosk.post(PATH, body).status_code == 200
    return asked


def test_it_is_read_and_kept_by_one_statement_each(kiosk, monkeypatch):
    """By a process that does not remember it; else it is one (``test_remembered_kiosks``)."""
    assert kiosk.post(PATH, said(1)).status_code == 200
    monkeypatch.setattr(authentication, "callers", Callers(**authentication.callers.also))
    statements = counted(kiosk, said(2))
    postgresql = connection.vendor == "postgresql"
    assert statements == (["SELECT", "WITH"] if postgresql else ["SELECT", "INSERT", "UPDATE"])
    assert Kiosk.objects.get().beat == 2


@pytest.mark.parametrize("body", [said(2), said(2, answered_at="2099-01-01T00:00:00Z")])
def test_one_that_comes_again_changes_nothing(kiosk, body):
    headers = kiosk.headers("POST", f"/api/v1{PATH}", json.dumps(body).encode())
    assert kiosk.send("POST", PATH, body, headers).status_code == 200
    Kiosk.objects.update(heard_at=None, condition="")
    assert error(kiosk.send("POST", PATH, body, headers)) == (401, "replayed")
    known = Kiosk.objects.get()
    assert (known.heard_at, known.condition) == (None, "")


def test_one_that_is_not_understood_has_used_its_nonce_too(kiosk):
    body = {**said(2), "journal_last": -1}
    headers = kiosk.headers("POST", f"/api/v1{PATH}", json.dumps(body).encode())
    assert error(kiosk.send("POST", PATH, body, headers)) == (422, "bad_request")
    assert error(kiosk.send("POST", PATH, body, headers)) == (401, "replayed")


def test_one_that_is_judged_again_has_used_its_nonce(kiosk):
    """The row changed between its reading and its update: it is read again, and counts once."""
    assert kiosk.post(PATH, said(7)).status_code == 200
    Kiosk.objects.update(boot="b" * 32)
    used = UsedNonce.objects.count()
    answer = kiosk.post(PATH, said(8))
    assert answer.json()["stopped"] == StopReason.TWIN
    assert UsedNonce.objects.count() == used + 1


def test_what_staff_ask_and_change_is_told_with_the_next_one(kiosk):
    def told(beat):
        return kiosk.post(PATH, said(beat)).json()

    assert (told(1)["acts_wait"], told(2)["stopped"]) == (False, None)
    row, now = Kiosk.objects.get(), timezone.now()
    act = RemoteAct.objects.create(
        community_id=row.community_id,
        kiosk=row,
        number=1,
        wish=row.pk,
        kind="self_test",
        asked_at=now,
        not_after=now,
        state_at=now,
        state=State.ASKED,
    )
    Kiosk.objects.update(active=False)
    answer = told(3)
    assert (answer["acts_wait"], answer["stopped"]) == (True, StopReason.SWITCHED_OFF)
    act.state = State.DONE
    act.save()
    assert told(4)["acts_wait"] is False


def test_the_version_is_another_as_soon_as_a_row_it_is_made_of_is(kiosk):
    seen = [kiosk.post(PATH, said(1)).json()["config_version"]]
    assert kiosk.post(PATH, said(2)).json()["config_version"] == seen[0]
    Kiosk.objects.update(location_zh="西门")
    seen.append(kiosk.post(PATH, said(3)).json()["config_version"])
    Community.objects.update(office_phone="0571-1")
    seen.append(kiosk.post(PATH, said(4)).json()["config_version"])
    assert len({*seen}) == 3
    now = timezone.now()
    machine = Kiosk.objects.select_related("community").get()
    assert kiosk_config.config_of(machine, now).version == seen[-1]


def test_a_key_that_is_revoked_between_reading_and_keeping_keeps_nothing(kiosk, monkeypatch):
    kept = heartbeats.record_heartbeat

    def revoked(*words, **named):
        Kiosk.objects.update(public_key="")
        return kept(*words, **named)

    monkeypatch.setattr(heartbeats, "record_heartbeat", revoked)
    kiosk.post(PATH, said(1))
    assert Kiosk.objects.get().heard_at is None
    monkeypatch.undo()
    assert error(kiosk.post(PATH, said(2))) == (401, "key_unknown")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("meanwhile", [{"public_key": "n" * 43}, {"floor": "1"}])
def test_while_another_holds_the_row_it_waits_and_looks_again(meanwhile):
    """Two of the same request wait for the row: one of them is believed, if the key is still the same."""
    machine, ends, callers = a_kiosk(), [], authentication.callers
    record_heartbeat(machine, heartbeat(timezone.now(), device("kiosk")), now=timezone.now())

    def send():
        at = timezone.now()
        mine, nonce = callers.find(str(machine.pk)), Nonce("k", "the-same-nonce-x", at)
        told = heartbeat(at, device("kiosk"), presence=presence(1))
        ready.wait(30)
        try:
            record_heartbeat(mine, told, now=at, nonce=nonce, callers=callers)
            ends.append("kept")
        except Replayed:
            ends.append("replayed")
        finally:
            connections.close_all()

    ready, threads = threading.Barrier(3), [threading.Thread(target=send) for _ in range(2)]
    with transaction.atomic():
        for thread in threads:
            thread.start()
        Kiosk.objects.select_for_update().get(pk=machine.pk)
        Kiosk.objects.update(**meanwhile)
        ready.wait(30)
        waits_for_the_row()
    for thread in threads:
        thread.join(60)
    known = Kiosk.objects.get(pk=machine.pk)
    assert sorted(ends) == ["kept", "replayed"]
    assert known.beat == (0 if "public_key" in meanwhile else 1)


def waits_for_the_row():
    """Until both are at it: one waits for the row, the other for the nonce of the first."""
    for _ in range(600):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= 2:
                return
        time.sleep(0.05)
    raise AssertionError("they do not wait")
