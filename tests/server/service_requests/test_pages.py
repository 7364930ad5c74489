"""The pages of staff: what waits, one request with all that can be done, the desk, topics."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.service_requests import handling
from server.service_requests.models import Kind, ServiceRequest, State, Topic
from server.staff.models import Act, Role
from tests.server.nul import no_nul_reaches_the_database
from tests.server.service_requests.conftest import asked, topic_of
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db


def text_of(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_the_list_shows_what_waits_late_ones_first_told(village, clerk):
    one, two = asked(village), asked(village, unit="1-1-102", kind=Kind.QUESTION)
    handling.close(clerk, two.pk, "done", NOW)
    client = signed_in(clerk)
    text = text_of(client, "/staff/service/")
    assert one.number in text and two.number not in text and "超时" in text
    assert two.number in text_of(client, "/staff/service/?which=all&kind=question")
    assert one.number not in text_of(client, "/staff/service/?which=mine")
    assert one.number in text_of(client, "/staff/service/?which=nobodys&q=1-1-101")
    assert one.number not in text_of(client, "/staff/service/?which=nonsense&q=1-2&page=x")


def test_one_request_is_answered_and_what_was_typed_stays_where_it_fails(village, clerk):
    one, client = asked(village), signed_in(clerk)
    page = f"/staff/service/{one.pk}/"
    assert "厨房漏水" in text_of(client, page)
    assert client.post(page, {"do": "answer", "text": "马上来", "settled": "on"}).status_code == 302
    assert "马上来" in text_of(client, page) and "已答复" in text_of(client, page)
    long = client.post(page, {"do": "note", "text": "长" * 1001}).content.decode()
    assert "长" * 50 in long and "超过 1000 字" in long
    unsaid = client.post(page, {"do": "close", "reason": ""}).content.decode()
    assert "请写明理由" in unsaid


def test_every_act_of_the_page_does_its_own(village, clerk, manager):
    one, two = asked(village), asked(village, unit="1-1-102")
    client = signed_in(manager)
    page = f"/staff/service/{one.pk}/"
    for form in (
        {"do": "take"},
        {"do": "hand", "person": clerk.pk, "reason": "knows it"},
        {"do": "rank", "priority": "3", "reason": "later"},
        {"do": "note", "text": "inside"},
        {"do": "join", "other": two.number, "reason": "same"},
        {"do": "reopen", "reason": "not the same"},
        {"do": "close", "reason": "over"},
    ):
        assert client.post(page, form).status_code == 302
    kept = Act.objects.order_by("pk").values_list("act", flat=True)[1:]
    assert list(kept) == [
        "service_handed",
        "service_handed",
        "service_ranked",
        "service_noted",
        "service_joined",
        "service_reopened",
        "service_closed",
    ]
    text = text_of(client, page)
    assert "已关闭" in text and "inside" in text


def test_odd_texts_ask_the_database_nothing_odd(village, clerk, manager):
    one, client = asked(village), signed_in(manager)
    page, odd = f"/staff/service/{one.pk}/", "a\0b"
    with no_nul_reaches_the_database():
        for do in ("answer", "note", "hand", "rank", "close", "join"):
            form = {"do": do, "text": odd, "reason": odd, "other": odd, "person": odd}
            assert client.post(page, form).status_code in (200, 302)
        form = {"do": "add", "community": odd, "name_zh": odd, "name_en": odd, "hours": odd}
        assert client.post("/staff/service/topics/", form).status_code == 302
        form = {"topic": topic_of(village).pk, "unit": odd, "phone": odd, "text": odd, "wish": odd}
        assert client.post("/staff/service/new/", form).status_code == 422


def test_a_number_is_masked_until_somebody_asks(village, clerk):
    one, client = asked(village), signed_in(clerk)
    page = f"/staff/service/{one.pk}/"
    assert "13800001234" not in text_of(client, page) and "*1234" in text_of(client, page)
    assert "13800001234" in client.post(page, {"do": "phone"}).content.decode()
    assert Act.objects.filter(act="service_phone_shown").count() == 1


def test_who_sees_the_community_only_sees_and_others_find_nothing(village, clerk):
    one = asked(village)
    page = f"/staff/service/{one.pk}/"
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    assert 'name="do"' not in text_of(auditor, page)
    assert auditor.post(page, {"do": "close", "reason": "x"}).status_code == 403
    other = signed_in(create_person("other", (create_village("other"), Role.APPROVER)))
    assert other.get(page).status_code == 404
    assert one.number not in text_of(other, "/staff/service/")
    assert other.post(page, {"do": "close", "reason": "x"}).status_code == 404


def test_others_beside_it_are_read_at_once(village, clerk, django_assert_max_num_queries):
    one, client = asked(village), signed_in(clerk)
    with CaptureQueriesContext(connection) as alone:
        text_of(client, f"/staff/service/{one.pk}/")
    for n in range(4):
        other = asked(village, unit="1-1-101" if n % 2 else "1-1-102")
        handling.hand_to(clerk, other.pk, clerk.pk, "", NOW)
    with django_assert_max_num_queries(len(alone)):
        text_of(client, f"/staff/service/{one.pk}/")


def test_the_desk_writes_one_down_once_and_says_what_is_wrong(village, clerk):
    client, topic = signed_in(clerk), topic_of(village)
    text = text_of(client, "/staff/service/new/")
    wish = re.search('name="wish" value="([^"]+)"', text)
    assert wish is not None
    form = {"topic": topic.pk, "unit": "1-9-999", "text": "漏水", "wish": wish[1], "phone": ""}
    wrong = client.post("/staff/service/new/", form)
    assert wrong.status_code == 422 and "1-9-999" in wrong.content.decode()
    form["unit"] = "1-1-101"
    for _ in range(2):
        assert client.post("/staff/service/new/", form).status_code == 302
    one = ServiceRequest.objects.get()
    assert (one.origin, one.words.get().by) == ("desk", "clerk")
    assert client.post("/staff/service/new/", form | {"topic": "x"}).status_code == 422


def test_topics_are_directed_by_who_may(village, clerk, manager):
    client, page = signed_in(manager), "/staff/service/topics/"
    topic, building = topic_of(village), village.buildings.get()
    form = {"community": "village", "topic": topic.pk}
    sent = form | {"do": "send", "person": clerk.pk, "building": building.pk}
    said = client.post(page, sent, follow=True).content.decode()
    assert "请写明理由" in said and asked(village).assignee is None
    client.post(page, sent | {"reason": "on duty"})
    assert asked(village).assignee == clerk
    client.post(page, form | {"do": "retire", "reason": "renamed"})
    client.post(
        page,
        {
            "do": "add",
            "kind": "repair",
            "name_zh": "水管",
            "name_en": "Pipes",
            "priority": "2",
            "hours": "8",
            "reason": "asked for",
            "community": "village",
        },
    )
    assert "水管" in text_of(client, page)
    assert not Topic.objects.filter(pk=topic.pk, retired_at=None).exists()
    assert 'name="do"' not in text_of(signed_in(clerk), page)
    assert signed_in(clerk).post(page, form | {"do": "begin"}).status_code == 403
    for wrong in ({"do": "send", "person": "x", "building": "987654"}, {"do": "add"}):
        said = client.post(page, form | {"reason": "x"} | wrong, follow=True).content.decode()
        assert "notice bad" in said


def test_the_start_page_says_what_waits(village, clerk):
    asked(village)
    text = text_of(signed_in(clerk), "/staff/")
    assert "无人处理的诉求" in text and "超时未答复的诉求" in text
    assert "住户诉求" in text


def test_everything_is_complete_in_english(village, clerk):
    one, client = asked(village), signed_in(clerk)
    client.cookies["django_language"] = "en"
    for path in ("", "new/", "topics/", f"{one.pk}/"):
        text = text_of(client, f"/staff/service/{path}")
        own = re.sub("厨房漏水 The kitchen leaks|中文|简体中文", "", text)
        assert not re.search("[\u4e00-\u9fff]", re.sub(r"<[^>]*>", "", own)), path
    assert one.state == State.NEW
