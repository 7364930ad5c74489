"""Messages go out once, at decent hours, to whoever still agrees; what became of each is known, or it is
said that it is not."""

from datetime import datetime, timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import transaction

from server.billing.debtors import agree as agree_debtor
from server.billing.models import Bill
from server.estate.models import Contact, Occupancy, Resident
from server.gateways.outcome import Own
from server.hours.models import PlannedOutage
from server.outbox import putting
from server.outbox.models import Kind, MessageTerms, ResidentMessage, State, Way
from server.resident_messages import consent, receipts, sending, spreading
from tests.server.resident_messages.conftest import (
    NUMBER,
    agree,
    resident_of,
    terms_of,
)
from tests.server.resident_messages.test_spreading import answered
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=10)  # 22:00 there
MORNING = NOW + timedelta(hours=21)  # 09:00


def one(now: datetime = NOW) -> ResidentMessage:
    spreading.look(now)
    sending.look(now)
    return ResidentMessage.objects.get()


def again(message: ResidentMessage, now: datetime) -> ResidentMessage:
    sending.look(now)
    message.refresh_from_db()
    return message


def test_it_goes_out_once_and_arrives_and_its_number_is_forgotten(village, tencent):
    issue(village)
    message = one()
    assert message.state == State.SENT and message.sealed and message.receipt
    again(message, NOW + timedelta(hours=1))
    [sent] = tencent.sent
    assert sent.number == f"+86{NUMBER}" and sent.template == "100"
    assert sent.values == [
        message.values[name] for name in ("unit", "period", "amount", "due", "phone")
    ]
    ResidentMessage.objects.update(sent_at=NOW - timedelta(days=300), ask_at=NOW)
    receipts.look(NOW)  # so old that it is asked for the last time
    message.refresh_from_db()
    assert message.state == State.DELIVERED and message.sealed == "" and message.answer == ""


def test_by_the_other_provider_too(village, aliyun):
    MessageTerms.objects.all().delete()
    terms_of(village, "aliyun")
    issue(village)
    message = one()
    [sent] = aliyun.sent
    assert message.state == State.SENT and sent.values["unit"] == "1-1-101"
    aliyun.fail = "MK:0001"
    ResidentMessage.objects.update(sent_at=datetime.now(NOW.tzinfo), ask_at=NOW)
    receipts.look(NOW)
    message.refresh_from_db()
    assert (message.state, message.answer, message.sealed) == ("refused", "MK:0001", "")


def test_nothing_leaves_in_quiet_hours_and_what_is_over_by_morning_never_does(village, tencent):
    issue(village)
    message = one(NIGHT)
    assert (message.state, message.answer) == (State.WAITING, Own.QUIET)
    assert message.due_at == MORNING and tencent.sent == []
    assert again(message, MORNING - timedelta(minutes=1)).state == State.WAITING
    assert again(message, MORNING).state == State.SENT
    ResidentMessage.objects.update(state="waiting", due_at=NIGHT, useless_at=MORNING)
    assert again(message, NIGHT).state == State.DROPPED and len(tencent.sent) == 1


def test_no_more_to_a_person_in_a_day_than_agreed_the_rest_waits_for_the_next(village, tencent):
    MessageTerms.objects.update(per_day=1)
    issue(village)
    issue(village, "2026-11")
    spreading.look(NOW)
    sending.look(NOW)
    held = ResidentMessage.objects.get(state=State.WAITING)
    assert held.answer == Own.DAY_LIMIT and held.due_at == MORNING and len(tencent.sent) == 1
    sending.look(MORNING)
    assert len(tencent.sent) == 2


@pytest.mark.parametrize("why", ["paid", "consent", "kind", "way"])
def test_what_waits_is_dropped_when_its_reason_is_gone(village, tencent, why):
    issue(village)
    message = one(NIGHT)
    if why == "paid":
        Bill.objects.filter(pk=bill_of(village).pk).update(state="paid", paid_on=NOW.date())
    elif why == "consent":
        consent.write_down(resident_of(village), Way.SMS, "withdrawn", "page", NOW, by=None)
    else:
        MessageTerms.objects.update(**({"kinds": []} if why == "kind" else {"ways": ["mail"]}))
    again(message, MORNING)
    assert message.state == State.DROPPED and message.sealed == "" and tencent.sent == []


def test_a_call_without_an_answer_is_never_sent_again(village, tencent):
    tencent.cut = 1
    issue(village)
    message = one()
    assert message.state == State.SENDING and message.answer == Own.NO_ANSWER
    again(message, MORNING)
    assert len(tencent.sent) == 1 and message.state == State.SENDING


def test_a_worker_that_died_while_sending_leaves_it_alone(village, tencent):
    issue(village)
    message = one(NIGHT)
    ResidentMessage.objects.update(state=State.SENDING, changed_at=NIGHT)
    again(message, MORNING)
    receipts.forget_addresses(MORNING)
    message.refresh_from_db()
    assert message.state == State.SENDING and message.sealed == "" and tencent.sent == []


def test_not_now_is_tried_again_ever_later_and_a_refusal_is_not(village, tencent):
    tencent.refuse = "LimitExceeded.PhoneNumberDailyLimit"
    issue(village)
    message, now = one(), NOW
    assert message.state == State.WAITING and message.attempts == 1
    for pause in sending.PAUSES_S:
        assert message.due_at == now + timedelta(seconds=pause)
        now = message.due_at
        again(message, now)
    assert message.state == State.FAILED and message.attempts == 5 and message.sealed == ""
    tencent.refuse = "FailedOperation.PhoneNumberInBlacklist"
    issue(village, "2026-11")
    spreading.look(now)
    sending.look(now)
    assert ResidentMessage.objects.latest("pk").state == State.REFUSED


