"""A machine asks by its own key, somebody before it says which kiosk it is, and only that one is it."""

from contextlib import suppress
from copy import deepcopy
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from kiosk.central.identity import public_text
from server.fleet import enrolment, pairing_wishes
from server.fleet.models import Kiosk, PairingWish, RetiredKey
from server.fleet.pairing_wishes import (
    AN_HOUR_MAX,
    LIFE,
    OPEN_OF_NETWORK_MAX,
    USED_WITHIN,
    WRONG_MAX,
    TooMany,
)
from server.retention.pruning import prune
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.api.callers import Caller
from tests.server.api.conftest import kiosk as enrolled  # noqa: F401
from tests.server.api.conftest import world  # noqa: F401
from tests.server.fleet.heartbeats import kiosk
from tests.server.nul import no_nul_reaches_the_database
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine(db):
    return Caller()


@pytest.fixture
def unpaired(db):
    return kiosk("K03", public_key="")


@pytest.fixture
def technician(unpaired):
    return signed_in(create_person("wang", (unpaired.community, Role.TECHNICIAN)))


def asks(machine):
    return machine.post("/pairings", {"public_key": public_text(machine.key)})


def page_of(answer):
    return "/staff/" + answer.json()["url"].partition("/staff/")[2]


def form(answer, row, **more):
    return {"code": answer.json()["code"], "kiosk": str(row.pk), "reason": "new"} | more


def test_the_whole_way(machine, technician, unpaired):
    waits = asks(machine)
    assert waits.json()["state"] == "waits"
    assert asks(machine).json()["code"] == waits.json()["code"], "the same question"
    assert public_text(machine.key) not in waits.content.decode()
    page = technician.get(page_of(waits))
    assert waits.json()["code"] not in page.content.decode(), "only the machine shows it"
    done = technician.post(page_of(waits), form(waits, unpaired))
    assert done["Location"] == f"/staff/fleet/kiosks/{unpaired.pk}/"
    unpaired.refresh_from_db()
    assert unpaired.public_key == "", "not before the machine has heard it"
    for _ in range(2):  # an answer may be lost on the way
        paired = asks(machine).json()
        assert paired["state"] == "paired"
        assert paired["identity"]["kiosk_id"] == str(unpaired.pk)
    unpaired.refresh_from_db()
    assert unpaired.public_key == public_text(machine.key)
    machine.key_id = paired["identity"]["kiosk_id"]
    assert machine.get("/config").status_code == 200
    act = Act.objects.get(act="kiosk_paired")
    assert (act.person_name, act.reason) == ("wang", "new")


def test_another_key_gets_nothing_of_it(machine, technician, unpaired):
    waits = asks(machine)
    technician.post(page_of(waits), form(waits, unpaired))
    other = Caller()
    assert asks(other).json()["state"] == "waits"
    stolen = other.post("/pairings", {"public_key": public_text(machine.key)})
    assert stolen.status_code == 401, "it is not signed by that key"


def test_a_replacement_takes_the_kiosk_over_and_the_machine_before_is_refused(
    enrolled,  # noqa: F811
):
    row = Kiosk.objects.get()
    technician = signed_in(create_person("wang", (row.community, Role.TECHNICIAN)))
    new = Caller()
    waits = asks(new)
    technician.post(page_of(waits), form(waits, row))
    assert enrolled.get("/config").status_code == 200, "until the new one has it"
    assert asks(new).json()["identity"]["kiosk_code"] == row.code
    assert enrolled.get("/config").status_code == 401
    assert public_text(enrolled.key) in RetiredKey.objects.values_list("public_key", flat=True)


def test_a_new_kiosk_is_made_on_the_way(machine, unpaired):
    administrator = signed_in(create_person("boss", (unpaired.community, Role.ADMINISTRATOR)))
    waits = asks(machine)
    new = {"kiosk": "new:village", "new_code": "k04", "location_zh": "北门", "location_en": "Gate"}
    taken = {**new, "new_code": "K03"}
    assert administrator.post(page_of(waits), form(waits, unpaired, **taken)).status_code == 422
    wrong = form(waits, unpaired, **new, code="AAAAAA")
    assert administrator.post(page_of(waits), wrong).status_code == 422
    assert not Kiosk.objects.filter(code="K04").exists()
    administrator.post(page_of(waits), form(waits, unpaired, **new))
    assert asks(machine).json()["identity"]["kiosk_code"] == "K04"
    assert {"kiosk_made", "kiosk_paired"} <= set(Act.objects.values_list("act", flat=True))


def test_wrong_codes_end_it(machine, technician, unpaired):
    waits = asks(machine)
    for _ in range(WRONG_MAX):
        wrong = form(waits, unpaired, code="AAAAAA")
        assert technician.post(page_of(waits), wrong).status_code == 422
    assert technician.post(page_of(waits), form(waits, unpaired)).status_code == 422
    assert asks(machine).json()["code"] != waits.json()["code"], "a new one"


