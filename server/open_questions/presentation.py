"""One open question as the page draws it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise

from contract.business_day import local_time
from contract.messages import Method, Text
from contract.methods import BY_CHANNEL, METHODS
from server.open_questions.listing import Question
from server.open_questions.texts import EFFECTS, KINDS, STANDS, lasting
from server.staff.act_names import ACTS
from server.staff.models import Act

_MAIN = (
    "settle_amount",
    "settle_outside",
    "state_returned",
    "returned_by_hand",
    "resolve_alert",
    "book_as_paid",
)
_BAD_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class ActCard:
    """``subject``: what the act is done to, where that is not the question's own."""

    code: str
    name: str | Promise
    effect: str | Promise
    subject: str
    main: bool

    @property
    def needs_look(self) -> bool:
        """Whether a person may have to say that the channel's console was looked at."""
        return self.code in ("book_as_paid", "book_as_unpaid", "returned_by_hand")


@dataclass(frozen=True)
class Past:
    """What somebody did about it before."""

    name: str | Promise
    person: str
    at: str
    reason: str


class Card:
    """``may``: the acts for which the person has the right."""

    def __init__(self, question: Question, now: datetime, may: set[str]) -> None:
        self.question, self._now = question, now
        self.acts = [self._act(code) for code in question.acts if code in may]

    @property
    def kind(self) -> str | Promise:
        return KINDS[self.question.kind]

    @property
    def waited(self) -> str:
        return lasting((self._now - self.question.since).total_seconds())

    @property
    def long(self) -> bool:
        return self._now - self.question.since >= _BAD_AFTER

    @property
    def since(self) -> str:
        return self._shown(self.question.since)

    @property
    def method(self) -> Text | None:
        return METHODS[Method(self.question.method)].name if self.question.method else None

    @property
    def by_code(self) -> bool:
        return self.question.method in BY_CHANNEL

    @property
    def history(self) -> list[Past]:
        return [self._past(act) for act in self.question.history]

    def _act(self, code: str) -> ActCard:
        contradicted = self.question.kind == "contradicted"
        subject, name, effect = self.question.subject, ACTS[code], code
        if code == "resolve_alert" and contradicted:
            subject, name, effect = self.question.link.removeprefix("alert:"), STANDS, "stands"
        if code == "book_as_unpaid" and contradicted:
            effect = "take_back"
        main = code in _MAIN and not contradicted
        return ActCard(code, name, EFFECTS[effect], subject, main)

    def _past(self, act: Act) -> Past:
        name = ACTS.get(act.act, act.act)
        return Past(name, act.person_name, self._shown(act.at), act.reason)

    def _shown(self, at: datetime) -> str:
        return local_time(at, self.question.community.time_zone).strftime("%Y-%m-%d %H:%M")