def test_an_account_that_is_not_complete_holds_them_and_says_so(village, tencent):
    MessageTerms.objects.update(key_id="")
    issue(village)
    message = one()
    assert (message.state, message.answer) == (State.WAITING, Own.NO_SMS)
    MessageTerms.objects.update(key_id="AKID", templates={})
    again(message, message.due_at)
    assert message.answer == Own.NO_TEMPLATE and tencent.sent == []


def test_a_mail_says_what_it_is_in_one_language_and_how_to_end_it(village, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    resident = resident_of(village)
    agree(resident, Way.MAIL)
    consent.wish(resident, "en", "mail", NOW, by=None)
    issue(village)
    message = one()
    [sent] = mail.outbox
    assert message.state == State.SENT and message.sealed == "" and message.ask_at is None
    assert sent.subject == "Your property fee bill" and "To end it" in sent.body
    assert "¥" in sent.body and "1-1-101" in sent.body
    assert "王小明" not in sent.body + sent.subject


def test_a_mail_server_that_hangs_up_leaves_it_unknown(village, settings, monkeypatch):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    def broken(*_: object) -> int:
        raise SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
    agree(resident_of(village), Way.MAIL)
    consent.wish(resident_of(village), "zh", "mail", NOW, by=None)
    issue(village)
    assert one().state == State.SENDING


def test_no_more_mails_a_minute_than_the_mail_server_takes(village, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    slow = settings.LOBBYPAY.mail.model_copy(update={"per_minute": 1})
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"mail": slow})
    for code in ("1-1-101", "1-1-102"):
        resident = resident_of(village, code)
        agree(resident, Way.MAIL)
        consent.wish(resident, "zh", "mail", NOW, by=None)
    issue(village)
    spreading.look(NOW)
    for minute in (0, 0, 2):
        sending.look(NOW + timedelta(minutes=minute))
    assert ResidentMessage.objects.filter(state=State.SENT).count() == 2 == len(mail.outbox)


def test_another_community_has_its_own_terms(village, tencent):
    other = create_village("other")
    resident = resident_of(other)
    agree(resident, Way.SMS)
    issue(other)
    issue(village)
    spreading.look(NOW)
    assert {row.community for row in ResidentMessage.objects.all()} == {village}


@pytest.mark.parametrize("way", [Way.SMS, Way.MAIL])
def test_nothing_goes_to_a_number_or_address_that_is_the_persons_no_more(
    village, tencent, settings, way
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    resident = resident_of(village)
    agree(resident, way)
    consent.wish(resident, "zh", way, NOW, by=None)
    issue(village)
    message = one(NIGHT)
    Contact.objects.update(value="new@example.com")
    Resident.objects.filter(pk=resident.pk).update(phone="13911112222")
    again(message, MORNING)
    assert (message.state, message.answer) == (State.DROPPED, Own.OTHER_ADDRESS)
    assert tencent.sent == [] and mail.outbox == []


def test_an_answer_that_waits_goes_to_no_number_whose_owner_said_no_meanwhile(village, tencent):
    answered(village, NUMBER)
    message = one(NIGHT)
    assert message.state == State.WAITING and message.resident is None
    agree(resident_of(village), Way.SMS, "withdrawn")
    again(message, MORNING)
    assert (message.state, message.answer, message.sealed) == (State.DROPPED, Own.NO_CONSENT, "")
    assert tencent.sent == []


def test_a_bill_that_became_anothers_debt_and_an_outage_after_moving_out_are_not_told(
    village, tencent
):
    issue(village)
    message = one(NIGHT)
    agree_debtor(bill_of(village), resident_of(village, "1-1-102"), at=NOW)
    again(message, MORNING)
    assert (message.state, message.answer) == (State.DROPPED, Own.OVER)
    outage = PlannedOutage.objects.create(
        community=village,
        begins=NOW + timedelta(days=3),
        ends=NOW + timedelta(days=3, hours=2),
        told_from=NOW,
        words_zh="检修",
        words_en="Service",
    )
    with transaction.atomic():
        putting.put(village.pk, Kind.OUTAGE, str(outage.pk), NOW)
    spreading.look(NIGHT)
    message = ResidentMessage.objects.get(kind=Kind.OUTAGE)
    Occupancy.objects.filter(resident=message.resident).update(until=NOW.date())
    again(message, MORNING)
    assert (message.state, message.answer) == (State.DROPPED, Own.OVER) and tencent.sent == []


def test_one_that_cannot_be_claimed_keeps_no_other_from_going_out(village, tencent, monkeypatch):
    issue(village)
    issue(village, "2026-11")
    spreading.look(NOW)
    bad = ResidentMessage.objects.latest("pk")
    real = sending.still_so

    def failing(happening, resident, now):
        if happening.pk == bad.happening_id:
            raise ValueError(happening)
        return real(happening, resident, now)

    monkeypatch.setattr(sending, "still_so", failing)
    sending.look(NOW)
    assert len(tencent.sent) == 1
    assert not ResidentMessage.objects.filter(state=State.SENDING).exists()
    bad.refresh_from_db()
    assert bad.state == State.WAITING and bad.due_at == NOW + sending.HELD_FOR


def test_a_long_look_does_not_go_on_into_the_quiet_hours(village, tencent, monkeypatch):
    issue(village)
    spreading.look(NOW)
    clock = iter([0.0, *[30.0] * 20])
    monkeypatch.setattr(sending.time, "monotonic", lambda: next(clock))
    sending.look(NOW + timedelta(hours=7, minutes=59, seconds=40))  # 19:59:40 there
    message = ResidentMessage.objects.get()
    assert (message.state, message.answer) == (State.WAITING, Own.QUIET) and tencent.sent == []
