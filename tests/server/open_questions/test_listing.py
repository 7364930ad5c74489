"""What waits for somebody is listed, the oldest first, with what can be done; nothing else is."""

import json
from datetime import timedelta

import pytest
from django.utils.translation import override

from contract.messages import Method, PaymentState
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.open_questions import report
from server.open_questions.listing import Question, questions, seen
from server.payments import sweeper
from server.payments.decisions import unknown_outcome
from server.payments.decisions.amount_difference import settle_amount
from server.payments.decisions.refund_takeover import returned_by_hand
from server.payments.initiation import start
from server.payments.models import HeldFor, Refund
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.fleet.heartbeats import device, heartbeat
from tests.server.open_questions import questions as lobby
from tests.server.payments.journal.test_intake import KioskJournal, record, take
from tests.server.payments.world import KIOSK_ID, NOW
from tests.server.staff_accounts import create_person

CLERK = Person("李会计")
LATER = NOW + timedelta(hours=3)


def found(at=LATER) -> list[Question]:
    return questions(Community.objects.all(), at)


def kinds(at=LATER) -> list[str]:
    return [question.kind for question in found(at)]


def test_where_all_is_well_nothing_waits(world):
    paid = start(world.caller, world.request(), NOW)
    world.channel.pays(paid.out_trade_no)
    sweeper.sweep(NOW + timedelta(minutes=1))
    assert found() == []
    assert report.as_json(Community.objects.all(), LATER) == "[]"
    assert report.as_lines(Community.objects.all(), LATER) == "没有待查的款项"


def test_what_the_machine_is_still_at_does_not_wait_for_anybody(world):
    lobby.lost_card(world)
    assert kinds(NOW + timedelta(minutes=14)) == []
    assert kinds(NOW + timedelta(minutes=15)) == ["payment"]


@pytest.mark.parametrize(
    ("makes", "kind", "acts"),
    [
        (
            lobby.silent_code,
            "payment",
            ("look_again", "book_as_paid", "book_as_unpaid", "release_bills"),
        ),
        (lobby.lost_card, "payment", ("book_as_paid", "book_as_unpaid", "release_bills")),
        (lobby.other_amount, "amount", ("settle_amount", "look_again")),
        (lobby.refused_refund, "refund", ("refund_again", "returned_by_hand")),
        (lobby.part_returned, "outside", ("settle_outside", "look_again")),
        (lobby.unclear_return, "unclear", ("state_returned", "look_again")),
        (lobby.contradicted, "contradicted", ("book_as_unpaid", "resolve_alert")),
        (lobby.paid_twice, "alert", ("resolve_alert",)),
    ],
)
def test_each_kind_with_what_can_be_done(world, makes, kind, acts):
    makes(world)
    [question] = found()
    assert (question.kind, question.acts) == (kind, acts)
    assert question.community == world.community
    assert question.amount.startswith("￥") and question.reference.startswith("K03-")
    assert question.what.zh and question.what.en


def test_the_oldest_comes_first(world):
    lobby.other_amount(world)
    lobby.lost_card(world)
    alert = lobby.paid_twice(world)
    alert.raised_at = NOW - timedelta(days=2)
    alert.save()
    assert kinds() == ["alert", "payment", "amount"] or kinds() == ["alert", "amount", "payment"]
    assert [q.since for q in found()] == sorted(q.since for q in found())


def test_an_alert_is_not_listed_beside_the_question_that_it_is_about(world):
    lobby.silent_code(world)
    sweeper.sweep(LATER)
    assert kinds(LATER + timedelta(hours=1)) == ["payment"]


def test_both_amounts_are_shown(world):
    lobby.other_amount(world)
    [question] = found()
    assert (question.came, question.amount) == ("￥400.00", "￥664.16")
    assert "￥400.00" in question.what.zh and "¥664.16" in question.what.en


def test_a_question_ends_with_the_act(world):
    lobby.refused_refund(world, 4)
    lobby.other_amount(world, 3)
    settle_amount(lobby.order(3).payment_id, CLERK, "业主要求抵扣", LATER, purpose=HeldFor.BILLS)
    returned_by_hand(Refund.objects.get().refund_no, CLERK, "前台现金", LATER, how=Refund.How.CASH)
    assert kinds() == []


