"""Messages in WeChat: by a token that all share, to whoever linked their own, with what became of them
told by WeChat itself. The account is the simulated one, by real sockets."""

import logging
import re
from datetime import timedelta

import pytest
from django.test import Client

from server.alerts.models import Alert
from server.alerts.raising import PROVIDER_FAILING
from server.gateways import official_account, sealing
from server.gateways.outcome import Own
from server.outbox import provider_watch
from server.outbox.models import AccessToken, Happening, MessageTerms, ResidentMessage, State, Way
from server.resident_messages import receipts, sending, spreading, wechat
from simulators.wechat_account.gateway import Gateway
from tests.server.resident_messages.conftest import agree, resident_of
from tests.server.resident_messages.wechat_village import OPENID, TOKEN, account, village
from tests.server.village import NOW, create_village, issue

__all__ = ["account", "village"]
pytestmark = pytest.mark.django_db


def one(now=NOW) -> ResidentMessage:
    spreading.look(now)
    sending.look(now)
    return ResidentMessage.objects.get()


def pushed(account, client=None, **changes) -> int:
    """The event of the message that was sent last. What our server answers."""
    query, body = account.event(account.sent[-1])
    for old, new in changes.get("body", {}).items():
        body = body.replace(old.encode(), new.encode())
    query = changes.get("query", lambda text: text)(query)
    place = f"/notify/account/{changes.get('code', 'village')}?{query}"
    answer = (client or Client()).post(place, body, content_type="text/xml")
    assert answer.status_code != 200 or answer.content == b"success"
    return answer.status_code


def test_it_goes_out_once_and_wechat_says_that_it_arrived(village, account):
    issue(village)
    message = one()
    [sent] = account.sent
    assert (message.way, message.state, message.sealed) == (Way.WECHAT, State.SENT, "")
    assert (sent.openid, sent.template) == (OPENID, "TEMPLATE_bill")
    values = message.values
    assert sent.values == {
        "character_string1": values["unit"],
        "time2": values["period"],
        "amount3": values["amount"],
        "time4": values["due"],
    }
    assert message.masked == "***0001" and OPENID not in str(message.__dict__)
    sending.look(NOW + timedelta(hours=1))
    receipts.look(NOW + timedelta(hours=1))
    assert len(account.sent) == 1
    assert [pushed(account) for _ in range(2)] == [200, 200]
    message.refresh_from_db()
    assert (message.state, message.answer) == (State.DELIVERED, "")


def test_what_did_not_arrive_says_why(village, account):
    issue(village)
    message = one()
    account.fail = "failed:user block"
    assert pushed(account) == 200
    message.refresh_from_db()
    assert (message.state, message.answer) == (State.REFUSED, "failed:user block")


def test_long_words_are_cut_to_what_a_field_takes(village):
    terms = MessageTerms.objects.get()
    values = {"community": "很长的小区名称" * 5, "begins": "2026-12-01 14:00", "ends": "x"}
    filled = wechat.filled(terms, "outage-zh", values)
    assert len(filled.values["thing1"]) == 20 and filled.values["time2"] == "2026-12-01 14:00"


# --- the token ---


def test_one_token_is_shared_and_kept_unreadable(village, account):
    issue(village)
    one()
    row = AccessToken.objects.get()
    assert account.tokens == 1 and account._access not in row.sealed
    AccessToken.objects.update(good_until=NOW)
    wechat.prepare([village.pk], NOW)
    assert account.tokens == 1, "WeChat gives the same one until shortly before its end"
    assert AccessToken.objects.get().good_until > NOW


def test_a_token_that_wechat_ended_is_renewed_once_and_kept(village, account):
    issue(village)
    wechat.prepare([village.pk], NOW)
    before = sealing.opened(AccessToken.objects.get().sealed)
    AccessToken.objects.update(sealed=sealing.seal("an-old-one"))
    assert one().state == State.SENT
    assert sealing.opened(AccessToken.objects.get().sealed) == before, "another process had it"
    assert account.tokens == 1


def test_a_token_that_is_dead_everywhere_is_made_anew_by_force(village, account):
    issue(village)
    wechat.prepare([village.pk], NOW)
    answers = []
    real = account._send

    def over(told):
        answers.append(told)
        if len(answers) > 1:
            return real(told)
        account.refuse = 42001
        found = real(told)
        account.refuse = 0
        return found

    account._send = over
    assert one().state == State.SENT
    assert (len(answers), account.tokens, len(account.sent)) == (2, 2, 1)
    assert sealing.opened(AccessToken.objects.get().sealed) == account._access


