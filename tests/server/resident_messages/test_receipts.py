"""What became of a message is asked for, whatever another community's account answers; no number is kept
for a question that is asked no more."""

from datetime import timedelta

import pytest

from server.gateways.sms import Delivery, NoAnswer
from server.outbox.models import ResidentMessage, State, Way
from server.resident_messages import receipts, sending, spreading
from tests.server.resident_messages.conftest import NUMBER, agree, resident_of, terms_of
from tests.server.village import NOW, create_village, issue

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)


def test_an_account_that_answers_nothing_keeps_no_other_community_waiting(
    village, tencent, monkeypatch
):
    other = create_village("other")
    terms_of(other)
    resident = resident_of(other)
    resident.phone = "13911112222"
    resident.save()
    agree(resident, Way.SMS)
    for where in (village, other):
        issue(where)
        spreading.look(NOW)
        sending.look(NOW)
    asked = []

    def delivery(self, number, receipt, sent_at):
        asked.append(number)
        if number == NUMBER:
            raise NoAnswer("AuthFailure.SecretIdNotFound")
        return Delivery(arrived=True)

    monkeypatch.setattr("server.gateways.tencent.TencentSms.delivery", delivery)
    receipts.look(SOON)
    assert asked == [NUMBER, "13911112222"]
    assert ResidentMessage.objects.get(community=other).state == State.DELIVERED


def test_no_number_stays_when_the_last_question_is_not_answered(village, tencent, monkeypatch):
    issue(village)
    spreading.look(NOW)
    sending.look(NOW)

    def delivery(*_):
        raise NoAnswer("ReadTimeout")

    monkeypatch.setattr("server.gateways.tencent.TencentSms.delivery", delivery)
    late = NOW + timedelta(days=3)
    receipts.look(late)
    receipts.forget_addresses(late)
    message = ResidentMessage.objects.get()
    assert (message.state, message.ask_at, message.sealed) == (State.SENT, None, "")
