"""Amounts in the back office: typed and shown in yuan, kept in fen, in the currency of the community."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

import server
from server.billing.models import FeeItem, OneOffCharge
from server.estate.models import Community
from server.staff.models import Act, Limit
from tests.server.estate.test_numbering_form import fields_of
from tests.server.staff_accounts import create_staff, signed_in
from tests.server.village import bill_of, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Client:
    return signed_in(create_staff("boss"))


def test_the_limit_of_a_top_up_is_typed_in_yuan(boss: Client):
    village = create_village()
    address = f"/admin/estate/community/{village.pk}/change/"
    page = boss.get(address).content.decode()
    assert 'value="5000.00"' in page and "自助机单笔最多存入 (CNY)" in page
    form = {at: str(getattr(village, at)) for at in ("code", "name_zh", "name_en", "currency")}
    form |= {"time_zone": village.time_zone, "late_success": "refund", "test": "on"}
    form |= fields_of(village.unit_numbering, "numbering")
    form |= {"top_up_max_minor": "120.5", "part_min_minor": "50"}
    assert boss.post(address, form).status_code == 302
    assert Community.objects.get().top_up_max_minor == 12_050
    [act] = Act.objects.filter(act="changed", subject_kind="community")
    assert act.before["top_up_max_minor"] == 500_000 and act.after["top_up_max_minor"] == 12_050


@pytest.mark.parametrize(
    ("currency", "typed", "minor"),
    [("CNY", "120.5", 12050), ("CNY", "1e3", 100_000), ("JPY", "120", 120), ("KWD", "1.234", 1234)],
)
def test_a_charge_is_kept_in_the_smallest_units(boss: Client, currency, typed, minor):
    village = create_village(currency=currency)
    sent = _charge(village) | {"amount_minor": typed}
    boss.post("/admin/billing/oneoffcharge/add/", sent, follow=True)
    assert OneOffCharge.objects.get().amount_minor == minor


@pytest.mark.parametrize(
    ("currency", "typed"), [("CNY", "1.005"), ("JPY", "1.5"), ("CNY", "-1"), ("CNY", "much")]
)
def test_what_is_no_amount_is_refused_and_stands_as_it_was_typed(boss: Client, currency, typed):
    village = create_village(currency=currency)
    sent = _charge(village) | {"amount_minor": typed}
    answer = boss.post("/admin/billing/oneoffcharge/add/", sent)
    assert answer.context["adminform"].form.errors["amount_minor"]
    assert f'value="{typed}"' in answer.content.decode()
    assert not OneOffCharge.objects.exists()


def test_lists_and_requests_show_the_sign_of_their_language(boss: Client):
    village = create_village()
    issue(village)
    Limit.objects.create(community=village, role="bookkeeper", kind="waive", amount_minor=123_456)
    assert "￥1,234.56" in boss.get("/admin/staff/limit/").content.decode()
    boss.cookies["django_language"] = "en"
    page = boss.get("/admin/staff/limit/").content.decode()
    assert "¥1,234.56" in page and "￥" not in page
    bill = bill_of(village)
    for address in (
        f"/staff/bills/{bill.number}/",
        f"/staff/units/{bill.unit_id}/",
        "/staff/?q=1-1-101",
    ):
        page = boss.get(address).content.decode()
        assert "¥900.08" in page and "￥" not in page, address
    translation.activate("zh-hans")


def _charge(village: Community) -> dict[str, object]:
    item = FeeItem.objects.get(community=village, code="property")
    unit = village.units.get(code="1-1-101")
    return {
        "community": village.pk,
        "unit": unit.pk,
        "fee_item": item.pk,
        "period": "2027-01",
        "note_zh": "锁",
        "note_en": "Lock",
        "act_reason": "because",
    }


ON_PAPER = {  # and in mails: in both languages at once
    "bill_mail/wording.py",
    "payment_page/paper.py",
    "billing/bill_pdf.py",
    "billing/sample_paper.py",
    "billing/credit_receipt.py",
}


def test_only_what_speaks_both_languages_has_the_chinese_sign_always():
    folder = Path(server.__file__).parent
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.py")
        if 'display("zh_CN")' in path.read_text() and "sample_data" not in path.parts
    }
    assert found == ON_PAPER