def several(village, count: int) -> None:
    """So many messages that are due, in one hand at once."""
    issue(village)
    spreading.look(NOW)
    first = ResidentMessage.objects.get()
    for number in range(1, count):
        first.pk, first.happening = (
            None,
            Happening.objects.create(
                community=village, kind="bill", subject=f"x{number}", unit=first.unit, at=NOW
            ),
        )
        first.save()
    MessageTerms.objects.update(per_day=9)


def test_many_messages_at_once_end_a_dead_token_once(village, account, monkeypatch):
    monkeypatch.setattr(sending, "still_so", lambda *asked: True)
    wechat.prepare([village.pk], NOW)
    several(village, 6)
    dead, real = account._access, account._send

    def over(told):
        if account._access != dead:
            return real(told)
        account.refuse = 42001
        found = real(told)
        account.refuse = 0
        return found

    account._send = over
    sending.look(NOW)
    assert (account.tokens, len(account.sent)) == (2, 6)
    assert AccessToken.objects.get().renewing_until is None


def test_while_another_process_renews_the_token_nobody_else_does(village, account):
    issue(village)
    wechat.prepare([village.pk], NOW)
    AccessToken.objects.update(renewing_until=NOW + wechat.RENEWS_FOR)
    account.refuse = 42001
    message = one()
    assert (message.state, account.tokens) == (State.WAITING, 1)
    account.refuse = 0
    sending.look(NOW + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.state == State.SENT


def test_an_account_that_gives_nobody_access_is_an_alert(village, account):
    terms = MessageTerms.objects.get()
    right, terms.wechat_secret = terms.wechat_secret, sealing.seal("another-secret")
    terms.save()
    issue(village)
    spreading.look(NOW)
    for number in range(3):
        sending.look(NOW + number * (sending.NO_ACCESS + timedelta(seconds=1)))
    alert = Alert.objects.get()
    assert (alert.kind, alert.community) == (PROVIDER_FAILING, village)
    assert "40125" in str(alert.details) and "another-secret" not in str(alert.details)
    MessageTerms.objects.update(wechat_secret=right)
    later = NOW + timedelta(minutes=20)
    sending.look(later)
    assert ResidentMessage.objects.get().state == State.SENT
    for minutes in (0, 6):
        provider_watch.look(later + timedelta(minutes=minutes))
    alert.refresh_from_db()
    assert alert.resolved_at is not None


def test_a_token_that_stays_over_is_tried_again_later(village, account):
    issue(village)
    account.refuse = 40001
    message = one()
    assert (message.state, message.attempts) == (State.WAITING, 1)
    assert message.answer.startswith("40001") and "rid" not in message.answer
    account.refuse = 0
    sending.look(NOW + timedelta(minutes=1))
    message.refresh_from_db()
    assert message.state == State.SENT


def test_without_access_messages_wait_and_no_secret_is_written(village, account, caplog):
    terms = MessageTerms.objects.get()
    terms.wechat_secret = sealing.seal("another-secret")
    terms.save()
    issue(village)
    with caplog.at_level(logging.INFO):
        message = one()
    assert (message.state, message.answer) == (State.WAITING, Own.NO_WECHAT)
    assert "another-secret" not in caplog.text and not account.sent


# --- refusals, delays, a line that breaks ---


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (43004, State.REFUSED),
        (43101, State.REFUSED),
        (40037, State.REFUSED),
        (47003, State.REFUSED),
        (45009, State.WAITING),
        (-1, State.SENDING),
    ],
)
def test_what_wechat_answers_decides(village, account, code, state):
    issue(village)
    account.refuse = code
    message = one()
    assert message.state == state and message.answer.startswith(str(code))


def test_a_line_that_breaks_after_the_call_is_never_tried_again(village, account):
    issue(village)
    wechat.prepare([village.pk], NOW)
    account.cut = 1
    message = one()
    assert message.state == State.SENDING and len(account.sent) == 1
    sending.look(NOW + timedelta(hours=3))
    assert len(account.sent) == 1


def test_in_quiet_hours_nothing_leaves(village, account):
    issue(village)
    message = one(NOW + timedelta(hours=10))
    assert (message.state, message.answer) == (State.WAITING, Own.QUIET) and not account.sent


def test_a_day_has_its_limit(village, account):
    MessageTerms.objects.update(per_day=1)
    issue(village)
    issue(village, "2026-11")
    spreading.look(NOW)
    sending.look(NOW)
    held = ResidentMessage.objects.get(state=State.WAITING)
    assert held.answer == Own.DAY_LIMIT and len(account.sent) == 1


