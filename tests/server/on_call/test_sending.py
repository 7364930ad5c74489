"""Messages go out once, or it is said that it is not known; no secret is kept."""

import logging
import re
import time
from datetime import timedelta
from smtplib import SMTPConnectError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import translation

from server.alerts.models import Alert
from server.alerts.raising import raise_alert
from server.configuration import AlertsSection
from server.gateways import line
from server.gateways.outcome import Fate, Outcome, Own, in_words, without_addresses
from server.on_call import escalation, sending
from server.on_call.models import Message, MessageState, PersonAddress
from server.on_call.ways import chat
from server.staff.models import RoleAssignment
from tests.server.on_call.people import robot, technician
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def village():
    return create_village()


@pytest.fixture
def inside(settings):
    """Webhooks of this machine are allowed."""
    of_tests = AlertsSection(inside_addresses=True)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": of_tests})


def waiting(village, kind: str = "kiosk_no_money", subject: str = "K1") -> Message:
    raise_alert(village.pk, kind, subject, NOW - MINUTE, kiosk_code="K1")
    escalation.look(NOW)
    return Message.objects.order_by("-pk").first()


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.answer


def test_a_mail_says_where_what_since_when_and_the_way_there(village):
    technician(village, "first", to="fitter@example.com")
    message = waiting(village)
    assert sending.look(NOW) == 1
    assert sending.look(NOW) == 0
    [sent] = mail.outbox
    assert sent.to == ["fitter@example.com"]
    assert sent.subject == "【告警】 小村 K1: 终端不能收款"
    assert f"/staff/alerts/{message.alert_id}/" in sent.body and "11-24 11:59" in sent.body
    assert state(message) == ("sent", "")


@pytest.mark.parametrize(
    ("problem", "expected", "again"),
    [
        (SMTPRecipientsRefused({"x": (550, b"no such user")}), "refused", 0),
        (SMTPDataError(451, b"later"), "waiting", 1),
        (SMTPServerDisconnected("gone"), "sending", 0),
        (TimeoutError("slow"), "sending", 0),
    ],
)
def test_what_the_mail_server_says_decides(village, monkeypatch, problem, expected, again):
    def fail(self, messages):
        raise problem

    technician(village, "first")
    message = waiting(village)
    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    sending.look(NOW)
    assert state(message)[0] == expected
    monkeypatch.undo()
    assert sending.look(NOW + MINUTE) == again, "what may have gone out is not sent again"


def test_a_mail_server_that_is_away_is_tried_again_and_not_for_ever(village, monkeypatch):
    def fail(self):
        raise SMTPConnectError(421, b"away")

    technician(village, "first")
    message = waiting(village)
    monkeypatch.setattr(EmailBackend, "open", fail)
    at = NOW
    for _attempt in range(len(sending.PAUSES_S)):
        sending.look(at)
        assert state(message)[0] == "waiting"
        at = message.due_at
    sending.look(at)
    assert state(message)[0] == MessageState.FAILED and message.attempts == 5


def test_killed_between_sending_and_writing_it_down_nothing_is_sent_twice(village, monkeypatch):
    def killed(*_message):
        raise KeyboardInterrupt

    technician(village, "first")
    message = waiting(village)
    monkeypatch.setattr(sending, "_record", killed)
    with pytest.raises(KeyboardInterrupt):
        sending.look(NOW)
    monkeypatch.undo()
    assert len(mail.outbox) == 1
    for minutes in (1, 10, 600):
        sending.look(NOW + minutes * MINUTE)
    assert len(mail.outbox) == 1 and state(message)[0] == "sending"
    assert message.get_state_display() == "不确定是否已发出"


def test_a_webhook_gets_it_and_a_refusal_within_http_200_is_a_refusal(village, inside):
    with robot() as (machine, url):
        technician(village, "first", way="chat", to=chat.checked(url))
        message = waiting(village)
        sending.look(NOW)
        assert state(message) == ("sent", "")
        assert "终端不能收款" in str(machine.got[0])
        machine.code, machine.words = 93000, "invalid webhook url " + url
        second = waiting(village, "site_silent", "")
        sending.look(NOW)
        assert state(second)[0] == "refused"
        assert second.answer.startswith("93000 invalid webhook url")
        assert "3f9c2b7a" not in second.answer


