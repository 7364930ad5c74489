"""A standard answer that was used once, and a round of training, where a row of each kind is needed."""

from django.contrib.auth.models import User

from server.estate.models import Community
from server.standard_answers.models import AnswerUse, StandardAnswer, StandardQuestion
from server.training.models import TrainingCase, TrainingRound
from tests.server.village import NOW


def a_standard_answer(community: Community, request_number: str) -> None:
    question = StandardQuestion.objects.create(community=community, situation="fees")
    answer = StandardAnswer.objects.create(
        community=community,
        question=question,
        number=1,
        asks_zh="x",
        asks_en="x",
        answer_zh="x",
        answer_en="x",
        drafted_by="x",
        drafted_at=NOW,
        approved_at=NOW,
    )
    AnswerUse.objects.create(
        community=community,
        answer=answer,
        request_number=request_number,
        by=User.objects.get_or_create(username="answerer")[0],
        at=NOW,
        waited_s=1,
    )


def a_round_of_training(community: Community, said: str) -> None:
    person = User.objects.get_or_create(username="answerer")[0]
    done = {"begun_at": NOW, "ended_at": NOW}
    made = TrainingRound.objects.create(community=community, person=person, **done)
    text = {"zh": said, "en": said}
    of_it = {"community": community, "round": made, "answered_at": NOW}
    TrainingCase.objects.create(
        **of_it, position=1, kind="answer", tells=text, answers=[text], right=0, given=0
    )
