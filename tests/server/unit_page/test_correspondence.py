"""What a unit was sent and what waits of it stand on its page, to who may look at each."""

from datetime import date, timedelta

import pytest

from server.alerts.models import Alert
from server.alerts.raising import CALLBACK_WANTED, raise_alert
from server.bill_mail.models import BillMail
from server.billing.models import Discount
from server.estate.models import Resident
from server.notices.models import Notice
from server.staff import row_changes
from server.staff.roles import Role
from server.unit_page import views
from server.unit_page.correspondence import asked_of, sent_to
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def village(monkeypatch: pytest.MonkeyPatch):
    """1-1-101 has a bill that was mailed and came back."""
    monkeypatch.setattr(views.timezone, "now", lambda: NOW)
    made = create_village()
    issue(made)
    mailed(bill_of(made), "wang@example.com", "bounced")
    Notice.objects.create(
        community=made,
        title_zh="停水通知",
        title_en="No water",
        body_zh="周六",
        body_en="Saturday",
        show_from=TODAY - timedelta(days=40),
        show_until=TODAY - timedelta(days=3),
    )
    return made


@pytest.fixture
def unit(village):
    return bill_of(village).unit


def mailed(bill, address: str, state: str) -> BillMail:
    row = {"community_id": bill.community_id, "bill": bill, "address": address, "state": state}
    return BillMail.objects.create(asked_by_name="li", asked_at=NOW, changed_at=NOW, **row)


def call(village, phone: str, subject: str = "w1") -> None:
    raise_alert(village.pk, CALLBACK_WANTED, subject, NOW, kiosk_code="K01", callback_phone=phone)


def test_mails_and_notices_are_shown_with_what_became_of_them(village, unit):
    other = village.units.exclude(pk=unit.pk).filter(bills__isnull=False).first()
    mailed(other.bills.first(), "far@example.com", "sent")
    text = signed_in(create_staff("company")).get(f"/staff/units/{unit.pk}/").content.decode()
    assert "w***@example.com" in text and "被退回" in text and "停水通知" in text
    assert "wang@" not in text and "f***@" not in text
    Notice.objects.update(show_until=TODAY - timedelta(days=31))
    assert len(sent_to(unit, create_staff("other"), TODAY)) == 1


@pytest.mark.parametrize(
    ("phone", "found"), [("", 0), ("0001", 0), ("13800001101", 1), ("8613800001101", 1)]
)
def test_who_wants_to_be_called_is_found_by_the_number(village, unit, phone, found):
    Resident.objects.filter(occupancies__unit=unit).update(phone="138 0000 1101")
    call(village, phone)
    [*wishes] = asked_of(unit, create_staff("company"), TODAY)
    assert len(wishes) == found
    elsewhere = village.units.exclude(pk=unit.pk).first()
    Resident.objects.filter(occupancies__unit=elsewhere).update(phone="13900009999")
    assert asked_of(elsewhere, create_staff("boss"), TODAY) == []
    Alert.objects.update(resolved_at=NOW)
    assert asked_of(unit, create_staff("later"), TODAY) == []


def test_requests_about_the_unit_and_its_rows_wait_there(village, unit):
    clerk = create_person("li", (village, Role.BOOKKEEPER))
    for of in (unit, village.units.exclude(pk=unit.pk).first()):
        row = {"community": village, "unit": of, "kind": "vacant", "percent": 50, "proof": "x"}
        discount = Discount(begins=date(2026, 12, 1), ends=date(2026, 12, 31), **row)
        row_changes.ask_for(clerk, discount, f"vacant {of.code}", at=NOW)
    [waits] = asked_of(unit, clerk, TODAY)
    assert (waits.why, waits.by) == (f"vacant {unit.code}", "li")
    text = signed_in(clerk).get(f"/staff/units/{unit.pk}/").content.decode()
    assert waits.link in text and f"vacant {unit.code}" in text


def test_each_role_sees_its_own(village, unit):
    Resident.objects.filter(occupancies__unit=unit).update(phone="13800001101")
    call(village, "13800001101")
    technician = create_person("t", (village, Role.TECHNICIAN))
    assert asked_of(unit, technician, TODAY) == []
    assert all("@" not in one.to for one in sent_to(unit, technician, TODAY))