def test_a_webhook_that_hangs_up_is_not_known_to_have_it_and_one_that_is_away_is_asked_again(
    village, inside
):
    with robot() as (machine, url):
        technician(village, "first", way="chat", to=chat.checked(url))
        machine.cut = 1
        message = waiting(village)
        sending.look(NOW)
        assert state(message)[0] == "sending" and len(machine.got) == 1
        machine.status = 503
        second = waiting(village, "site_silent", "")
        sending.look(NOW)
        assert state(second) == ("waiting", "HTTP 503")
        machine.status = 200
        sending.look(NOW + MINUTE)
        assert state(second)[0] == "sent"
    third = waiting(village, "kiosk_stopped")
    sending.look(NOW)
    assert state(third)[0] == "waiting", "nothing listens there any more: it surely did not go out"


@pytest.mark.parametrize(
    ("body", "fate"),
    [
        ({"errcode": 0, "errmsg": "ok"}, Fate.SENT),
        ({"errcode": 93000, "errmsg": "invalid webhook url"}, Fate.REFUSED),
        ({"errcode": 45009, "errmsg": "api freq out of limit"}, Fate.AWAY),
    ],
)
def test_wecoms_own_answer_counts_which_apprise_takes_for_success(monkeypatch, body, fate):
    """https://developer.work.weixin.qq.com/document/path/91770: errors come with HTTP 200."""
    import json

    import requests

    asked = []

    def post(url, **more):
        asked.append((url, more))
        answer = requests.Response()
        answer.status_code, answer._content = 200, json.dumps(body).encode()
        return answer

    monkeypatch.setattr(line, "post", post)
    assert chat.send(WECOM, "heading\nrest").fate is fate
    [(url, more)] = asked
    assert url.startswith("https://qyapi.weixin.qq.com/") and set(more) <= {
        "data",
        "json",
        "headers",
        "params",
    }
    assert json.loads(more["data"])["msgtype"] == "text"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (WECOM, WECOM),
        (
            "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32,
            "dingtalk://" + "a1" * 32,
        ),
        (
            "https://open.feishu.cn/open-apis/bot/v2/hook/1f2e3d4c-aaaa-bbbb-cccc-1234567890ab",
            "feishu://1f2e3d4c-aaaa-bbbb-cccc-1234567890ab",
        ),
        (
            "https://open.larksuite.com/open-apis/bot/v2/hook/1f2e3d4c-aaaa-bbbb-cccc-1234567890ab",
            "lark://1f2e3d4c-aaaa-bbbb-cccc-1234567890ab",
        ),
    ],
)
def test_a_robots_own_address_is_taken_as_it_is_copied(typed, kept):
    assert chat.checked(typed) == kept
    assert chat._plugin(kept) is not None
    assert typed[-12:] not in chat.shown(typed) and "…" in chat.shown(typed)


@pytest.mark.parametrize(
    "typed",
    ["file:///etc/passwd", "mailto://a:b@example.com", "syslog://", "x", "http://", "exec://id"],
)
def test_other_kinds_of_addresses_are_refused(typed):
    with pytest.raises(chat.NotAllowed) as refused:
        chat.checked(typed)
    assert refused.value.code == "kind"


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "[::1]", "10.1.2.3", "169.254.169.254", "localhost"]
)
def test_an_address_within_the_own_network_is_refused_when_entered_and_when_used(host):
    with pytest.raises(chat.NotAllowed) as refused:
        chat.checked(f"https://{host}/hook")
    assert refused.value.code == "inside"
    assert chat.send(f"jsons://{host}/hook", "x\ny").said == Own.INSIDE


def test_nothing_of_an_address_is_logged_or_kept_in_the_clear(village, inside, caplog):
    secret = "3f9c2b7a41d84c0e9a7b"
    with caplog.at_level(logging.DEBUG), robot() as (machine, url):
        technician(village, "first", way="chat", to=chat.checked(url))
        for status in (200, 500, 404):
            machine.status = status
            waiting(village, subject=f"K{status}")
            sending.look(NOW)
    sending.look(NOW + MINUTE)
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("urllib3")]
    assert not [line for line in ours if secret in line]
    rows = [*PersonAddress.objects.values_list(), *Message.objects.values_list()]
    assert secret not in str(rows)