def test_without_a_template_it_waits(village, account):
    MessageTerms.objects.update(wechat_templates={})
    issue(village)
    assert one().answer == Own.NO_TEMPLATE and not account.sent


def test_an_account_that_gives_no_access_is_asked_once_a_look(village, account, monkeypatch):
    """It may take long to say so, and the messages of others wait for it meanwhile."""
    for code in ("1-1-102", "1-2-101"):
        resident, official = (
            resident_of(village, code),
            wechat.account_of(MessageTerms.objects.get()),
        )
        wechat.link(resident, official, f"{OPENID}{code}", NOW)
        agree(resident, Way.WECHAT)
    issue(village)
    spreading.look(NOW)
    asked = []

    def refused(official):
        asked.append(official)
        raise official_account.NoToken("no")

    monkeypatch.setattr(sending, "AT_A_TIME", 1)
    monkeypatch.setattr(official_account, "access_token", refused)
    sending.look(NOW)
    waiting = ResidentMessage.objects.filter(state=State.WAITING, due_at__gt=NOW)
    assert len(asked) == 1 and waiting.count() == 3 and not account.sent
    monkeypatch.undo()
    sending.look(NOW + timedelta(minutes=6))
    assert len(account.sent) == 3, "it is asked again with the next look"


# --- who says what became of it ---


def test_an_event_that_is_not_signed_changes_nothing(village, account):
    issue(village)
    message = one()
    spoiled = (
        lambda text: text.replace("signature=", "signature=0"),
        lambda text: re.sub(r"timestamp=\d+", "timestamp=1414561699", text),
        lambda text: text.replace("nonce=", "nonce=x"),
        lambda text: "",
    )
    assert [pushed(account, query=one) for one in spoiled] == [401] * 4
    MessageTerms.objects.update(wechat_token="")
    assert pushed(account) == 401
    assert pushed(account, code="nowhere") == 401
    message.refresh_from_db()
    assert message.state == State.SENT


def test_an_event_of_another_community_is_of_no_message_here(village, account):
    issue(village)
    message = one()
    other = create_village("other")
    MessageTerms.objects.create(community=other, wechat_token=sealing.seal(TOKEN))
    assert pushed(account, code="other") == 503
    message.refresh_from_db()
    assert message.state == State.SENT


def test_an_event_that_is_faster_than_we_are_comes_again(village, account):
    issue(village)
    one()
    ResidentMessage.objects.update(receipt="")
    assert pushed(account) == 503
    [created] = re.findall(r"<CreateTime>\d+", account.event(account.sent[-1])[1].decode())
    old = {created: "<CreateTime>1414561699"}
    assert pushed(account, body=old) == 200, "long ago: it is of no message of ours"
    assert pushed(account, body={"TEMPLATESENDJOBFINISH": "subscribe"}) == 200


@pytest.mark.parametrize("number", ["", " ", "0", "\0", "1\0", "9" * 200, "\ud800"])
def test_an_event_without_the_number_of_a_message_is_of_none(village, account, number):
    """Messages of which WeChat gave no number stay as they are."""
    issue(village)
    message = one()
    ResidentMessage.objects.update(receipt="")
    query, body = account.event(account.sent[-1])
    told = number.encode(errors="surrogatepass")
    body = re.sub(rb"<MsgID>\d+", b"<MsgID>" + told.replace(b"\\", b""), body)
    answer = Client().post(f"/notify/account/village?{query}", body, content_type="text/xml")
    assert answer.status_code in (200, 503)
    message.refresh_from_db()
    assert message.state == State.SENT


@pytest.mark.parametrize("code", ["%00", "vil%00lage", "%F0%9F%8F%A0", "%E2%80%AEv"])
def test_an_event_at_an_odd_address_is_of_nobody(village, account, code):
    issue(village)
    one()
    assert pushed(account, code=code) in (401, 404)


def test_wechat_may_try_the_address(village, account):
    account.sent.append(None)
    query, _ = Gateway.event(account, type("Sent", (), {"openid": OPENID, "msgid": 1}))
    answer = Client().get(f"/notify/account/village?{query}&echostr=4711")
    assert answer.content == b"4711"
    assert Client().get("/notify/account/village?echostr=4711").status_code == 401
    assert Client().get(f"/notify/account/village?{query}&echostr=<b>").content == b""
