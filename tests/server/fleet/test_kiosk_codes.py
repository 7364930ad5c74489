"""A kiosk's code begins every receipt number: one grammar, wherever it is written or read."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from pydantic import TypeAdapter
from pydantic import ValidationError as NotOfTheContract

from contract.enrolment import EnrolAnswer
from contract.messages import KioskCode, Reference
from kiosk.central import identity
from server import cli
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from tests.server.fleet.heartbeats import kiosk
from tests.server.village import NOW
from tests.server.without_guards import without_guards

pytestmark = pytest.mark.django_db
NONE = ["k03", "K", "K 3", "Ｋ03", "K03\n", "03K", "K03456789", "K-3", "É03", "K०3", ""]
SOME = ["K03", "K1", "LOBBY001"]


@pytest.mark.parametrize("code", NONE)
def test_what_no_receipt_number_can_begin_with_is_refused_everywhere(code, tmp_path):
    with pytest.raises(NotOfTheContract):
        TypeAdapter(Reference).validate_python(f"{code}-000001")
    with pytest.raises(NotOfTheContract):
        TypeAdapter(KioskCode).validate_python(code)
    with pytest.raises(NotOfTheContract):
        EnrolAnswer(kiosk_id="1", kiosk_code=code, community="x")
    machine = kiosk("K77")
    machine.code = code
    with pytest.raises(ValidationError):
        machine.clean_fields()
    with pytest.raises(ValueError, match="不是缴费机编号"):
        create_pairing_code(machine, now=NOW)
    refused = (IntegrityError, DataError)  # PostgreSQL: too long
    with pytest.raises(refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fleet_kiosk SET code = %s", [code])


@pytest.mark.parametrize("code", SOME)
def test_what_can_is_taken_everywhere(code):
    assert TypeAdapter(Reference).validate_python(f"{code}-000001")
    machine = kiosk(code)
    machine.full_clean()
    assert create_pairing_code(machine, now=NOW)
    assert EnrolAnswer(kiosk_id="1", kiosk_code=code, community="x").kiosk_code == code


@pytest.mark.parametrize("code", ["k03", "K 3"])
def test_the_database_takes_none_whoever_writes_it(code):
    with pytest.raises(IntegrityError), transaction.atomic():
        kiosk(code)


def test_the_command_says_what_a_code_is(capsys):
    kiosk("K01")
    assert cli.main(["create-kiosk", "k02"]) == 1
    assert "capital letters" in capsys.readouterr().err
    assert Kiosk.objects.count() == 1


def test_the_back_office_says_it_of_one_that_is_there_already(client):
    with without_guards():
        machine = kiosk("k03")
        staff = get_user_model().objects.create_superuser("staff", password="x" * 12)
        client.force_login(staff)
        page = client.post(
            "/admin/fleet/kiosk/",
            {"action": "new_pairing_code", "_selected_action": [str(machine.pk)]},
            follow=True,
        )
        assert "大写字母开头" in page.content.decode()
        Kiosk.objects.all().delete()


def test_a_kiosk_with_such_a_code_says_so_at_start_and_not_at_the_first_touch(tmp_path):
    text = {"kiosk_id": "1", "kiosk_code": "k03", "community": "x", "private_key": "00" * 32}
    (tmp_path / "identity.json").write_text(json.dumps(text))
    with pytest.raises(identity.NotEnrolled, match="kiosk code"):
        identity.load(tmp_path)