def test_what_was_done_before_is_told(world):
    lobby.silent_code(world)
    order = lobby.order(1)
    unknown_outcome.look_again(order.payment_id, CLERK, "业主来电", LATER)
    [question] = found()
    assert [(a.act, a.person_name) for a in question.history] == [("look_again", "李会计")]


def test_what_is_known_is_told_in_words(world):
    lobby.silent_code(world)
    sweeper.sweep(NOW + timedelta(minutes=30))
    [question] = found()
    told = {row.label: " ".join(row.lines) for row in question.rows}
    assert told["方式"] == "微信支付"
    assert told["状态"] == "等待结果"
    assert "查询：结果不明" in told["渠道的回答"]
    assert told["房屋"] == "3-2-1201"
    with override("en"):
        english = {row.label: " ".join(row.lines) for row in question.rows}
    assert english["Method"] == "WeChat Pay"
    assert "query: not known" in english["Channel's answers"]


def test_a_stopped_kiosk_and_one_whose_journal_stands_still(world):
    kiosk = Kiosk.objects.filter(pk=KIOSK_ID)
    lobby.stopped_kiosk()
    [question] = found()
    assert (question.kind, question.kiosk_code, question.acts) == ("journal", "K03", ())
    kiosk.update(stopped="", stopped_at=None)
    assert found() == []
    body = heartbeat(LATER, device("printer")).model_copy(update={"journal_last": 40})
    kiosk.update(
        heard_at=LATER, heartbeat=body.model_dump(mode="json"), enrolled_at=NOW, journal_sequence=3
    )
    [question] = found()
    assert "日志没有送来" in question.what.zh
    kiosk.update(journal_sequence=40)
    assert found() == []


def test_what_just_came_of_a_journal_stands_not_still(world):
    take(world, KioskJournal().tells(record(world, PaymentState.CREATED, 1)).entries)
    body = heartbeat(NOW, device("printer")).model_copy(update={"journal_last": 40})
    Kiosk.objects.filter(pk=KIOSK_ID).update(
        heard_at=NOW, heartbeat=body.model_dump(mode="json"), journal_sequence=1
    )
    assert found(NOW + timedelta(minutes=5)) == []


def test_only_the_communities_that_one_may_see(world):
    lobby.lost_card(world)
    other = Community.objects.create(code="other", name_zh="别处", name_en="Elsewhere")
    assert questions(Community.objects.filter(pk=other.pk), LATER) == []
    everything = questions(Community.objects.all(), LATER)
    assert seen(everything, create_person("elsewhere", (other, Role.ADMINISTRATOR))) == []
    assert seen(everything, create_person("technician", (world.community, Role.TECHNICIAN))) == []
    assert (
        seen(everything, create_person("collector", (world.community, Role.COLLECTOR)))
        == everything
    )


def test_as_json_a_program_reads_all_of_it(world):
    lobby.other_amount(world)
    lobby.lost_card(world)
    told = json.loads(report.as_json(Community.objects.all(), LATER))
    assert {one["kind"] for one in told} == {"amount", "payment"}
    amount = next(one for one in told if one["kind"] == "amount")
    assert (amount["amount_minor"], amount["came_minor"], amount["currency"]) == (
        66416,
        40000,
        "CNY",
    )
    assert amount["waiting_s"] == 3 * 3600
    assert amount["acts"] == ["settle_amount", "look_again"]
    assert amount["known"]["order_no"] == lobby.order(3).out_trade_no
    assert {"zh", "en"} == set(amount["what"])
    assert Method.CARD in {one["method"] for one in told}


def test_at_the_terminal_a_line_each(world):
    lobby.lost_card(world)
    told = report.as_lines(Community.objects.all(), LATER)
    assert "3 小时  付款结果不明  K03-000002  ￥664.16\n  终端 K03 的刷卡结果还不知道" in told
    with override("en"):
        told = report.as_lines(Community.objects.all(), LATER)
    assert "3 h  Paid or not?  K03-000002  ¥664.16\n  Whether the card was charged" in told
