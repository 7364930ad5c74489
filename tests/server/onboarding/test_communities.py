"""A community is made with its settings and its key, by the command and by the page, once."""

import json
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from server import cli
from server.billing.models import BillSigningKey
from server.billing.signing import bill_keys
from server.estate.models import Community
from server.onboarding.communities import CommunityExists, create_community
from server.staff.models import Act
from server.staff.people import Person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
WORDS = ["create-community", "acacia", "--name", "金合欢", "--name-en", "Acacia"]


@pytest.fixture(autouse=True)
def no_second_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "_start_django", lambda: None)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip()


def test_the_command_makes_it_with_its_key_and_its_act(capsys):
    words = ["--numbering", "towers", "--zone", "Asia/Hong_Kong", "--currency", "HKD", "--test"]
    assert cli.main([*WORDS, *words, "--office-phone", "0571-5555-0100", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    made = Community.objects.get()
    assert (told["community"], told["currency"], told["test"]) == ("acacia", "HKD", True)
    assert made.name_zh == "金合欢" and made.time_zone == "Asia/Hong_Kong"
    assert made.unit_numbering.read("A-1201") == "A-1201"
    assert [key.key_id for key in bill_keys(made)] == [told["signing_key"]]
    act = Act.objects.get()
    assert (act.act, act.person_name, act.subject_id) == ("create_community", "system", "acacia")


def test_what_may_be_left_out_is_left_out(capsys):
    assert cli.main(WORDS) == 0
    made = Community.objects.get()
    assert (made.currency, made.time_zone, made.test) == ("CNY", "Asia/Shanghai", False)
    assert made.office_phone == ""


def test_a_second_time_is_told_and_changes_nothing(capsys):
    assert cli.main(WORDS) == 0
    assert cli.main([*WORDS[:3], "另一个", "--name-en", "Other"]) == 1
    assert said(capsys) == "there is a community acacia already; nothing was changed"
    assert Community.objects.get().name_zh == "金合欢"
    assert BillSigningKey.objects.count() == 1 and Act.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--zone", "Pekin"], "--zone"),
        (["--currency", "rmb"], "CNY"),
        (["--numbering", "floors"], "no numbering floors; there are: lakeside"),
        (["--numbering", "/nowhere/n.json"], "/nowhere/n.json: cannot be read"),
        (["--person", "nobody"], "no member of staff nobody"),
    ],
)
def test_a_mistake_is_one_line_and_nothing_is_made(words, expected, capsys):
    assert cli.main([*WORDS, *words]) == 1
    told = said(capsys)
    assert expected in told and "\n" not in told
    assert not Community.objects.exists() and not BillSigningKey.objects.exists()


def test_a_code_that_no_bill_could_carry_is_refused(capsys):
    assert cli.main(["create-community", "Gold Coast", *WORDS[2:]]) == 1
    assert said(capsys).startswith("code: ")


def test_a_file_names_the_numbering(tmp_path, capsys):
    file = tmp_path / "n.json"
    file.write_text("[]")
    assert cli.main([*WORDS, "--numbering", str(file)]) == 1
    assert "is not a numbering" in said(capsys)
    part = {"label": {"zh": "号", "en": "House"}, "most": 3}
    kind = {"name": {"zh": "别墅", "en": "House"}, "parts": [part]}
    file.write_text(json.dumps({"kinds": [kind]}))
    assert cli.main([*WORDS, "--numbering", str(file)]) == 0
    assert Community.objects.get().unit_numbering.read("88") == "88"


def test_the_person_is_named_in_the_log(capsys):
    User.objects.create_user("li", password="a-long-password", is_staff=True)
    assert cli.main([*WORDS, "--person", "li"]) == 0
    assert Act.objects.get().person_name == "li"


def test_nothing_stays_of_one_that_could_not_be_made():
    settings = {"code": "acacia", "name_zh": "金合欢", "name_en": "Acacia", "time_zone": "Pekin"}
    with pytest.raises(ValidationError):
        create_community(settings, person=Person("系统"), at=NOW)
    settings["time_zone"] = "Asia/Shanghai"
    create_community(settings, person=Person("系统"), at=NOW)
    with pytest.raises(CommunityExists):
        create_community(settings, person=Person("系统"), at=NOW)


FORM = {
    "code": "acacia",
    "name_zh": "金合欢",
    "name_en": "Acacia",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "ways": "villas",
}


def test_the_page_makes_it_too(client: Client):
    client.force_login(User.objects.create_superuser("li", password="a-long-password"))
    page = client.get("/staff/onboarding/new/").content.decode()
    assert "新建小区" in page and "别墅" not in page and "12A" in page
    answer = client.post("/staff/onboarding/new/", FORM, follow=True)
    assert "金合欢 已建立" in answer.content.decode()
    assert Community.objects.get().unit_numbering.read("88") == "88"
    assert Act.objects.get().person_name == "li"
    again = client.post("/staff/onboarding/new/", FORM).content.decode()
    assert 'class="error"' in again and Community.objects.count() == 1


def test_the_page_is_for_whoever_may(client: Client):
    assert client.get("/staff/onboarding/new/").status_code == 302
    client.force_login(User.objects.create_user("wang", password="a-long-password", is_staff=True))
    assert client.get("/staff/onboarding/new/").status_code == 403
    assert client.post("/staff/onboarding/new/", FORM).status_code == 403
    assert not Community.objects.exists()
