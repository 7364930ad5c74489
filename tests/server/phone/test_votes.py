"""How it was to pay on the phone: one touch after paying, once for each payment; a low one with a number
is a request to be called back."""

from uuid import uuid4

import pytest
from django.test import Client

from contract.day_tally import Vote
from server.phone import limits
from server.satisfaction.models import PhoneVote
from server.satisfaction.phone_votes import ASKED_FOR
from server.service_requests.models import Kind, ServiceRequest, Topic
from tests.server.phone.conftest import newest
from tests.server.phone.test_paying import at_kiosk, tells

ASKS, THANKS, NUMBER = "这次缴费，您满意吗？", "感谢您的评价", "请留下电话"


@pytest.fixture
def paid(world, phone) -> str:
    """The page of a payment that a phone made."""
    phone.look()
    address = phone.pay()["Location"]
    tells(world.channel, newest())
    return address


@pytest.fixture
def topics(world) -> list[Topic]:
    kinds = (Kind.COMPLAINT, "投诉", "Complaint"), (Kind.QUESTION, "费用", "Fees")
    return [
        Topic.objects.create(community=world.community, kind=kind, name_zh=zh, name_en=en)
        for kind, zh, en in kinds
    ]


def page(client, address: str) -> str:
    return client.get(address).content.decode()


def vote(client, address: str, value: int):
    return client.post(f"{address}/vote", {"vote": value})


def test_one_touch_is_asked_for_after_paying_and_thanked(paid, phone):
    shown = page(phone.client, paid)
    assert ASKS in shown and shown.count('name="vote"') == 3
    answer = vote(phone.client, paid, 3)
    assert answer.status_code == 302 and answer["Location"] == paid
    shown = page(phone.client, paid)
    assert THANKS in shown and 'name="vote"' not in shown and NUMBER not in shown
    assert PhoneVote.objects.get().vote == Vote.GOOD


def test_it_is_not_asked_for_before_it_is_paid(world, phone):
    phone.look()
    address = phone.pay()["Location"]
    assert ASKS not in page(phone.client, address)
    assert vote(phone.client, address, 3).status_code == 409
    assert not PhoneVote.objects.exists()


def test_the_first_counts_whatever_is_sent_after_it(paid, phone):
    for value in (2, 3, 1, 2):
        vote(phone.client, paid, value)
    vote(Client(), paid, 1)
    assert PhoneVote.objects.get().vote == Vote.SO_SO


@pytest.mark.parametrize("value", ["", "0", "4", "9", "x", "-1", "３", "1\0"])
def test_what_is_no_vote_counts_nothing(paid, phone, value):
    assert phone.client.post(f"{paid}/vote", {"vote": value}).status_code == 302
    assert not PhoneVote.objects.exists()


def test_a_payment_of_a_kiosk_is_asked_about_there(world):
    order = at_kiosk(world)
    tells(world.channel, order)
    client = Client()
    assert ASKS not in page(client, f"/p/{order.payment_id}")
    assert vote(client, f"/p/{order.payment_id}", 3).status_code == 404
    assert vote(client, f"/p/{uuid4()}", 3).status_code == 404
    assert not PhoneVote.objects.exists()


def test_it_is_asked_for_while_the_payment_is_young(paid, phone, clock):
    clock.passes(seconds=ASKED_FOR.total_seconds())
    assert ASKS not in page(phone.client, paid)
    assert vote(phone.client, paid, 3).status_code == 409
    assert not PhoneVote.objects.exists()


def test_a_low_vote_with_a_number_is_one_request(paid, phone, topics):
    vote(phone.client, paid, 1)
    assert NUMBER in page(phone.client, paid)
    answers = [
        phone.client.post(f"{paid}/vote", {"do": "call_back", "phone": "139 1111 2222"})
        for _ in range(3)
    ]
    made = ServiceRequest.objects.get()
    assert (made.topic, made.phone, made.unit) == (topics[1], "13911112222", newest().unit)
    assert newest().reference in made.words.get().text
    assert {answer["Location"] for answer in answers} == {f"/r/{made.page}"}
    shown = page(phone.client, paid)
    assert made.number in shown and NUMBER not in shown
    assert phone.client.get(f"{paid}/vote")["Location"] == f"/r/{made.page}"


def test_who_only_has_the_payments_address_is_not_led_to_the_request(paid, phone, topics):
    vote(phone.client, paid, 1)
    left = {"do": "call_back", "phone": "13911112222"}
    phone.client.post(f"{paid}/vote", left)
    made, other = ServiceRequest.objects.get(), Client()
    for answer in (other.get(f"{paid}/vote"), other.post(f"{paid}/vote", left)):
        assert (answer.status_code, answer["Location"]) == (302, paid)
    shown = page(other, paid)
    assert made.number not in shown and str(made.page) not in shown and "回电" in shown
    assert not other.cookies.get("lobbypay_requests")


def test_a_number_that_is_none_is_said_on_the_same_page(paid, phone, topics):
    vote(phone.client, paid, 1)
    for number in ("", "abc", "12"):
        answer = phone.client.post(f"{paid}/vote", {"do": "call_back", "phone": number})
        assert answer.status_code == 409 and "电话" in answer.content.decode()
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("value", [2, 3])
def test_no_number_is_taken_of_who_is_satisfied(paid, phone, topics, value):
    vote(phone.client, paid, value)
    answer = phone.client.post(f"{paid}/vote", {"do": "call_back", "phone": "13911112222"})
    assert answer.status_code == 409 and not ServiceRequest.objects.exists()


def test_no_number_is_asked_for_where_nothing_can_be_sent(paid, phone, clock):
    Topic.objects.all().update(retired_at=clock.now)
    vote(phone.client, paid, 1)
    shown = page(phone.client, paid)
    assert THANKS in shown and NUMBER not in shown


def test_a_vote_of_another_site_counts_nothing(paid):
    client = Client(enforce_csrf_checks=True)
    assert vote(client, paid, 1).status_code == 403
    assert not PhoneVote.objects.exists()


def test_programs_are_stopped(paid, phone, monkeypatch):
    monkeypatch.setattr(limits, "VOTED_A_MINUTE", 2)
    answers = [vote(phone.client, paid, value).status_code for value in (9, 9, 3)]
    assert answers == [302, 302, 429] and not PhoneVote.objects.exists()


def test_in_english_all_of_it_is(paid, phone):
    english = {"accept-language": "en"}
    assert "How was paying here?" in phone.client.get(paid, headers=english).content.decode()
    vote(phone.client, paid, 1)
    shown = phone.client.get(paid, headers=english).content.decode()
    assert "Thank you for your vote" in shown
