"""Open questions at the server's terminal: a line each for people, in the language that is
active, or all that is known as JSON, in both."""

import json
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from server.estate.models import Community
from server.language import chosen
from server.open_questions.listing import Question, questions
from server.open_questions.texts import KINDS, lasting
from server.staff.models import Act


def as_json(communities: QuerySet[Community], at: datetime) -> str:
    """A list, the oldest question first. Times are ISO 8601 with offset, amounts minor units."""
    found = [_whole(question, at) for question in questions(communities, at)]
    return json.dumps(found, ensure_ascii=False, indent=2)


def as_lines(communities: QuerySet[Community], at: datetime) -> str:
    found = questions(communities, at)
    if not found:
        return gettext("Nothing waits for staff")
    return "\n".join(_line(question, at) for question in found)


def _line(question: Question, at: datetime) -> str:
    waited = lasting((at - question.since).total_seconds())
    kind = KINDS[question.kind]
    name = question.reference or question.kiosk_code or question.subject
    parts = (waited, str(kind), name, question.came or question.amount)
    head = "  ".join(part for part in parts if part)
    return f"{head}\n  {chosen(question.what)}"


def _whole(question: Question, at: datetime) -> dict[str, Any]:
    return {
        "kind": question.kind,
        "subject": question.subject,
        "since": question.since.isoformat(),
        "waiting_s": int((at - question.since).total_seconds()),
        "community": question.community.code,
        "what": question.what.model_dump(),
        "to_do": question.to_do.model_dump() if question.to_do else None,
        "acts": list(question.acts),
        "amount_minor": question.amount_minor,
        "came_minor": question.came_minor,
        "currency": question.currency or question.community.currency,
        "reference": question.reference,
        "unit": question.unit,
        "kiosk": question.kiosk_code,
        "method": question.method,
        "known": question.known,
        "history": [_act(act) for act in question.history],
    }


def _act(act: Act) -> dict[str, Any]:
    return {
        "act": act.act,
        "person": act.person_name,
        "at": act.at.isoformat(),
        "reason": act.reason,
    }
