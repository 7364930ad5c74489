"""The page of votes, waits and peaks: what it adds up, for whom, and what is taken out of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contract.business_day import day_begins
from contract.day_tally import Vote
from server.payments.models import PaymentOrder, Place
from server.satisfaction.gathering import gather
from server.satisfaction.models import PhoneVote
from server.service_requests import coming_in, handling
from server.service_requests.models import Kind
from server.staff.models import Act, Role
from tests.server.fleet.days import counted
from tests.server.fleet.heartbeats import kiosk
from tests.server.service_requests.conftest import asked
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
PAGE = "/staff/satisfaction/"
HOUR = timedelta(hours=1)


@pytest.fixture
def days(village):
    day = NOW.date()
    return day - timedelta(days=3), day + timedelta(days=1)


def page_of(days, **more) -> str:
    given = {"first": days[0].isoformat(), "last": days[1].isoformat(), **more}
    return PAGE + "?" + "&".join(f"{name}={value}" for name, value in given.items())


def text_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    body = answer.getvalue() if answer.streaming else answer.content
    return body.decode()


def answered(village, clerk, hours, vote, **how):
    one = asked(village, **how)
    handling.answer(clerk, one.pk, "done", settled=True, now=NOW + hours * HOUR)
    coming_in.vote(one.pk, vote, NOW + hours * HOUR)
    return one


def test_votes_after_paying_are_by_kiosk_way_to_pay_and_hour(village, days):
    one, two = kiosk("K1"), kiosk("K2")
    counted(
        one, days[0], h9={"vote.3_wechat": 3, "vote.1_card": 1, "visits": 9, "to_receipt.30": 2}
    )
    counted(two, days[0], h19={"vote.2_card": 2, "visits": 1})
    found = gather([village], [village], *days)
    assert (found.after_paying.good, found.after_paying.so_so, found.after_paying.bad) == (3, 2, 1)
    assert {at.name.split()[0]: at.votes.all for at in found.kiosks.values()} == {"K1": 4, "K2": 2}
    assert {name: votes.all for name, votes in found.methods.items()} == {"wechat": 3, "card": 3}
    assert {hour: votes.percent for hour, votes in found.paying_hours.items()} == {9: 75, 19: 0}
    assert (found.visits[9], found.visits_weekday[days[0].weekday()]) == (9, 10)
    outside = gather([village], [village], days[0] + HOUR * 24, days[1])
    assert outside.after_paying.all == 0 and not outside.kiosks


def on_phone(village, vote, at, number, method="alipay"):
    """A vote after a payment on a phone."""
    order = PaymentOrder.objects.create(
        payment_id=f"00000000-0000-4000-8000-{number:012d}",
        community=village,
        unit=village.units.first(),
        place=Place.PHONE,
        reference=f"P-261124-{number:06d}",
        method=method,
        bills=[{"number": "B1"}],
        amount_minor=1,
        currency="CNY",
        request_hash="0" * 64,
        out_trade_no=f"{number:032d}",
        created_at=at,
        received_at=at,
        changed_at=at,
    )
    return PhoneVote.objects.create(community=village, order=order, vote=vote, voted_at=at)


def test_votes_on_phones_count_as_their_own_place(village, clerk, days):
    midnight = day_begins(days[1], village.time_zone)
    on_phone(village, Vote.GOOD, midnight + 9 * HOUR, 1)
    on_phone(village, Vote.BAD, midnight - HOUR, 2, "wechat")
    counted(kiosk("K1"), days[0], h9={"vote.3_wechat": 3})
    found = gather([village], [village], *days)
    assert (found.phones.good, found.phones.bad, found.after_paying.all) == (1, 1, 5)
    assert {name: one.all for name, one in found.methods.items()} == {"wechat": 4, "alipay": 1}
    assert {hour: one.all for hour, one in found.paying_hours.items()} == {9: 4, 23: 1}
    assert gather([village], [], days[1], days[1]).phones.counts == {Vote.GOOD: 1}
    assert gather([create_village("other")], [], *days).phones.all == 0
    company = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    assert "按终端和手机" in text_of(company, page_of(days))
    csv = text_of(company, page_of(days, export="csv"))
    assert "缴费后评价 · 按终端和手机,手机,1,0,1,50" in csv


def test_votes_after_requests_are_by_person_and_topic_and_waits_by_the_clock(village, clerk, days):
    answered(village, clerk, 1, Vote.GOOD)
    answered(village, clerk, 30, Vote.BAD, unit="1-1-102", kind=Kind.COMPLAINT)
    asked(village, unit="1-1-102", kind=Kind.QUESTION)
    found = gather([village], [village], days[0], days[1] + timedelta(days=2))
    assert found.people[clerk.username].counts == {Vote.GOOD: 1, Vote.BAD: 1}
    assert sorted(votes.percent for votes in found.topics.values()) == [0, 100]
    waits = found.waits
    assert (waits.came, waits.answered, waits.in_time) == (3, 2, 1)
    assert sorted(waits.first) == [60, 1800] == sorted(waits.done)
    assert found.requests.total() == 3


def test_a_day_is_one_of_the_communitys_calendar(village, clerk, days):
    midnight = day_begins(days[1], village.time_zone)
    asked(village, at=midnight - timedelta(minutes=1))
    asked(village, unit="1-1-102", at=midnight + timedelta(minutes=1))
    assert gather([], [village], days[1], days[1]).requests == {0: 1}
    assert gather([], [village], days[0], days[1]).requests == {23: 1, 0: 1}


def test_the_page_draws_it_with_words_and_without_a_script_or_style_of_its_own(
    village, clerk, days
):
    counted(kiosk("K1"), days[0], h9={"vote.3_wechat": 3, "vote.1_card": 1, "visits": 9})
    answered(village, clerk, 1, Vote.BAD)
    company = create_person("boss", (village, Role.ADMINISTRATOR))
    text = text_of(signed_in(company), page_of(days))
    assert "满意 3 · 一般 0 · 不满意 1" in text and "75 %" in text and "微信支付" in text
    assert '<rect class="good"' in text and "按经办人" in text and clerk.username in text
    assert "style=" not in text and 'width="75.0"' in text
    assert "9:00 最多：9" in text


def test_each_sees_the_communities_of_their_roles_only(village, clerk, days):
    other = create_village("other")
    counted(kiosk("K1"), days[0], h9={"vote.1_wechat": 7, "visits": 9})
    stranger = create_person("stranger", (other, Role.ADMINISTRATOR))
    text = text_of(signed_in(stranger), page_of(days))
    assert "K1 3号楼" not in text and "没有评价" in text
    code = text_of(signed_in(stranger), page_of(days, community=village.code))
    assert "K1 3号楼" not in code
    nobody = create_person("nobody")
    assert signed_in(nobody).get(PAGE).status_code == 403


def test_what_is_taken_out_says_the_same_and_stands_in_the_log(village, clerk, days):
    counted(kiosk("K1"), days[0], h9={"vote.3_wechat": 3, "visits": 9})
    answered(village, clerk, 1, Vote.GOOD)
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    csv = text_of(client, page_of(days, export="csv"))
    assert "缴费后评价 · 按付款方式,微信支付,3,0,0,100" in csv
    assert "高峰时段,9:00" in csv
    assert Act.objects.filter(act="list_exported", subject_kind="satisfaction").count() == 1
    book = client.get(page_of(days, export="xlsx"))
    assert book.status_code == 200 and book.getvalue().startswith(b"PK")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("x", "", "日期不对"),
        ("2026-11-24", "2026-11-01", "开始日期在结束日期之后"),
        ("2025-01-01", "2026-11-01", "一次最多"),
    ],
)
def test_days_that_are_none_are_said(village, clerk, first, last, said):
    assert said in text_of(signed_in(clerk), f"{PAGE}?first={first}&last={last}")


def test_it_asks_as_often_for_many_rows_as_for_few(village, clerk, days):
    client = signed_in(clerk)

    def asks() -> int:
        with CaptureQueriesContext(connection) as kept:
            text_of(client, page_of(days))
        return len(kept)

    answered(village, clerk, 1, Vote.GOOD)
    counted(kiosk("K0"), date(2026, 11, 24), h9={"visits": 3})
    few = asks()
    for n in range(1, 6):
        answered(village, clerk, n, Vote.BAD, unit="1-1-102")
        on_phone(village, Vote.GOOD, NOW, n)
        counted(kiosk(f"K{n}"), date(2026, 11, 24), h9={"vote.1_card": 3})
    assert asks() == few