def test_no_more_goes_to_a_person_than_was_agreed_and_the_rest_waits(village, settings):
    few = AlertsSection(per_person_hour=2)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": few})
    technician(village, "first")
    technician(village, "other")
    for number in range(3):
        waiting(village, subject=f"K{number}")
    assert sending.look(NOW) == 4
    assert Message.objects.filter(state="waiting", answer="@limit-of-the-hour").count() == 2
    assert sending.look(NOW + 30 * MINUTE) == 0
    assert sending.look(NOW + 61 * MINUTE) == 2


def test_what_is_over_or_belongs_to_somebody_who_left_is_not_sent(village):
    gone = technician(village, "gone")
    technician(village, "stays")
    waiting(village)
    RoleAssignment.objects.filter(person=gone).update(ended_at=NOW)
    assert sending.look(NOW) == 1
    assert Message.objects.get(person_name="gone").state == MessageState.DROPPED
    message = waiting(village, "site_silent", "")
    Alert.objects.update(resolved_at=NOW)
    assert sending.look(NOW) == 0 and state(message)[0] == "dropped"


def test_an_address_of_another_key_is_said_to_be_unreadable(village, settings):
    technician(village, "first")
    message = waiting(village)
    settings.SECRET_KEY = "another"
    sending.look(NOW)
    assert state(message)[0] == "refused" and message.answer == "@sealed-with-another-key"


def test_two_workers_send_one_message_once(village):
    technician(village, "first")
    message = waiting(village)
    assert sending._claimed(message, NOW)
    stale = Message.objects.get(pk=message.pk)
    stale.state = "waiting"
    assert not sending._claimed(stale, NOW)


def test_without_a_mail_server_a_mail_has_not_gone_out(village, settings):
    technician(village, "first")
    message = waiting(village)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    sending.look(NOW)
    assert state(message) == ("refused", "@no-mail-server")


def test_an_answer_that_no_database_holds_keeps_no_other_from_being_recorded(village, monkeypatch):
    def answers(_address, _text):
        return Outcome(Fate.SENT, "bad \ud800 and \x00", receipt="\ud800\x007")

    technician(village, "first")
    technician(village, "second")
    waiting(village)
    monkeypatch.setitem(sending.WAYS, "mail", answers)
    assert sending.look(NOW) == 2
    rows = Message.objects.values_list("state", "answer", "receipt")
    assert set(rows) == {("sent", "bad ? and \N{SYMBOL FOR NULL}", "?\N{SYMBOL FOR NULL}7")}


def test_one_outcome_that_cannot_be_written_down_stops_no_other(village, monkeypatch):
    def fails_once(message, outcome, now):
        if message.person_name == "first":
            raise ValueError
        write(message, outcome, now)

    write = sending._write_down
    monkeypatch.setattr(sending, "_write_down", fails_once)
    technician(village, "first")
    technician(village, "second")
    waiting(village)
    assert sending.look(NOW) == 2
    assert Message.objects.get(person_name="first").state == "sending"
    assert Message.objects.get(person_name="second").state == "sent"


def test_no_more_is_claimed_than_is_handed_over_at_once(village, monkeypatch):
    def looks(_message):
        in_doubt.append(Message.objects.filter(state="sending").count())
        return Outcome(Fate.SENT)

    class Pool:
        def __init__(self, *_, **__): ...
        def __enter__(self):
            return self

        def __exit__(self, *_): ...

        def map(self, job, rows):
            return [job(row) for row in rows]

    in_doubt: list[int] = []
    monkeypatch.setattr(sending, "ThreadPoolExecutor", Pool)
    monkeypatch.setattr(sending, "_handed_over", looks)
    for number in range(20):
        technician(village, f"p{number}")
    waiting(village)
    assert sending.look(NOW) == 20
    assert max(in_doubt) == sending.AT_A_TIME


def test_a_long_answer_is_read_quickly():
    began = time.monotonic()
    without_addresses("." * 60_000)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("said", [*Own, "HTTP 503"])
def test_what_the_server_has_to_say_is_said_in_chinese(said):
    with translation.override("zh-hans"):
        words = in_words(said)
    assert words != said and not re.search(
        r"[A-Za-z]{3}", words.replace("https", "").replace("http", "")
    )
