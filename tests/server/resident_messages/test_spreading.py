"""What happened is written down with it, and told to whom it concerns and who agreed, once."""

import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from server.billing.debtors import agree as agree_debtor
from server.billing.settlement import Part, settle
from server.estate import occupancy
from server.estate.models import Occupancy
from server.hours.models import PlannedOutage
from server.outbox import putting
from server.outbox.models import Happening, Kind, MessageTerms, MessageWish, ResidentMessage, Way
from server.resident_messages import consent, spreading
from server.service_requests import coming_in, handling
from server.service_requests.coming_in import Said
from server.service_requests.models import Origin, Topic
from tests.server.resident_messages.conftest import NUMBER, agree, resident_of, unit_of
from tests.server.staff_accounts import create_staff
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def told() -> list[ResidentMessage]:
    spreading.look(NOW)
    return list(ResidentMessage.objects.order_by("pk"))


def test_a_bill_is_told_to_its_debtor_who_agreed_and_to_nobody_else(village):
    issue(village)
    assert Happening.objects.filter(kind=Kind.BILL).count() == 3
    [message] = told()
    assert message.resident == resident_of(village) and message.way == Way.SMS
    assert message.masked == "138****1201" and NUMBER not in message.sealed
    assert message.values["unit"] == "1-1-101" and message.values["due"] == "2026-11-30"
    assert message.values["amount"].startswith("￥")
    assert told() == [message]  # looked at again: once


def test_nothing_is_written_where_nothing_is_told_or_all_is_taken_back(village):
    with pytest.raises(RuntimeError, match="back"), transaction.atomic():
        issue(village)
        raise RuntimeError("back")
    assert not Happening.objects.exists()
    MessageTerms.objects.update(kinds=["paid"])
    issue(village)
    issue(create_village("other"))
    assert not Happening.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_is_written_in_the_transaction_of_what_happened_and_nowhere_else(village):
    with pytest.raises(RuntimeError, match="transaction"):
        putting.put(village.pk, Kind.BILL, "1", NOW)


def test_whoever_wants_english_by_mail_gets_it_so(village):
    resident = resident_of(village)
    agree(resident, Way.MAIL)
    consent.wish(resident, "en", "mail", NOW, by=None)
    issue(village)
    [message] = told()
    assert (message.way, message.language) == ("mail", "en")
    assert message.masked == "r***@example.com" and message.values["amount"].startswith("¥")


def test_a_payment_is_told_to_whoever_owed_what_it_paid(village):
    issue(village)
    bill, unit = bill_of(village), unit_of(village)
    agree(resident_of(village, "1-1-102"), Way.SMS)
    Happening.objects.all().delete()
    settle(
        unit,
        [Part(bill, bill.amount_minor)],
        method="wechat",
        payment_id="p1",
        paid_on=NOW.date(),
        at=NOW,
    )
    [message] = told()
    assert message.kind == Kind.PAID and message.resident == resident_of(village)
    assert message.values["amount"] == f"￥{bill.amount_minor / 100:.2f}"


def answered(village, phone: str) -> None:
    topic = Topic.objects.create(community=village, kind="repair", name_zh="漏水", name_en="Leak")
    request = coming_in.open_request(
        unit_of(village),
        topic,
        Said("x"),
        wish=uuid.uuid4(),
        origin=Origin.PHONE,
        phone=phone,
        now=NOW,
    )
    handling.answer(create_staff("boss"), request.pk, "Done", settled=True, now=NOW)


def test_an_answer_is_told_to_the_number_left_with_the_request(village):
    answered(village, "13911112222")
    [message] = told()
    assert message.resident is None and message.masked == "139****2222"
    assert message.values["number"].startswith("S")


def test_an_answer_is_told_to_those_whose_requests_were_joined_to_it(village):
    boss = create_staff("boss")
    topic = Topic.objects.create(community=village, kind="repair", name_zh="漏水", name_en="Leak")
    into, joined = (
        coming_in.open_request(
            unit_of(village, code),
            topic,
            Said("x"),
            wish=uuid.uuid4(),
            origin=Origin.KIOSK,
            phone=phone,
            now=NOW,
        )
        for code, phone in (("1-1-101", ""), ("1-1-102", "13911112222"))
    )
    handling.join(boss, joined.pk, into.number, "the same", NOW)
    handling.answer(boss, into.pk, "Done", settled=True, now=NOW)
    [message] = told()
    assert (message.masked, message.unit) == ("139****2222", joined.unit)
    assert message.values["number"] == joined.number


@pytest.mark.parametrize("phone", ["", NUMBER])
def test_nobody_is_told_who_left_no_number_or_said_no(village, phone):
    agree(resident_of(village), Way.SMS, "withdrawn")
    answered(village, phone)
    assert told() == []


def test_an_outage_is_told_to_those_who_pay_until_it_begins(village):
    outage = PlannedOutage.objects.create(
        community=village,
        begins=NOW + timedelta(days=1),
        ends=NOW + timedelta(days=1, hours=2),
        told_from=NOW,
        words_zh="检修",
        words_en="Service",
    )
    with transaction.atomic():
        putting.put(village.pk, Kind.OUTAGE, str(outage.pk), NOW)
    [message] = told()
    assert message.unit is None and message.useless_at == outage.begins
    assert message.values["begins"] == "2026-11-25 12:00"


def test_consent_asked_for_only_or_withdrawn_is_none(village):
    resident = resident_of(village)
    for state in ("withdrawn", "asked"):
        agree(resident, Way.SMS, state)
        issue(village, "2026-11" if state == "asked" else "2026-10")
        assert told() == []
    assert resident.message_consents.count() == 3
    MessageWish.objects.create(community=village, resident=resident, language="zh", way="mail")
    assert consent.agreed([resident.pk]) == {}


@pytest.mark.parametrize("typed", ["138 0000 1201", "+86 138-0000-1201"])
def test_who_said_no_is_told_nothing_however_the_office_typed_the_number(village, typed):
    resident = resident_of(village)
    agree(resident, Way.SMS, "withdrawn")
    resident.phone = typed
    resident.save()
    answered(village, NUMBER)
    assert told() == []


def test_who_moved_out_is_told_of_the_own_debt_and_not_of_the_next_ones_credit(village):
    issue(village)
    bill, unit = bill_of(village), unit_of(village)
    former, payer = resident_of(village), resident_of(village, "1-1-102")
    Occupancy.objects.filter(unit=unit).update(until=NOW.date() - timedelta(days=20))
    occupancy.move_in(unit, payer, since=NOW.date() - timedelta(days=19))
    payer.phone = "13911112222"
    payer.save()
    agree(payer, Way.SMS)
    agree_debtor(bill, former, at=NOW)
    Happening.objects.all().delete()
    settle(
        unit,
        [Part(bill, bill.amount_minor + 5000)],
        method="wechat",
        payment_id="p1",
        paid_on=NOW.date(),
        at=NOW,
    )
    amounts = {one.resident: one.values["amount"] for one in told()}
    assert amounts == {former: f"￥{bill.amount_minor / 100:.2f}", payer: "￥50.00"}


def test_what_a_lock_kept_from_being_told_is_told_later(village, monkeypatch):
    issue(village)

    def locked(*_):
        raise OperationalError("canceling statement due to lock timeout")

    with monkeypatch.context() as there:
        there.setattr(spreading, "_messages", locked)
        with pytest.raises(OperationalError):
            spreading.look(NOW)
    assert len(told()) == 1