def test_it_is_over_after_a_while_and_used_once(machine, technician, unpaired):
    waits = asks(machine)
    later = timezone.now() - LIFE - timedelta(seconds=1)
    PairingWish.objects.update(expires_at=later)
    assert technician.post(page_of(waits), form(waits, unpaired)).status_code == 422
    again = asks(machine)
    assert page_of(again) != page_of(waits)
    technician.post(page_of(again), form(again, unpaired))
    other = kiosk("K05", public_key="")
    assert technician.post(page_of(again), form(again, other)).status_code == 422
    confirmed = PairingWish.objects.exclude(kiosk=None)
    assert confirmed.get().expires_at > timezone.now() + USED_WITHIN - timedelta(minutes=1)
    confirmed.update(expires_at=later)
    assert asks(machine).json()["state"] == "waits", "the machine came too late"


def test_an_old_wish_does_not_take_a_kiosk_back(machine, technician, unpaired):
    waits = asks(machine)
    technician.post(page_of(waits), form(waits, unpaired))
    asks(machine)
    Kiosk.objects.update(public_key="x" * 43)  # somebody else was paired since
    assert asks(machine).json()["state"] == "waits"
    assert PairingWish.objects.count() == 2, "a new one, which can be confirmed"


@pytest.mark.parametrize("instead", ["another_machine", "pairing_code", "revoked"])
def test_who_was_confirmed_and_did_not_come_is_called_off(machine, technician, unpaired, instead):
    waits = asks(machine)
    technician.post(page_of(waits), form(waits, unpaired))
    if instead == "another_machine":
        other = Caller()
        technician.post(page_of(asks(other)), form(asks(other), unpaired))
        assert asks(other).json()["state"] == "paired"
    elif instead == "pairing_code":
        enrolment.create_pairing_code(unpaired, now=timezone.now())
    else:
        enrolment.revoke(unpaired, now=timezone.now(), by=Person("li"), reason="stolen")
    assert asks(machine).json()["state"] == "waits"
    unpaired.refresh_from_db()
    assert unpaired.public_key != public_text(machine.key)


def test_behind_our_proxy_each_machine_has_its_own_address(machine, monkeypatch):
    monkeypatch.setattr(settings, "LOBBYPAY", deepcopy(settings.LOBBYPAY))
    monkeypatch.setitem(vars(settings.LOBBYPAY.server), "behind_https_proxy", True)
    machine.client = Client(headers={"X-Forwarded-For": "203.0.113.7"})
    asks(machine)
    assert PairingWish.objects.get().address == "203.0.113.7"


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.AUDITOR])
def test_who_may_not_pair_sees_nothing(machine, unpaired, role):
    waits = asks(machine)
    person = signed_in(create_person("li", (unpaired.community, role)))
    assert person.get(page_of(waits)).status_code == 403


def test_nobody_pairs_a_kiosk_of_another_community(machine, technician, unpaired):
    other = create_village("other")
    theirs = Kiosk.objects.create(community=other, code="K09", location_zh="门", location_en="Gate")
    waits = asks(machine)
    for choice in (str(theirs.pk), "new:other", "new:", "x", ""):
        given = form(waits, theirs, kiosk=choice, new_code="K77")
        assert technician.post(page_of(waits), given).status_code == 422
    assert "K09" not in technician.get(page_of(waits)).content.decode()
    assert PairingWish.objects.get().wrong == 0


def test_odd_texts_ask_the_database_nothing_odd(machine, unpaired):
    boss = signed_in(create_person("boss", (unpaired.community, Role.ADMINISTRATOR)))
    waits = asks(machine)
    new = {"new_code": "k\0", "location_zh": "\0", "location_en": "\0"}
    with no_nul_reaches_the_database():
        for chosen in ("new:village", "new:village\0", "new:\0", "\0"):
            given = form(waits, unpaired, kiosk=chosen, reason="x\0", **new)
            assert boss.post(page_of(waits), given).status_code == 422


def test_one_address_does_not_fill_the_table(db):
    for number in range(AN_HOUR_MAX):
        pairing_wishes.ask(f"{number:043}", "10.0.0.1", NOW)
    with pytest.raises(TooMany):
        pairing_wishes.ask("y" * 43, "10.0.0.1", NOW)
    pairing_wishes.ask("y" * 43, "10.0.0.2", NOW)
    pairing_wishes.ask("z" * 43, "10.0.0.1", NOW + timedelta(hours=2))


def test_what_was_never_confirmed_is_pruned(machine, technician, unpaired):
    waits = asks(machine)
    technician.post(page_of(waits), form(waits, unpaired))
    asks(Caller())
    prune(timezone.now() + timedelta(days=400))
    assert PairingWish.objects.get().kiosk == unpaired


