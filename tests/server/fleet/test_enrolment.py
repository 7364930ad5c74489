"""A pairing code enrols one kiosk, once, in time."""

from datetime import timedelta

import pytest

from server.fleet.enrolment import CODE_LIFE, PairingRefused, create_pairing_code, enrol
from server.fleet.models import Kiosk, PairingCode
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
KEY, OTHER_KEY = "k" * 43, "o" * 43


def kiosk() -> Kiosk:
    return Kiosk.objects.create(
        community=create_village(), code="K03", location_zh="大堂", location_en="Lobby"
    )


def test_the_kiosk_gets_its_key():
    code = create_pairing_code(kiosk(), now=NOW)
    enrolled = enrol(code, KEY, now=NOW)
    assert (enrolled.code, enrolled.public_key, enrolled.enrolled_at) == ("K03", KEY, NOW)
    assert Kiosk.objects.get().public_key == KEY


@pytest.mark.parametrize("typed", ["abcd-2345-ef", " ABCD2345EF ", "ABCD 2345 EF"])
def test_a_code_is_read_however_it_is_typed(typed: str):
    create_pairing_code(kiosk(), now=NOW, code="ABCD2345EF")
    assert enrol(typed, KEY, now=NOW).public_key == KEY


def test_a_used_code_is_refused_to_another_key_but_answers_its_own_again():
    code = create_pairing_code(kiosk(), now=NOW)
    enrol(code, KEY, now=NOW)
    assert enrol(code, KEY, now=NOW).public_key == KEY
    with pytest.raises(PairingRefused):
        enrol(code, OTHER_KEY, now=NOW)
    assert Kiosk.objects.get().public_key == KEY


def test_expired_unknown_and_switched_off_are_refused_alike():
    machine = kiosk()
    code = create_pairing_code(machine, now=NOW)
    with pytest.raises(PairingRefused) as late:
        enrol(code, KEY, now=NOW + CODE_LIFE)
    with pytest.raises(PairingRefused) as unknown:
        enrol("ZZZZZZZZZZ", KEY, now=NOW)
    Kiosk.objects.update(active=False)
    with pytest.raises(PairingRefused) as off:
        enrol(code, KEY, now=NOW)
    refusals = {str(e.value) for e in (late, unknown, off)}
    assert len(refusals) == 1


def test_a_new_code_ends_the_one_before():
    machine = kiosk()
    old = create_pairing_code(machine, now=NOW)
    new = create_pairing_code(machine, now=NOW + timedelta(minutes=1))
    with pytest.raises(PairingRefused):
        enrol(old, KEY, now=NOW)
    assert enrol(new, KEY, now=NOW).code == "K03"


def test_the_database_does_not_know_the_code():
    code = create_pairing_code(kiosk(), now=NOW)
    assert code not in str(list(PairingCode.objects.values()))


def test_a_short_code_is_refused():
    with pytest.raises(ValueError, match="8 至 20"):
        create_pairing_code(kiosk(), now=NOW, code="AB-12")
