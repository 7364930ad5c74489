"""The page: for staff, in their language, and each act with a reason and a name."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contract.messages import PaymentState
from server.alerts.models import Alert
from server.open_questions import actions, texts
from server.payments import sweeper
from server.payments.models import PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.act_names import ACTS
from server.staff.assignments import give
from server.staff.models import Act
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.open_questions import questions as lobby
from tests.server.pages import foreign
from tests.server.staff_accounts import create_person
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
PAGE, ACT = "/staff/open-questions/", "/staff/open-questions/act/"


def does(staff: Client, act: str, subject: str, reason: str = "已核对", **form: str) -> str:
    """What the page says then."""
    answer = staff.post(ACT, {"act": act, "subject": subject, "reason": reason, **form})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    return staff.get(PAGE).content.decode()


@pytest.fixture
def card(world) -> PaymentOrder:
    lobby.lost_card(world)
    return lobby.order(2)


def test_strangers_are_sent_to_the_login_page(client: Client, card):
    assert client.get(PAGE)["Location"].startswith("/staff/login/")
    assert client.post(ACT, {"act": "book_as_paid"})["Location"].startswith("/staff/login/")


def test_who_is_not_staff_is_refused(client: Client, card):
    User.objects.create_user("guest", password="a-long-password")
    client.login(username="guest", password="a-long-password")
    assert client.get(PAGE).status_code == 403
    assert client.post(ACT, {"act": "book_as_paid"}).status_code == 403


def test_who_may_not_decide_sees_and_does_nothing(client: Client, card):
    reader = create_person("reader", (card.community, Role.AUDITOR))
    client.login(username="reader", password="a-long-password")
    text = client.get(PAGE).content.decode()
    assert "刷卡结果还不知道" in text and "按已付入账" not in text
    form = {"act": "book_as_paid", "subject": card.payment_id, "reason": "x"}
    assert client.post(ACT, form).status_code == 403
    give(reader, card.community, Role.BOOKKEEPER, Person("boss"), "new here", NOW)
    assert "按已付入账" in client.get(PAGE).content.decode()


def test_where_all_is_well_it_says_so(staff: Client, world):
    assert "没有待查的款项" in staff.get(PAGE).content.decode()


def test_the_page_speaks_one_language(staff: Client, world):
    lobby.one_of_each(world)
    text = staff.get(PAGE).content.decode()
    for expected in ("待查款项", "微信支付还没有说清", "￥664.16", "K03-000002", "按已付入账"):
        assert expected in text
    assert foreign(text, "zh-hans") == []
    staff.post("/i18n/setlang/", {"language": "en", "next": PAGE})
    text = staff.get(PAGE).content.decode()
    for expected in ("Open questions", "has not said clearly", "¥664.16", "Book as paid"):
        assert expected in text
    assert foreign(text, "en", "李会计", "对账单上有") == []


def test_an_act_is_done_said_and_recorded_with_the_name(staff: Client, card):
    shown = does(staff, "book_as_paid", card.payment_id, number="004711", version=str(card.version))
    assert "已按已付入账" in shown and "没有待查的款项" in shown
    card.refresh_from_db()
    assert (card.life, card.channel_reference) == (PaymentState.APPROVED, "004711")
    act = Act.objects.get()
    assert (act.person_name, act.person.username, act.reason) == ("staff", "staff", "已核对")


def test_a_double_click_is_told_that_it_is_done(staff: Client, card):
    does(staff, "book_as_paid", card.payment_id)
    assert "这笔付款已经有结果了" in does(staff, "book_as_paid", card.payment_id)
    assert Act.objects.count() == 1


def test_without_a_reason_nothing_happens(staff: Client, card):
    assert "请写明理由" in does(staff, "book_as_paid", card.payment_id, reason=" ")
    card.refresh_from_db()
    assert card.life is PaymentState.UNKNOWN


def test_bills_are_released_and_the_payment_stays_open(staff: Client, world):
    lobby.silent_code(world, timezone.now() - timedelta(hours=1))
    order = lobby.order(1)
    assert "账单已放开" in does(staff, "release_bills", order.payment_id)
    assert "付没付" in staff.get(PAGE).content.decode()
    assert "没有占着账单" in does(staff, "release_bills", order.payment_id)
    assert Act.objects.get().before["bills"] == [world.bills[0].number]


def test_who_books_as_paid_what_the_payer_heard_was_not_says_what_it_is_for(staff: Client, world):
    lobby.silent_code(world, timezone.now() - timedelta(hours=1))
    order = lobby.order(1)
    page = staff.get(PAGE).content.decode()
    assert 'name="purpose"' not in page
    PaymentOrder.objects.update(kiosk_state="cancelled")
    assert 'name="purpose" value="credit"' in staff.get(PAGE).content.decode()
    assert 'name="purpose" value="refund"' not in staff.get(PAGE).content.decode()
    assert "销账还是转预存" in does(staff, "book_as_paid", order.payment_id, looked="yes")
    does(staff, "book_as_paid", order.payment_id, looked="yes", purpose="credit")
    assert lobby.order(1).credited_minor == order.amount_minor
    assert lobby.order(1).decided == "paid"


def test_another_amount_is_settled_as_chosen(staff: Client, world):
    lobby.other_amount(world)
    order = lobby.order(3)
    shown = does(
        staff, "settle_amount", order.payment_id, purpose="credit", seen_minor=str(order.held_minor)
    )
    assert "款项已按您的决定入账" in shown
    order.refresh_from_db()
    assert order.credited_minor == 40000


def test_a_refund_is_returned_by_hand_with_how_and_when(staff: Client, world):
    lobby.refused_refund(world)
    number = Refund.objects.get().refund_no
    does(staff, "returned_by_hand", number, how="bank", returned_at="2026-11-25T09:30")
    refund = Refund.objects.get()
    assert (refund.state, refund.how) == ("by_hand", "bank")
    assert refund.done_at is not None and refund.done_at.isoformat() == "2026-11-25T01:30:00+00:00"


def test_how_much_went_back_is_said_by_who_looked(staff: Client, world):
    lobby.unclear_return(world)
    number = lobby.order(7).payment_id
    alert = Alert.objects.get(kind="refund_unclear")
    does(staff, "resolve_alert", str(alert.pk))
    assert Alert.objects.get(pk=alert.pk).resolved_at is None, "it is ended by its amount alone"
    for typed in ("", "nothing", "664.17", "0"):
        does(staff, "state_returned", number, returned=typed)
        assert lobby.order(7).refunded_minor == 0
    assert "已按您填写的金额入账" in does(staff, "state_returned", number, returned="100")
    assert (lobby.order(7).refunded_minor, lobby.order(7).life) == (10000, PaymentState.APPROVED)
    assert [a.kind for a in Alert.objects.filter(resolved_at=None)] == ["refund_outside"]
    does(staff, "state_returned", number, returned="200")
    assert lobby.order(7).refunded_minor == 10000, "said once"
    assert verify_books() == []


def test_what_is_contradicted_is_taken_back(staff: Client, world):
    lobby.contradicted(world)
    does(staff, "book_as_unpaid", lobby.order(2).payment_id)
    assert lobby.order(2).life is PaymentState.REVERSED


def test_an_alert_is_dealt_with(staff: Client, world):
    alert = lobby.paid_twice(world)
    assert "已记为处理完" in does(staff, "resolve_alert", str(alert.pk))
    assert Alert.objects.get().resolved_at is not None


def test_an_alert_ended_in_the_back_office_is_recorded_too(staff: Client, world):
    lobby.lost_card(world)
    sweeper.sweep(timezone.now() + timedelta(days=1))
    dealt, open_still = lobby.paid_twice(world), Alert.objects.get(kind="unknown_for_long")
    chosen = {"action": "resolve", "_selected_action": [dealt.pk, open_still.pk]}
    page = staff.post("/admin/alerts/alert/", chosen, follow=True).content.decode()
    assert "告警会自动结束" in page
    assert list(Alert.objects.filter(resolved_at=None)) == [open_still]
    assert (Act.objects.get().act, Act.objects.get().subject_id) == (
        "resolve_alert",
        str(dealt.pk),
    )


@pytest.mark.parametrize(
    "form",
    [
        {"act": "settle_amount", "purpose": "pocket"},
        {"act": "returned_by_hand", "how": "pigeon"},
        {"act": "returned_by_hand", "how": "cash", "returned_at": "yesterday"},
        {"act": "resolve_alert", "subject": "1 OR 1=1"},
        {"act": "resolve_alert", "subject": "9" * 40},
        {"act": "book_as_paid", "subject": "a\x00b"},
        {"act": "settle_outside", "bearer": "nobody"},
    ],
)
def test_a_form_that_is_none_of_ours_does_nothing(staff: Client, world, form):
    lobby.refused_refund(world, 4)
    lobby.other_amount(world, 3)
    refund = form["act"] == "returned_by_hand"
    subject = Refund.objects.get().refund_no if refund else lobby.order(3).payment_id
    shown = does(staff, **{"subject": subject, **form})
    assert "没有看懂这张表单" in shown
    assert not Act.objects.exists()


@pytest.mark.parametrize("act", ["", "delete_everything", "book_as_paid"])
def test_what_is_not_there_cannot_be_decided(staff: Client, world, act):
    form = {"act": act, "subject": "00000000-0000-0000-0000-000000000099", "reason": "x"}
    assert staff.post(ACT, form).status_code == 403


def test_what_a_person_writes_cannot_run_on_the_page(staff: Client, world):
    lobby.silent_code(world, timezone.now() - timedelta(hours=1))
    shown = does(staff, "look_again", lobby.order(1).payment_id, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in shown and "&lt;script&gt;" in shown


def test_every_act_has_words_a_right_and_an_effect():
    assert set(actions.DEEDS) == set(actions.DONE)
    assert set(actions.DEEDS) <= set(ACTS)
    assert set(actions.DEEDS) <= set(texts.EFFECTS)