def wishes(count, address, now=NOW):
    return [pairing_wishes.ask(f"{address}-{n}", address, now) for n in range(count)]


def test_one_address_keeps_no_other_machine_out(db):
    first, *_rest = wishes(OPEN_OF_NETWORK_MAX, "203.0.113.7")
    other = pairing_wishes.ask("other", "198.51.100.1", NOW)
    later = NOW + timedelta(seconds=1)
    pairing_wishes.ask("one more", "203.0.113.7", later)
    first.refresh_from_db()
    assert first.expires_at == later
    open_ones = PairingWish.objects.filter(expires_at__gt=later)
    assert open_ones.filter(network="203.0.113.7").count() == OPEN_OF_NETWORK_MAX
    assert open_ones.filter(pk=other.pk).exists()


def test_what_somebody_has_confirmed_makes_no_room(db, unpaired):
    first, second, *_rest = wishes(OPEN_OF_NETWORK_MAX, "203.0.113.7")
    PairingWish.objects.filter(pk=first.pk).update(kiosk=unpaired, confirmed_at=NOW)
    later = NOW + timedelta(seconds=1)
    for name in ("a", "b"):
        pairing_wishes.ask(name, "203.0.113.7", later)
    assert PairingWish.objects.get(pk=first.pk).expires_at > later
    assert PairingWish.objects.get(pk=second.pk).expires_at == later


def test_where_all_is_full_whoever_has_the_most_makes_room(db, monkeypatch):
    monkeypatch.setattr(pairing_wishes, "OPEN_MAX", 6)
    first, *_rest = wishes(5, "203.0.113.7")
    pairing_wishes.ask("other", "198.51.100.1", NOW)
    later = NOW + timedelta(seconds=1)
    assert pairing_wishes.ask("new", "198.51.100.2", later).expires_at > later
    assert PairingWish.objects.get(pk=first.pk).expires_at == later
    monkeypatch.setattr(pairing_wishes, "OPEN_MAX", 1)
    PairingWish.objects.exclude(public_key="new").update(expires_at=NOW)
    with pytest.raises(TooMany):
        pairing_wishes.ask("and another", "203.0.113.8", later)


def test_who_has_a_whole_block_of_addresses_keeps_nobody_out(db, monkeypatch):
    """A /48 of IPv6, which anybody rents, has 65536 networks; one wish of each."""
    monkeypatch.setattr(pairing_wishes, "OPEN_MAX", 6)
    first, *_rest = [
        pairing_wishes.ask(f"flood {n}", f"2001:db8:1:{n:x}::5", NOW + timedelta(seconds=n))
        for n in range(6)
    ]
    later = NOW + timedelta(seconds=9)
    mine = pairing_wishes.ask("mine", "2001:db8:2:1::1", later)
    first.refresh_from_db()
    assert first.expires_at == later
    for n in range(6, 20):
        with suppress(TooMany):
            pairing_wishes.ask(f"flood {n}", f"2001:db8:1:{n:x}::5", later)
    mine.refresh_from_db()
    assert mine.expires_at > later
    assert PairingWish.objects.filter(expires_at__gt=later).count() == 6


def test_who_has_a_whole_block_of_addresses_does_not_fill_the_table(db, monkeypatch):
    monkeypatch.setattr(pairing_wishes, "ALL_AN_HOUR_MAX", 10)
    monkeypatch.setattr(pairing_wishes, "AN_HOUR_MAX", 5)
    for n in range(60):
        with suppress(TooMany):
            pairing_wishes.ask(f"flood {n}", f"2001:db8:1:{n:x}::5", NOW)
    assert PairingWish.objects.count() == 10
    pairing_wishes.ask("mine", "2001:db8:2:1::1", NOW)
    pairing_wishes.ask("later", "2001:db8:1:99::5", NOW + timedelta(hours=2))


def test_a_line_with_many_addresses_is_one():
    network = pairing_wishes.network_of
    assert network("2001:db8:1:2::5") == network("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network("::ffff:203.0.113.7") == network("203.0.113.7") == "203.0.113.7"
    assert network("no address") == "no address"
    block = pairing_wishes.block_of
    assert block(network("2001:db8:1:2::5")) == block(network("2001:db8:1:ffff::1"))
    assert block("203.0.113.7") == "203.0.113.0/24" and block("no address") == "no address"


def test_the_page_says_where_and_when_the_machine_asked(machine, technician):
    waits = asks(machine)
    PairingWish.objects.update(
        address="203.0.113.7", asked_at=timezone.now() - timedelta(minutes=3)
    )
    page = technician.get(page_of(waits)).content.decode()
    assert "203.0.113.7" in page
    assert "3\N{NO-BREAK SPACE}分钟前" in page
