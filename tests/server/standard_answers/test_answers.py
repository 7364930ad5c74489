"""Standard answers: drafted by one, approved by another, taken for an answer, shown where they help."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from contract.messages import Text
from server.service_requests import handling
from server.service_requests.models import Kind
from server.staff import approvals
from server.staff.models import Act, Request, Role
from server.standard_answers import reading, writing
from server.standard_answers.models import AnswerUse, Situation, StandardAnswer, StandardQuestion
from server.standard_answers.usual_answers import USUAL
from server.standard_answers.writing import NotAllowed, NotWritten, Wanted
from tests.server.service_requests.conftest import asked
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
WANTED = Wanted(
    Text(zh="电梯几点检修？", en="When is the lift serviced?"),
    Text(zh="每月第一个周二上午。", en="On the first Tuesday of the month."),
    Text(zh="维保合同", en="Service contract"),
    situation=Situation.REPAIR,
)


@pytest.fixture
def begun(village, manager) -> User:
    writing.begin(manager, village, NOW)
    return manager


def of(village) -> list[StandardAnswer]:
    return reading.holding([village.pk])


def test_the_usual_ones_are_taken_once_and_stand_in_the_log(village, begun, clerk):
    writing.begin(begun, village, NOW)
    assert len(of(village)) == len(USUAL) == StandardQuestion.objects.count()
    assert all(one.asks_zh and one.asks_zh != one.asks_en and one.answer_zh for one in of(village))
    assert Act.objects.filter(act="answers_begun").count() == 1
    with pytest.raises(NotAllowed):
        writing.begin(clerk, create_village("other"), NOW)


def test_what_one_drafts_holds_when_another_approves_it(village, clerk, manager):
    made = writing.draft(clerk, village, None, WANTED, "asked each week", NOW)
    assert of(village) == []
    [asked_for] = Request.objects.all()
    with pytest.raises(approvals.NotApproved):
        own = create_person("both", (village, Role.APPROVER))
        again = writing.draft(own, village, None, WANTED, "x", NOW)
        approvals.approve(Request.objects.get(subject=str(again.pk)).pk, own, "x", NOW)
    approvals.approve(asked_for.pk, manager, "right", NOW)
    [holds] = of(village)
    assert (holds, holds.drafted_by, holds.number) == (made, clerk.username, 1)
    newer = Wanted(WANTED.asks, Text(zh="每周二。", en="Each Tuesday."), WANTED.rule)
    writing.draft(clerk, village, made.question, newer, "changed", NOW)
    assert of(village)[0].number == 1  # until it is approved
    approvals.approve(Request.objects.get(details__version=2).pk, manager, "right", NOW)
    assert (of(village)[0].number, made.question.versions.count()) == (2, 2)


def test_an_older_draft_never_replaces_a_newer_answer(village, clerk, manager):
    made = writing.draft(clerk, village, None, WANTED, "x", NOW)
    writing.draft(clerk, village, made.question, WANTED, "x", NOW)
    first, second = Request.objects.order_by("pk")
    approvals.approve(second.pk, manager, "x", NOW)
    done = approvals.approve(first.pk, manager, "x", NOW)
    assert done.state == Request.State.FAILED and of(village)[0].number == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"asks": Text(zh="", en="x")},
        {"answer": Text(zh="x", en=" ")},
        {"answer": Text(zh="长" * 801, en="x")},
        {"situation": "nonsense"},
        {"fee_item": 987654},
    ],
)
def test_what_is_not_whole_is_not_written(village, clerk, changes):
    with pytest.raises(NotWritten):
        writing.draft(clerk, village, None, replace(WANTED, **changes), "x", NOW)
    assert not StandardQuestion.objects.exists()


def test_it_fills_the_answer_stays_editable_and_what_was_used_is_kept(village, begun, clerk):
    one, client = asked(village, kind=Kind.QUESTION), signed_in(clerk)
    page = f"/staff/service/{one.pk}/"
    [fees, *_] = reading.beside_request(village.pk, Kind.QUESTION)
    assert fees.question.situation == Situation.FEES
    text = client.get(page, {"standard": fees.pk}).content.decode()
    assert fees.answer_zh[:20] in text.partition("<textarea")[2]
    form = {"do": "answer", "settled": "on", "standard": fees.pk, "text": fees.answer_zh + " 张"}
    assert client.post(page, form).status_code == 302
    [use] = AnswerUse.objects.all()
    assert (use.answer, use.request_number, use.by, use.changed) == (fees, one.number, clerk, True)
    assert fees.asks_zh in client.get(page).content.decode().partition("<dl")[2]
    [most] = reading.asked_most([village.pk], NOW)
    assert (most.answer, most.times, most.people) == (fees, 1, clerk.username)


def test_that_of_another_community_is_not_recorded(village, begun, clerk):
    other = create_village("other")
    writing.begin(create_person("theirs", (other, Role.APPROVER)), other, NOW)
    [foreign, *_] = of(other)
    one = asked(village)
    handling.answer(clerk, one.pk, "x", settled=True, now=NOW, standard=foreign.pk)
    assert not AnswerUse.objects.exists()


def test_beside_bills_stand_those_of_their_fee_items_and_residents_read_their_share(village, begun):
    issue(village)
    bill = bill_of(village)
    items = list(bill.lines.values_list("fee_item", flat=True))
    staffs = reading.beside_bill(village.pk, items)
    theirs = reading.beside_bill(village.pk, items, for_residents=True)
    assert 0 < len(theirs) < len(staffs)
    first = staffs[0].question
    first.fee_item = bill.lines.first().fee_item
    first.save()
    assert staffs[0] in reading.beside_bill(village.pk, items)
    assert staffs[0] not in reading.beside_bill(village.pk, [])
    keeper = create_person("keeper", (village, Role.COLLECTOR))
    for page in (bill.get_absolute_url(), bill.unit.get_absolute_url()):
        assert staffs[1].asks_zh in signed_in(keeper).get(page).content.decode()


def test_the_pages_find_draft_and_retire(village, begun, clerk):
    client, page = signed_in(begun), "/staff/answers/"
    assert "邻居太吵" in client.get(page).content.decode()
    assert "邻居太吵" not in client.get(page, {"situation": "fees"}).content.decode()
    assert "邻居太吵" in client.get(page, {"q": "装修"}).content.decode()
    form = {"do": "draft", "situation": "repair", "asks_zh": "问", "asks_en": "ask"}
    form |= {"answer_zh": "答", "answer_en": "say", "reason": "x", "community": village.code}
    made = client.post(page, form)
    assert made.status_code == 302
    assert "待审批" in client.get(made["Location"]).content.decode()
    refused = client.post(page, form | {"answer_en": ""})
    assert refused.status_code == 422 and 'value="ask"' in refused.content.decode()
    assert client.post(page, form | {"reason": ""}).status_code == 422
    loud = StandardAnswer.objects.get(asks_zh="邻居太吵").question
    client.post(f"{page}{loud.pk}/", {"do": "retire", "reason": "x"})
    assert "邻居太吵" not in client.get(page).content.decode()
    assert signed_in(clerk).post(f"{page}{loud.pk}/", {"do": "retire"}).status_code == 403
    stranger = create_person("stranger", (create_village("other"), Role.APPROVER))
    assert signed_in(stranger).get(f"{page}{loud.pk}/").status_code == 404
