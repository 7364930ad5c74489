"""Who is told in WeChat: residents link their own on the phone page and end it; staff set the account."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from server.billing.models import Bill
from server.billing.signing import bill_url, create_key
from server.gateways import sealing
from server.outbox.models import (
    Consent,
    MessageTerms,
    ResidentMessage,
    State,
    Way,
    WeChatLink,
)
from server.resident_messages import consent, sending, spreading
from server.staff.models import Act, Role
from tests.server.phone.test_pages import WECHAT
from tests.server.resident_messages.conftest import agree, resident_of
from tests.server.resident_messages.wechat_village import OPENID, account, village
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, TODAY, issue

__all__ = ["account", "village"]
pytestmark = pytest.mark.django_db


# --- the phone page ---


@pytest.fixture
def page(village, account):
    """The address behind a bill's code; nobody has linked a WeChat yet."""
    WeChatLink.objects.all().delete()
    Consent.objects.all().delete()
    create_key(village, now=NOW)
    issue(village)
    bill = Bill.objects.get(unit__code="1-1-101")
    return "/b/" + bill_url(bill, TODAY).rpartition("/b/")[2] + "/messages"


def back_from_wechat(asked, openid: str = OPENID) -> str:
    assert asked.status_code == 200
    [address] = re.findall(r'content="0; url=([^"]+)"', asked.content.decode())
    agent = {"User-Agent": WECHAT}
    answer = requests.get(
        unescape(address),
        headers=agent,
        cookies={"simulated_person": openid},
        timeout=10,
        allow_redirects=False,
    )
    found = urlsplit(answer.headers["Location"])
    assert parse_qs(found.query)["state"]
    return f"{found.path}?{found.query}"


def test_a_resident_agrees_in_wechat_and_ends_it(village, page):
    phone, resident = Client(headers={"user-agent": WECHAT}), resident_of(village)
    assert "用这个微信接收" in phone.get(page).content.decode()
    back = back_from_wechat(phone.post(f"{page}/wechat"))
    assert phone.get(back)["Location"] == page
    assert consent.address_of(resident, Way.WECHAT) == OPENID
    assert consent.agreed([resident.pk]) == {resident.pk: {Way.WECHAT.value}}
    assert OPENID not in str(WeChatLink.objects.values().get())
    shown = phone.get(page).content.decode()
    assert '<option value="wechat" selected>' in shown, "the way that was just asked for is first"
    assert "***0001" in shown and "用这个微信接收" not in shown and OPENID not in shown
    phone.post(page, {"ways": [], "first": "wechat", "language": "zh"})
    assert consent.agreed([resident.pk]) == {} and WeChatLink.objects.get().sealed == ""
    assert "用这个微信接收" in phone.get(page).content.decode()


def test_nobodys_phone_finishes_what_another_began(village, page):
    phone = Client(headers={"user-agent": WECHAT})
    back = back_from_wechat(phone.post(f"{page}/wechat"))
    victim = Client(headers={"user-agent": WECHAT})
    answer = victim.get(back)
    assert answer["Location"] == f"{page}?wechat=unknown"
    assert "没有返回" in victim.get(answer["Location"]).content.decode()
    assert not WeChatLink.objects.exists()
    strict = Client(enforce_csrf_checks=True, headers={"user-agent": WECHAT})
    assert strict.post(f"{page}/wechat").status_code == 403
    phone.get(back)
    assert WeChatLink.objects.count() == 1
    assert phone.get(back)["Location"] == f"{page}?wechat=unknown", "good once"


def test_another_wechat_does_not_take_the_place_of_the_one_that_is_told(village, page):
    """Whoever finds the bill's paper may open the page: what is told goes on to whom it went."""
    other = Client(headers={"user-agent": WECHAT})
    begun_before = back_from_wechat(other.post(f"{page}/wechat"), "oAnother00000000000000000002")
    resident, own = resident_of(village), Client(headers={"user-agent": WECHAT})
    own.get(back_from_wechat(own.post(f"{page}/wechat")))
    assert consent.address_of(resident, Way.WECHAT) == OPENID
    assert other.get(begun_before)["Location"] == page
    assert other.post(f"{page}/wechat")["Location"] == page
    assert consent.address_of(resident, Way.WECHAT) == OPENID
    own.post(page, {"ways": [], "first": "wechat", "language": "zh"})
    other.get(back_from_wechat(other.post(f"{page}/wechat"), "oAnother00000000000000000002"))
    assert consent.address_of(resident, Way.WECHAT) == "oAnother00000000000000000002"


def test_outside_of_wechat_the_page_says_how(village, page):
    for agent in ("Mozilla/5.0", f"{WECHAT} wxwork/4.1.22"):
        shown = Client(headers={"User-Agent": agent}).get(page).content.decode()
        assert "请用微信扫账单" in shown and "用这个微信接收" not in shown
    MessageTerms.objects.update(wechat_secret="")
    assert "请用微信扫账单" not in Client().get(page).content.decode()
    assert Client().post(f"{page}/wechat")["Location"] == page


def test_another_account_does_not_know_the_person(village):
    assert consent.address_of(resident_of(village), Way.WECHAT) == OPENID
    MessageTerms.objects.update(wechat_appid="wx0000000000000003")
    assert consent.address_of(resident_of(village), Way.WECHAT) == ""


def test_what_waits_for_who_ended_it_is_dropped(village, account):
    issue(village)
    spreading.look(NOW)
    agree(resident_of(village), Way.WECHAT, "withdrawn")
    sending.look(NOW)
    message = ResidentMessage.objects.get()
    assert (message.state, message.sealed) == (State.DROPPED, "") and not account.sent


# --- staff ---


def form_of(**changes) -> dict:
    return {
        "community": "village",
        "ways": ["wechat"],
        "kinds": ["bill"],
        "language": "zh",
        "quiet_from": "20:00",
        "quiet_until": "09:00",
        "per_day": "3",
        "provider": "",
        "wechat_appid": "wx1",
        "wechat_secret": "s3cret",
        "wechat_token": "t0ken",
        "wechat-bill-zh": "ABC_1 thing1 time2 amount3 time4 -",
        "reason": "new account",
        **changes,
    }


def test_staff_set_the_account_and_no_secret_is_shown_or_logged(village):
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    client.post("/staff/messages/settings/", form_of())
    terms = MessageTerms.objects.get()
    assert sealing.opened(terms.wechat_secret) == "s3cret"
    assert terms.wechat_templates == {"bill-zh": "ABC_1 thing1 time2 amount3 time4 -"}
    shown = client.get("/staff/messages/settings/").content.decode()
    assert "http://testserver/notify/account/village" in shown and "ABC_1" in shown
    logged = str(list(Act.objects.values()))
    assert "wechat_templates" in logged
    for secret in ("s3cret", "t0ken"):
        assert secret not in shown and secret not in logged


@pytest.mark.parametrize(
    "typed", ["ABC_1 thing1", "ABC_1 thing1 time2 amount3 time4 <b>", "A/B - - - - -"]
)
def test_a_template_that_does_not_fit_is_refused(village, typed):
    client = signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))
    client.post("/staff/messages/settings/", form_of(**{"wechat-bill-zh": typed}))
    assert MessageTerms.objects.get().wechat_appid == "wx0000000000000002"


def test_a_number_that_is_no_openid_is_still_found_however_it_is_typed(village):
    same = {consent.digest_of(1, typed) for typed in ("13800001201", "+86 138 0000 1201")}
    assert len(same) == 1
    assert consent.digest_of(1, "oAbc-1") != consent.digest_of(1, "oabc-1")
