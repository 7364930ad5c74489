"""What was asked most, how fast it was answered and by whom: from requests and from standard answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.satisfaction.asked import gather_asked
from server.service_requests import handling
from server.staff.models import Act
from server.staff.roles import Role
from server.standard_answers import reading, writing
from tests.server.pages import foreign
from tests.server.service_requests.conftest import asked
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
PAGE = "/staff/satisfaction/asked/"
HOUR = timedelta(hours=1)


@pytest.fixture
def days():
    day = NOW.date()
    return day - timedelta(days=1), day + timedelta(days=1)


@pytest.fixture
def library(village, manager):
    writing.begin(manager, village, NOW)
    return reading.holding([village.pk])


def said(village, person, standard, hours: int, words: str = "") -> None:
    one, at = asked(village), NOW + hours * HOUR
    words = words or standard.answer_zh
    handling.answer(person, one.pk, words, settled=True, now=at, standard=standard.pk)


def address(days, **more) -> str:
    given = {"first": days[0], "last": days[1], **more}
    return PAGE + "?" + "&".join(f"{name}={value}" for name, value in given.items())


def test_questions_topics_and_people_are_counted(village, library, clerk, manager, days):
    one, two = library[0], library[3]
    said(village, clerk, one, 1)
    said(village, manager, one, 3, "something else")
    said(village, clerk, two, 2)
    asked(village)
    found = gather_asked([village], *days)
    first = found.questions[one.question_id]
    assert (first.times, first.minutes, first.changed) == (2, 120, 1)
    assert len(first.people) == 2 and found.questions[two.question_id].times == 1
    assert found.said_by[clerk.username].times == 2
    assert sum(waits.came for waits in found.topics.values()) == 4
    assert sum(waits.answered for waits in found.topics.values()) == 3


def test_other_days_and_other_communities_do_not_count(village, library, clerk, days):
    said(village, clerk, library[0], 1)
    later = days[1] + timedelta(days=5), days[1] + timedelta(days=9)
    assert gather_asked([village], *later).nothing
    assert gather_asked([create_village("other")], *days).nothing
    assert not gather_asked([village], *days).nothing


def test_the_page_says_it_and_gives_it_away_as_a_table(village, library, clerk, days):
    said(village, clerk, library[0], 1)
    client = signed_in(clerk)
    page = client.get(address(days)).content.decode()
    assert library[0].asks_zh in page and clerk.username in page
    client.cookies["django_language"] = "en"
    english = client.get(address(days)).content.decode()
    assert foreign(english, "en", village.name_zh) == [] and library[0].asks_en in english
    client.cookies["django_language"] = "zh-hans"
    table = client.get(address(days, export="csv")).getvalue().decode()
    rows = [line.split(",") for line in table.splitlines()]
    assert [library[0].asks_zh, "1", "1", "", "60", "", "1", "0"] == rows[1][1:9]
    assert Act.objects.get(act="list_exported").community == village
    assert client.get(address(days, export="xlsx")).status_code == 200


def test_who_sees_no_requests_there_sees_nothing_of_it(village, library, clerk, days):
    said(village, clerk, library[0], 1)
    outsider = signed_in(create_person("outsider", (create_village("other"), Role.ADMINISTRATOR)))
    for more in ({}, {"community": village.code}, {"export": "csv"}):
        answer = outsider.get(address(days, **more))
        body = answer.getvalue() if answer.streaming else answer.content
        assert library[0].asks_zh not in body.decode() and clerk.username not in body.decode()
    assert signed_in(create_person("nobody")).get(PAGE).status_code == 403


def test_many_rows_cost_no_more_questions(village, library, clerk, days):
    said(village, clerk, library[0], 1)
    with CaptureQueriesContext(
        connection,
    ) as few:
        gather_asked([village], *days)
    for number in range(5):
        said(village, clerk, library[number], 2)
    with CaptureQueriesContext(connection) as many:
        gather_asked([village], *days)
    assert len(many) == len(few)


def test_wrong_days_are_refused_in_words(village, clerk, days):
    page = signed_in(clerk).get(f"{PAGE}?first=2026-13-01").content.decode()
    assert 'role="alert"' in page
