"""A standard answer that was used once, for tests that need a row of every kind."""

from django.contrib.auth.models import User

from server.estate.models import Community
from server.standard_answers.models import AnswerUse, StandardAnswer, StandardQuestion
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
