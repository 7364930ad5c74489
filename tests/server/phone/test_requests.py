"""Repairs, complaints and questions on the phone: sent behind a bill's code, read and voted on; nobody
reaches another unit's."""

import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from server.api.guesses import GUESSES_AN_HOUR
from server.api.models import LookupWindow
from server.billing.signing import bill_url
from server.retention.pruning import prune
from server.service_requests import handling
from server.service_requests.models import Photo, ServiceRequest, State, Vote
from tests.server.service_requests.conftest import (  # noqa: F401
    asked,
    clerk,
    manager,
    photo,
    topic_of,
    village,
)
from tests.server.staff_accounts import signed_in
from tests.server.village import NOW, TODAY, bill_of, issue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def page(village, manager) -> str:  # noqa: F811
    issue(village)
    return bill_url(bill_of(village), TODAY).split("//")[-1].partition("/")[2]


def at(page: str) -> str:
    return f"/{page}/requests"


def form(village, **how) -> dict:  # noqa: F811
    usual = {"topic": topic_of(village).pk, "text": "厨房漏水", "wish": str(uuid.uuid4())}
    return usual | how


def picture(content: bytes, name="leak.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_a_bill_leads_to_the_form_where_there_are_topics(village, page):  # noqa: F811
    client = Client()
    assert "报修、投诉、咨询" in client.get(f"/{page}").content.decode()
    village.service_topics.update(retired_at=NOW)
    assert "报修、投诉、咨询" not in client.get(f"/{page}").content.decode()
    assert client.get(at(page)).status_code == 404


def test_sent_with_a_photo_answered_seen_and_voted(village, page, clerk):  # noqa: F811
    client = Client()
    sent = client.post(at(page), form(village, photos=[picture(photo())], phone="138 0000 1234"))
    one = ServiceRequest.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/r/{one.page}")
    assert one.number in client.get(at(page)).content.decode()  # this browser's own
    handling.answer(clerk, one.pk, "已派人", settled=True, now=NOW)
    handling.note(clerk, one.pk, "inside words", NOW)
    text = client.get(sent["Location"]).content.decode()
    assert "已派人" in text and "inside words" not in text and "clerk" not in text
    client.post(sent["Location"], {"vote": Vote.GOOD.value})
    one.refresh_from_db()
    assert one.vote == Vote.GOOD
    client.post(sent["Location"], {"text": "又漏了"})
    one.refresh_from_db()
    assert (one.state, one.vote) == (State.IN_HAND, None)


def test_staff_do_not_learn_the_address_by_which_residents_speak(village, page, clerk):  # noqa: F811
    Client().post(at(page), form(village, photos=[picture(photo())]))
    one, staff = ServiceRequest.objects.get(), signed_in(clerk)
    assert Client().get(f"/r/{one.pk}").status_code == 404
    assert Client().post(f"/r/{one.pk}", {"text": "Thank you"}).status_code == 404
    for path in (f"/staff/service/{one.pk}/", "/staff/service/", "/staff/log/"):
        assert str(one.page) not in staff.get(path, follow=True).content.decode()


def test_of_a_photo_only_the_pixels_are_kept(village, page):  # noqa: F811
    Client().post(at(page), form(village, photos=[picture(photo())]))
    kept = bytes(Photo.objects.get().content)
    assert not Image.open(io.BytesIO(kept)).getexif()
    word = Photo.objects.get().word
    found = Client().get(f"/r/{word.request.page}/{Photo.objects.get().pk}.jpg")
    assert (found["Content-Type"], found["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    other = asked(village)
    assert Client().get(f"/r/{other.page}/{Photo.objects.get().pk}.jpg").status_code == 404


@pytest.mark.parametrize(
    "files",
    [
        [picture(b"<svg onload=alert(1)>", "a.jpg")],
        [picture(photo(), f"{n}.jpg") for n in range(4)],
    ],
)
def test_what_is_no_photo_or_too_many_is_refused_and_the_words_stay(village, page, files):  # noqa: F811
    for file in files:
        file.seek(0)
    answer = Client().post(at(page), form(village, photos=files))
    assert answer.status_code == 409
    assert "厨房漏水" in answer.content.decode()
    assert not ServiceRequest.objects.exists()


def test_one_sent_before_is_found_by_number_and_digits_only_by_its_unit(village, page):  # noqa: F811
    mine, foreign = asked(village), asked(village, unit="1-1-102")
    client = Client()
    for number, digits in (
        (mine.number, "0000"),
        (mine.number, ""),
        (mine.number, "234"),
        (foreign.number, "1234"),
        ("S999999", "1234"),
    ):
        answer = client.post(at(page), {"find": "1", "number": number, "digits": digits})
        assert answer.status_code == 409
    found = client.post(at(page), {"find": "1", "number": mine.number.lower(), "digits": "1234"})
    assert found["Location"] == f"/r/{mine.page}"


def test_without_a_number_left_nobody_finds_it_by_digits(village, page):  # noqa: F811
    one = asked(village, phone="")
    for digits in ("", "    ", "0000"):
        answer = Client().post(at(page), {"find": "1", "number": one.number, "digits": digits})
        assert answer.status_code == 409


def test_guessing_is_slowed_down(village, page):  # noqa: F811
    one, client = asked(village), Client()
    codes = [
        client.post(at(page), {"find": "1", "number": one.number, "digits": f"{n:04d}"}).status_code
        for n in range(40)
    ]
    assert codes[0] == 409 and codes[-1] == 429
    assert client.get(f"/r/{uuid.uuid4()}").status_code == 404


def test_many_addresses_guess_no_faster_and_the_right_one_is_not_told_then(village, page):  # noqa: F811
    one = asked(village)
    for n in range(GUESSES_AN_HOUR):
        client = Client(REMOTE_ADDR=f"10.0.0.{n}")
        wrong = {"find": "1", "number": one.number, "digits": f"{n:04d}"}
        assert client.post(at(page), wrong).status_code == 409
    prune(NOW)
    right = {"find": "1", "number": one.number, "digits": "1234"}
    told = Client(REMOTE_ADDR="10.0.1.1").post(at(page), right)
    assert told.status_code == 409 and "一小时" in told.content.decode()
    LookupWindow.objects.all().delete()
    assert Client(REMOTE_ADDR="10.0.1.1").post(at(page), right).status_code == 302
    assert client.post(at(page), form(village)).status_code == 302, "a new one is sent all the same"


def test_the_resident_of_a_joined_one_reads_what_is_answered_there(village, page, clerk):  # noqa: F811
    one, two = asked(village), asked(village, unit="1-1-102")
    handling.answer(clerk, one.pk, "before it was joined", settled=False, now=NOW)
    later = NOW.replace(hour=5)
    handling.join(clerk, two.pk, one.number, "same pipe", later)
    handling.answer(clerk, one.pk, "水管修好了", settled=True, now=later)
    text = Client().get(f"/r/{two.page}").content.decode()
    assert "水管修好了" in text and "before it was joined" not in text
    assert "又" not in text and "已与同类诉求一并处理" in text


def test_garbage_is_refused_in_words(village, page):  # noqa: F811
    client = Client()
    for wrong in (
        {"topic": "x"},
        {"text": " "},
        {"phone": "abc"},
        {"text": "\x00" * 5 + "x" * 1001},
    ):
        answer = client.post(at(page), form(village, **wrong))
        assert answer.status_code == 409, wrong
    assert client.post(f"/r/{asked(village).page}", {"vote": "9"}).status_code == 302
    assert client.post(f"/r/{asked(village).page}", {"vote": "3"}).status_code == 409


def test_both_pages_are_complete_in_english(village, page):  # noqa: F811
    one, client = asked(village), Client()
    client.cookies["django_language"] = "en"
    for path in (at(page), f"/r/{one.page}"):
        text = client.get(path).content.decode().replace("厨房漏水", "")
        text = text.replace("简体中文", "")
        assert not re.search("[\u4e00-\u9fff]", re.sub(r"<[^>]*>", "", text)), path


def test_who_is_not_satisfied_and_leaves_a_number_is_called_back_once(village, clerk):  # noqa: F811
    one, client = asked(village, phone=""), Client()
    address = one_page(one)
    client.post(address, {"do": "call_back", "phone": "13911112222"})
    assert ServiceRequest.objects.count() == 1  # nothing was answered, nobody voted
    handling.answer(clerk, one.pk, "done", settled=True, now=NOW)
    client.post(address, {"vote": Vote.GOOD.value})
    assert "给您回电" not in client.get(address).content.decode()
    client.post(address, {"vote": Vote.BAD.value})
    assert "给您回电" in client.get(address).content.decode()
    refused = client.post(address, {"do": "call_back", "phone": ""})
    assert refused.status_code == 409 and "请留下电话" in refused.content.decode()
    for _ in range(2):
        client.post(address, {"do": "call_back", "phone": "139 1111 2222"})
    [made] = ServiceRequest.objects.exclude(pk=one.pk)
    assert (made.phone, made.because_of, made.topic) == ("13911112222", one, one.topic)
    assert made.number in client.get(address).content.decode()
    staff = signed_in(clerk).get(f"/staff/service/{made.pk}/").content.decode()
    assert "因评价不满意" in staff and one.number in staff


def test_a_number_that_is_known_need_not_be_left_again(village, clerk):  # noqa: F811
    one, client = asked(village), Client()
    handling.answer(clerk, one.pk, "done", settled=True, now=NOW)
    client.post(one_page(one), {"vote": Vote.BAD.value})
    text = client.get(one_page(one)).content.decode()
    assert "*** 1234" in text and one.phone not in text
    client.post(one_page(one), {"do": "call_back", "phone": ""})
    assert ServiceRequest.objects.get(because_of=one).phone == one.phone


def test_without_the_topic_it_goes_to_another_and_without_any_to_the_office(
    village,  # noqa: F811
    clerk,  # noqa: F811
):
    one, client = asked(village), Client()
    handling.answer(clerk, one.pk, "done", settled=True, now=NOW)
    client.post(one_page(one), {"vote": Vote.BAD.value})
    one.community.service_topics.update(retired_at=NOW)
    answer = client.post(one_page(one), {"do": "call_back"})
    assert answer.status_code == 409 and "请致电物业" in answer.content.decode()
    another = topic_of(village, "complaint")
    type(another).objects.filter(pk=another.pk).update(retired_at=None)
    client.post(one_page(one), {"do": "call_back"})
    assert ServiceRequest.objects.get(because_of=one).topic == another


def one_page(one: ServiceRequest) -> str:
    return reverse("phone_request", args=[one.page])
