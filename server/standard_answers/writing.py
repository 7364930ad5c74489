"""Standard answers are drafted by one person and approved by another; what was said is kept. Each act
stands in the log."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.messages import Text
from server.billing.fees import FeeItem
from server.estate.models import Community
from server.language import both, chosen
from server.staff import approvals, audit, people, scope
from server.staff.approvals import CannotBeDone, Change, Kind
from server.staff.models import Request
from server.staff.people import Person
from server.staff.roles import Deed
from server.standard_answers.models import (
    ANSWER_MAX,
    AnswerUse,
    Situation,
    StandardAnswer,
    StandardQuestion,
)
from server.standard_answers.usual_answers import USUAL
from server.storable import storable

CODE = "standard_answer"


class NotWritten(Exception):
    """``said``: why, for whoever wrote it."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


class NotAllowed(Exception):
    """The person may not do this there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    asks: Text
    answer: Text
    rule: Text
    for_residents: bool = False
    situation: str = Situation.OTHER
    fee_item: int | None = None
    own_figures: bool = False

    def checked(self) -> "Wanted":
        """As it is kept. Raises NotWritten."""
        asks, answer, rule = _tidy(self.asks), _tidy(self.answer), _tidy(self.rule)
        if not (asks.zh and asks.en and answer.zh and answer.en):
            raise NotWritten(_("Question and answer are needed in Chinese and in English"))
        longest = ((asks.zh, 60), (asks.en, 120), (rule.zh, 300), (rule.en, 300))
        longest += ((answer.zh, ANSWER_MAX), (answer.en, ANSWER_MAX))
        if any(len(text) > most for text, most in longest):
            raise NotWritten(_("That is too long"))
        if self.situation not in Situation.values:
            raise NotWritten(_("Choose a situation"))
        return replace(self, asks=asks, answer=answer, rule=rule)


def _tidy(text: Text) -> Text:
    zh, en = (
        "\n".join(" ".join(line.split()) for line in storable(words).strip().splitlines())
        for words in (text.zh, text.en)
    )
    return Text(zh=zh, en=en)


def begin(user: Any, community: Community, now: datetime) -> None:
    """The usual answers, where there is none yet: who takes them answers for them. Raises NotAllowed."""
    _may(user, Deed.DIRECT_REQUESTS, community.pk)
    with transaction.atomic():
        held = Community.objects.select_for_update(no_key=True).get(pk=community.pk)
        if StandardQuestion.objects.filter(community=held).exists():
            return
        name = people.of(user).name
        for usual in USUAL:
            question = StandardQuestion.objects.create(
                community=held, situation=usual.situation, own_figures=usual.own_figures
            )
            StandardAnswer.objects.create(
                community=held,
                question=question,
                number=1,
                asks=both(usual.asks),
                answer=both(usual.answer),
                rule=both(usual.rule) if usual.rule else Text(zh="", en=""),
                for_residents=usual.for_residents,
                drafted_by=name,
                drafted_at=now,
                approved_at=now,
            )
        after = {"answers": len(USUAL)}
        subject = ("standard_answers", held.code)
        audit.note(held.pk, people.of(user), "answers_begun", subject, now, after=after)


def draft(
    user: Any,
    community: Community,
    question: StandardQuestion | None,
    wanted: Wanted,
    reason: str,
    now: datetime,
) -> StandardAnswer:
    """A new version, or with ``question`` None a new question; another person is asked to approve it, and
    until then the one before holds. Raises NotWritten, NotAllowed and ReasonMissing."""
    _may(user, Deed.ANSWER_REQUEST, community.pk)
    reason = audit.reason_of(reason)
    if question is not None:
        wanted = replace(wanted, situation=question.situation)
    wanted = wanted.checked()
    items = FeeItem.objects.filter(community=community)
    if wanted.fee_item is not None and not items.filter(pk=wanted.fee_item).exists():
        raise NotWritten(_("There is no such fee item"))
    with transaction.atomic():
        if question is None:
            question = StandardQuestion.objects.create(
                community=community,
                situation=wanted.situation,
                fee_item_id=wanted.fee_item,
                own_figures=wanted.own_figures,
            )
        rows = StandardQuestion.objects.select_for_update(no_key=True)
        held = rows.get(pk=question.pk)
        last = held.versions.order_by("-number").values_list("number", flat=True).first() or 0
        made = StandardAnswer.objects.create(
            community=community,
            question=held,
            number=last + 1,
            asks=wanted.asks,
            answer=wanted.answer,
            rule=wanted.rule,
            for_residents=wanted.for_residents,
            drafted_by=people.of(user).name,
            drafted_at=now,
        )
        details = {"question": wanted.asks.zh, "version": made.number}
        approvals.ask(
            user, CODE, community.pk, str(made.pk), 0, community.currency, reason, now, details
        )
    return made


def retire(user: Any, question: StandardQuestion, reason: str, now: datetime) -> None:
    """It is used no more. Raises NotAllowed and ReasonMissing."""
    _may(user, Deed.DIRECT_REQUESTS, question.community_id)
    reason = audit.reason_of(reason)
    with transaction.atomic():
        rows = StandardQuestion.objects.filter(pk=question.pk, retired_at=None)
        if rows.update(retired_at=now):
            subject = ("standard_question", str(question.pk))
            of = question.community_id
            audit.note(of, people.of(user), "answer_retired", subject, now, reason=reason)


def used(
    user: Any,
    community: int,
    answer_pk: int | None,
    number: str,
    said: str,
    waited_s: int,
    now: datetime,
) -> None:
    """That this answer was taken for a request. One of another community, or none, is passed over."""
    rows = StandardAnswer.objects.filter(community=community, pk=answer_pk)
    answer = rows.exclude(approved_at=None).first() if answer_pk else None
    if answer is None:
        return
    as_it_stands = said.strip() in (answer.answer_zh.strip(), answer.answer_en.strip())
    AnswerUse.objects.create(
        community_id=community,
        answer=answer,
        request_number=number,
        by=user,
        at=now,
        waited_s=max(0, waited_s),
        changed=not as_it_stands,
    )


def _may(user: Any, deed: Deed, community: int) -> None:
    if not scope.may(user, deed, community):
        raise NotAllowed


def _asked_for(asked: Request) -> StandardAnswer | None:
    rows = StandardAnswer.objects.filter(community=asked.community_id, pk=int(asked.subject))
    return rows.select_related("question").first()


def _run(asked: Request, asker: Person, at: datetime) -> None:
    answer = _asked_for(asked)
    if answer is None or answer.question.retired_at is not None:
        raise CannotBeDone(_("This question is used no more"), ended=True)
    if answer.question.versions.filter(number__gt=answer.number).exclude(approved_at=None).exists():
        raise CannotBeDone(_("A newer version holds already"), ended=True)
    answer.approved_at = at
    answer.save(update_fields=["approved_at"])
    subject, after = ("standard_answer", str(answer.pk)), {"version": answer.number}
    audit.note(asked.community_id, asker, "answer_holds", subject, at, after=after)


def _changes(asked: Request) -> Sequence[Change]:
    answer = _asked_for(asked)
    if answer is None:
        return []
    rows = answer.question.versions.filter(number__lt=answer.number).exclude(approved_at=None)
    old = rows.order_by("-number").first()
    pairs = (
        (_("Question in words"), "asks"),
        (_("Answer"), "answer"),
        (_("Rule behind it"), "rule"),
    )
    return [
        Change(name, chosen(getattr(old, field)) if old else "", chosen(getattr(answer, field)))
        for name, field in pairs
        if old is None or getattr(old, field) != getattr(answer, field)
    ]


def _link(asked: Request) -> str:
    answer = _asked_for(asked)
    return reverse("standard_question", args=[answer.question_id]) if answer else ""


ANSWER = Kind(
    gettext_lazy("Standard answer"),
    Deed.ANSWER_REQUEST,
    _run,
    _changes,
    link=_link,
    title=lambda asked: asked.details["question"],
    always=True,
)
