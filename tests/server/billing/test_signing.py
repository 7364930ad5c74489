"""Bill codes: signed by a key whose private half is a file, read by kiosks and phones."""

import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override

from contract import bill_code
from contract.bill_code import Verdict
from server.billing.models import BillSigningKey
from server.billing.settlement import Part, settle
from server.billing.signing import (
    SigningKeyMissing,
    bill_keys,
    bill_url,
    create_key,
    trusted_keys,
)
from server.billing.voiding import void
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def test_a_kiosk_of_the_community_believes_the_code():
    village = create_village()
    issue(village, due=date(2026, 10, 31))
    reading = bill_code.read(
        bill_url(bill_of(village), TODAY), trusted_keys(village), "village", TODAY
    )
    assert reading.verdict == Verdict.VALID and reading.code
    assert (reading.code.unit, reading.code.amount.minor) == ("1-1-101", 91_088)


def test_the_private_key_is_a_file_for_the_owner_only(data_folder: Path):
    village = create_village()
    [key] = bill_keys(village)
    file = data_folder / "keys" / f"bill-{key.key_id}.pem"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "PRIVATE" in file.read_text()
    assert "PRIVATE" not in str(BillSigningKey.objects.values())


def test_a_new_key_signs_and_the_old_one_is_still_believed():
    village = create_village()
    issue(village)
    old = bill_url(bill_of(village), TODAY)
    create_key(village, now=NOW + timedelta(days=1))
    new = bill_url(bill_of(village), TODAY)
    keys = trusted_keys(village)
    assert old != new
    assert {bill_code.read(u, keys, "village", TODAY).verdict for u in (old, new)} == {
        Verdict.VALID
    }


def test_a_lost_key_file_says_what_to_do(data_folder: Path):
    village = create_village()
    issue(village)
    for file in (data_folder / "keys").iterdir():
        file.unlink()
    with override("en"), pytest.raises(SigningKeyMissing, match="backup, or make a new key"):
        bill_url(bill_of(village), TODAY)


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.mark.parametrize(
    ("language", "shown", "not_shown"),
    [
        (
            "zh-CN",
            ("应缴金额", "请于 2026年11月30日 前缴清", "1栋1单元101", "English"),
            "Amount due",
        ),
        ("en", ("Amount due", "Please pay by 30 November 2026", "Entrance 1"), "应缴"),
        ("ru", ("应缴金额", "English"), "Amount due"),
    ],
)
def test_a_phone_sees_the_bill_in_its_language_and_no_name(
    client: Client, language: str, shown: tuple[str, ...], not_shown: str
):
    village = create_village()
    issue(village)
    address = path_of(bill_url(bill_of(village), TODAY))
    page = client.get(address, headers={"accept-language": language})
    text = page.content.decode()
    assert page.status_code == 200
    for words in ("¥900.08" if language == "en" else "￥900.08", "B2-117", *shown):
        assert words in text
    assert "王" not in text and not_shown not in text


def test_a_phone_may_choose_the_other_language(client: Client):
    village = create_village()
    issue(village)
    address = path_of(bill_url(bill_of(village), TODAY))
    page = client.post("/i18n/setlang/", {"language": "en", "next": address}, follow=True)
    assert page.request["PATH_INFO"] == address and "Amount due" in page.content.decode()


def test_a_phone_sees_that_a_bill_is_paid_or_void(client: Client):
    village = create_village()
    issue(village)
    bill, other = bill_of(village), bill_of(village, "1-1-102")
    urls = [bill_url(b, TODAY) for b in (bill, other)]
    settle(bill.unit, [Part(bill, 90_008)], method="card", payment_id="p", paid_on=TODAY, at=NOW)
    void(other, at=NOW)
    assert "已于 2026年11月24日 缴清" in client.get(path_of(urls[0])).content.decode()
    assert "请不要付款" in client.get(path_of(urls[1])).content.decode()


@pytest.mark.parametrize(
    "damage", [lambda u: u[:-4] + "AAAA", lambda u: "/b/xyz", lambda u: "/b/%E4"]
)
def test_a_code_that_is_not_good_shows_no_bill(client: Client, damage):
    village = create_village()
    issue(village)
    page = client.get(damage(path_of(bill_url(bill_of(village), TODAY))))
    assert page.status_code == 404
    assert "￥" not in page.content.decode()
