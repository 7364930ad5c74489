"""Staff end what nobody else can: with a reason and a name, and safe against what comes by itself."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import close_old_connections, connection

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from server.alerts.models import Alert
from server.billing.models import Bill
from server.language import both
from server.ledger import posting
from server.payments import sweeper, transitions
from server.payments.channels import registry
from server.payments.decisions.alert_closing import resolve_alert
from server.payments.decisions.refusal import NotPossible
from server.payments.decisions.unknown_outcome import (
    book_as_paid,
    book_as_unpaid,
    look_again,
)
from server.payments.initiation import start
from server.payments.models import PaymentOrder, Refund
from server.payments.verification import verify_books
from server.staff.audit import ReasonMissing
from server.staff.models import Act
from server.staff.people import Person
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import NOW

CLERK = Person("李会计")
LATER = NOW + timedelta(hours=3)
WHY = "收单行对账单上有这笔"


def order(number: int = 1) -> PaymentOrder:
    return PaymentOrder.objects.get(payment_id=str(UUID(int=number)))


def bill_states() -> list[str]:
    return list(Bill.objects.order_by("period").values_list("state", flat=True))


def alerts() -> list[str]:
    return sorted(Alert.objects.filter(resolved_at=None).values_list("kind", flat=True))


def refused(code: str, act, *arguments, **more) -> None:
    acts = Act.objects.count()
    with pytest.raises(NotPossible) as error:
        act(*arguments, **more)
    assert error.value.code == code
    text = both(error.value.text)
    assert text.zh != text.en
    assert Act.objects.count() == acts


def paid(at=LATER, **more) -> PaymentOrder:
    return book_as_paid(order().payment_id, CLERK, WHY, at, **more)


def unpaid(at=LATER, **more) -> PaymentOrder:
    return book_as_unpaid(order().payment_id, CLERK, WHY, at, **more)


@pytest.fixture
def journal():
    return KioskJournal()


@pytest.fixture
def card(world, journal):
    """A card payment whose terminal lost its answer."""
    told = record(world, PaymentState.UNKNOWN, 3, method=Method.CARD)
    take(world, journal.tells(told.model_copy(update={"reason": "lost"})).entries)
    return world


@pytest.fixture
def silent(world):
    """A code was shown, and the channel has not answered since."""
    start(world.caller, world.request(), NOW)
    world.channel.silent = True
    return world


def says(world, journal, state: PaymentState, version: int = 4) -> None:
    """The kiosk tells another state of its card payment."""
    told = record(world, state, version, method=Method.CARD)
    reason = {"reason": "terminal"} if state is not PaymentState.APPROVED else {}
    seen = len(journal.entries)
    take(world, journal.tells(told.model_copy(update=reason)).entries[seen:])


def test_a_card_payment_that_a_person_found_to_be_paid_settles_its_bills(card):
    done = paid(channel_reference="004711")
    assert (done.life, done.decided) == (PaymentState.APPROVED, "paid")
    assert bill_states() == ["paid", "paid"]
    assert order().channel_reference == "004711"
    assert posting.balance(card.community.pk, "clearing:card") == 66416
    act = Act.objects.get()
    assert (act.person_name, act.act, act.reason) == ("李会计", "book_as_paid", WHY)
    assert (act.subject_kind, act.subject_id) == ("payment", order().payment_id)
    assert (act.before["state"], act.after["state"]) == ("unknown", "approved")
    assert act.after["allocated_minor"] == 66416
    assert verify_books() == []


def test_a_card_payment_that_a_person_found_to_be_unpaid_frees_its_bills(card):
    done = unpaid()
    assert (done.life, done.reason, done.decided) == (PaymentState.CANCELLED, "staff", "unpaid")
    assert bill_states() == ["open", "open"]
    assert start(card.caller, card.request(2), LATER).life is PaymentState.PENDING
    assert Act.objects.get().act == "book_as_unpaid"


@pytest.mark.parametrize("act", [paid, unpaid])
def test_a_second_click_and_a_second_clerk_change_nothing(card, act):
    act()
    for again in (paid, unpaid):
        refused("ended", again)
    assert verify_books() == []


@pytest.mark.parametrize("act", [paid, unpaid])
def test_a_reason_is_needed(card, act):
    for function in (book_as_paid, book_as_unpaid):
        with pytest.raises(ReasonMissing):
            function(order().payment_id, CLERK, "  ", LATER)
    assert order().life is PaymentState.UNKNOWN


@pytest.mark.parametrize("act", [paid, unpaid])
def test_what_moved_a_moment_ago_is_left_to_the_machine(card, act):
    refused("too_early", act, at=NOW + timedelta(minutes=5))


@pytest.mark.parametrize("act", [paid, unpaid])
def test_who_decides_on_what_is_not_so_any_more_is_told(card, journal, act):
    seen = order().version
    says(card, journal, PaymentState.APPROVED)
    refused("changed", act, as_of=seen)
    assert verify_books() == []


def test_a_terminal_that_agrees_afterwards_changes_nothing(card, journal):
    paid()
    says(card, journal, PaymentState.APPROVED)
    assert posting.balance(card.community.pk, "clearing:card") == 66416
    assert alerts() == []
    assert verify_books() == []


def test_money_that_a_terminal_took_after_all_is_late_money(card, journal):
    unpaid()
    says(card, journal, PaymentState.APPROVED)
    assert (order().life, order().credited_minor) == (PaymentState.APPROVED, 66416)
    assert posting.balance(card.community.pk, "credit") == -66416
    assert alerts() == ["late_payment"]
    assert verify_books() == []


@pytest.mark.parametrize("state", [PaymentState.DECLINED, PaymentState.CANCELLED])
def test_a_terminal_that_says_no_to_what_was_booked_as_paid_is_told_and_undoes_nothing(
    card, journal, state
):
    paid()
    says(card, journal, state)
    assert (order().life, bill_states()) == (PaymentState.APPROVED, ["paid", "paid"])
    assert alerts() == ["decision_contradicted"]
    assert Alert.objects.get().details["decided"] == "paid"


def test_what_is_contradicted_can_be_taken_back(card, journal, client):
    paid()
    refused("ended", unpaid)
    says(card, journal, PaymentState.DECLINED)
    unpaid(at=LATER + timedelta(hours=1))
    assert (order().life, bill_states()) == (PaymentState.REVERSED, ["open", "open"])
    assert posting.balance(card.community.pk, "clearing:card") == 0
    assert alerts() == []
    assert [act.act for act in Act.objects.order_by("pk")] == ["book_as_paid", "book_as_unpaid"]
    shown = client.get(f"/p/{UUID(int=1)}").content.decode()
    assert "没有收到这笔款" in shown and "款项已退回" not in shown
    refused("ended", unpaid)
    assert verify_books() == []


def test_what_is_contradicted_may_stand_when_somebody_says_so(card, journal):
    paid()
    says(card, journal, PaymentState.DECLINED)
    resolve_alert(Alert.objects.get().pk, CLERK, "收单行确认已入账", LATER)
    assert (order().life, alerts()) == (PaymentState.APPROVED, [])
    refused("ended", unpaid)
    transitions.apply_unpaid(order().payment_id, Fact.DECLINED, "terminal", LATER)
    assert alerts() == []  # the same word again is no news


def test_what_the_terminal_took_back_is_taken_back_whoever_booked_it(card, journal):
    paid()
    says(card, journal, PaymentState.REVERSED)
    assert (order().life, bill_states()) == (PaymentState.REVERSED, ["open", "open"])
    assert verify_books() == []


def test_the_channels_word_counts_more_than_a_persons(silent):
    number = order().out_trade_no
    silent.channel.silent = False
    refused("says_unpaid", paid, looked_at_channel=True)
    silent.channel.pays(number)
    refused("says_paid", unpaid, looked_at_channel=True)
    assert (order().life, order().decided) == (PaymentState.APPROVED, "")
    assert bill_states() == ["paid", "paid"]


def test_what_the_channel_says_is_paid_is_booked_by_its_word(silent):
    silent.channel.silent = False
    silent.channel.pays(order().out_trade_no)
    done = paid()
    assert (done.life, done.decided) == (PaymentState.APPROVED, "")
    assert done.channel_reference.startswith("42")
    assert Act.objects.get().act == "book_as_paid"


def test_what_nobody_has_paid_is_closed_at_the_channel(silent):
    silent.channel.silent = False
    number = order().out_trade_no
    assert unpaid().life is PaymentState.CANCELLED
    assert silent.channel.orders[number].status.value == "closed"


@pytest.mark.parametrize("act", [paid, unpaid])
def test_where_the_channel_is_silent_a_person_looks_in_its_console(silent, act):
    refused("no_answer", act)
    assert act(looked_at_channel=True).life.final
    assert Act.objects.get().after["looked_at_channel"] is True
    assert verify_books() == []


@pytest.mark.parametrize("policy", ["refund", "credit"])
def test_a_channel_that_finds_its_voice_and_says_paid(silent, policy):
    silent.community.late_success = policy
    silent.community.save()
    unpaid(looked_at_channel=True)
    silent.channel.silent = False
    silent.channel.pays(order().out_trade_no)
    for minutes in (2, 5, 15):
        sweeper.sweep(LATER + timedelta(minutes=minutes))
    assert order().captured_minor == 66416
    assert Refund.objects.count() == (1 if policy == "refund" else 0)
    assert "late_payment" in alerts()
    assert verify_books() == []


@pytest.mark.parametrize("status", ["closed", "waiting"])
def test_a_channel_that_finds_its_voice_and_says_unpaid(silent, status):
    paid(looked_at_channel=True)
    silent.channel.silent = False
    if status == "closed":
        silent.channel.close(order().out_trade_no)
    for minutes in (2, 5, 15):
        sweeper.sweep(LATER + timedelta(minutes=minutes))
    assert (order().life, bill_states()) == (PaymentState.APPROVED, ["paid", "paid"])
    assert alerts() == ["decision_contradicted"]
    unpaid(at=LATER + timedelta(hours=1))
    assert (bill_states(), alerts()) == (["open", "open"], [])
    assert verify_books() == []


def test_what_was_booked_as_unpaid_can_be_paid_by_nobody_any_more(silent):
    """It could, until the channel answers: then it is closed there."""
    unpaid(looked_at_channel=True)
    silent.channel.silent = False
    for minutes in (2, 5, 15):
        sweeper.sweep(LATER + timedelta(minutes=minutes))
    assert silent.channel.orders[order().out_trade_no].status.value == "closed"
    assert order().life is PaymentState.CANCELLED


def test_a_channel_that_is_not_set_up_any_more_is_no_dead_end(silent, monkeypatch):
    monkeypatch.setattr(registry, "channel", lambda method: None)
    refused("no_channel", look_again, order().payment_id, CLERK, "再查", LATER)
    refused("no_answer", paid)
    assert paid(looked_at_channel=True).life is PaymentState.APPROVED


def test_a_person_may_have_the_channel_asked_at_once(silent):
    silent.channel.silent = False
    silent.channel.pays(order().out_trade_no)
    assert look_again(order().payment_id, CLERK, "付款人来问", LATER).captured_minor == 66416
    assert Act.objects.get().act == "look_again"


def test_a_cards_terminal_is_asked_by_the_kiosk_only(card):
    refused("only_the_kiosk", look_again, order().payment_id, CLERK, "再查", LATER)


def test_an_alert_of_an_open_question_ends_with_it_and_not_before(card):
    sweeper.sweep(LATER)
    [alert] = Alert.objects.filter(kind="unknown_for_long")
    refused("still_open", resolve_alert, alert.pk, CLERK, "看过了", LATER)
    paid()
    sweeper.sweep(LATER + timedelta(minutes=1))
    assert alerts() == []


def test_another_alert_is_dealt_with_once_with_a_reason(card):
    unpaid()
    alert = Alert.objects.create(
        community=card.community, kind="paid_twice", subject="K03-9", raised_at=NOW
    )
    with pytest.raises(ReasonMissing):
        resolve_alert(alert.pk, CLERK, "", LATER)
    resolve_alert(alert.pk, CLERK, "已告知业主", LATER)
    alert.refresh_from_db()
    assert alert.resolved_at == LATER
    refused("ended", resolve_alert, alert.pk, CLERK, "已告知业主", LATER)
    assert Act.objects.get(act="resolve_alert").before["kind"] == "paid_twice"


def at_once(*works) -> list[object]:
    """What each came to: its answer, or the code of its refusal."""
    ready, found = threading.Barrier(len(works), timeout=30), []

    def run(work) -> None:
        ready.wait()
        try:
            work()
            found.append("done")
        except NotPossible as error:
            found.append(error.code)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(found)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_disagree_at_the_same_moment(card):
    assert at_once(paid, unpaid) == ["done", "ended"]
    assert Act.objects.count() == 1
    assert verify_books() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("state", [PaymentState.APPROVED, PaymentState.DECLINED])
def test_a_clerk_and_the_kiosks_journal_at_the_same_moment(card, journal, state):
    """Whoever is first: the money is in the books once, and nobody's word is lost."""
    came = at_once(paid, lambda: says(card, journal, state))
    booked = posting.balance(card.community.pk, "clearing:card")
    if state is PaymentState.APPROVED:
        assert booked == 66416
    elif "ended" in came:
        assert (booked, alerts()) == (0, [])
    else:
        assert (booked, alerts()) == (66416, ["decision_contradicted"])
    assert verify_books() == []
