"""Topics of a community's requests and where they go: begun with the usual ones, changed by who directs.
What a topic was stays with its requests: it is retired, and another takes its place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from server.estate.models import Building, Community
from server.service_requests.answerers import able
from server.service_requests.coming_in import NotTaken
from server.service_requests.handling import NotAllowed
from server.service_requests.models import (
    PHRASE_MAX,
    PHRASES_MAX,
    Kind,
    Priority,
    Route,
    Topic,
)
from server.service_requests.usual_topics import USUAL
from server.staff import audit, people, scope
from server.staff.roles import Deed
from server.storable import storable


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: str
    name: Text
    priority: int
    answer_hours: int
    goes_to: int | None = None
    phrases: Text = Text(zh="", en="")


def begin(user: Any, community: Community, now: datetime) -> None:
    """The usual topics, where there is none yet. Raises NotAllowed."""
    _may(user, community.pk)
    with transaction.atomic():
        held = Community.objects.select_for_update(no_key=True).get(pk=community.pk)
        if Topic.objects.filter(community=held).exists():
            return
        create_usual(held)
        _noted(user, held.pk, "service_topics_begun", str(held.pk), {}, {"topics": len(USUAL)}, now)


def create_usual(community: Community) -> None:
    for kind, name, priority, hours, phrases in USUAL:
        Topic.objects.create(
            community=community,
            kind=kind,
            name=name,
            priority=priority,
            answer_hours=hours,
            phrases=phrases,
        )


def add(user: Any, community: int, wanted: Wanted, reason: str, now: datetime) -> Topic:
    """Raises NotTaken, NotAllowed and ReasonMissing."""
    _may(user, community)
    reason = audit.reason_of(reason)
    if wanted.kind not in Kind.values or wanted.priority not in Priority.values:
        raise NotTaken(_("Choose the kind and how urgent it is"))
    if wanted.goes_to is not None:
        _able(community, wanted.goes_to)
    topic = Topic(
        community_id=community,
        kind=wanted.kind,
        name=wanted.name,
        priority=wanted.priority,
        answer_hours=wanted.answer_hours,
        goes_to_id=wanted.goes_to,
        phrases=_phrases(wanted.phrases),
    )
    try:
        topic.full_clean(exclude=["community", "goes_to"])
        with transaction.atomic():
            topic.save()
            after = {"name": topic.name_zh, "hours": topic.answer_hours, "goes_to": wanted.goes_to}
            key = str(topic.pk)
            _noted(user, community, "service_topic_added", key, {}, after, now, reason)
    except (ValidationError, IntegrityError) as wrong:
        raise NotTaken(
            _("A topic needs a name of its own in both languages, and 1 to 1,440 hours")
        ) from wrong
    return topic


def word(user: Any, topic: Topic, phrases: Text, reason: str, now: datetime) -> None:
    """What may be chosen at a kiosk from now on instead of typing. Raises NotTaken, NotAllowed and
    ReasonMissing."""
    _may(user, topic.community_id)
    reason, after = audit.reason_of(reason), _phrases(phrases)
    with transaction.atomic():
        held = Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        before, held.phrases = held.phrases, after
        held.save(update_fields=["phrases_zh", "phrases_en"])
        said = [{"phrases": text.zh} for text in (before, after)]
        key = str(topic.pk)
        _noted(user, topic.community_id, "service_topic_worded", key, *said, now, reason)


def _phrases(text: Text) -> Text:
    """The same number of lines in both languages, none too long for a button. Raises NotTaken."""
    zh, en = (
        [" ".join(line.split()) for line in storable(lines).splitlines() if line.strip()]
        for lines in (text.zh, text.en)
    )
    if len(zh) != len(en) or len(zh) > PHRASES_MAX:
        raise NotTaken(
            _("The usual words need as many lines in Chinese as in English, %(most)s at most")
            % {"most": PHRASES_MAX}
        )
    if any(len(line) > PHRASE_MAX for line in (*zh, *en)):
        raise NotTaken(_("A line has at most %(most)s characters") % {"most": PHRASE_MAX})
    return Text(zh="\n".join(zh), en="\n".join(en))


def retire(user: Any, topic: Topic, reason: str, now: datetime) -> None:
    """It is offered no more. Raises NotAllowed and ReasonMissing."""
    _may(user, topic.community_id)
    reason = audit.reason_of(reason)
    with transaction.atomic():
        if Topic.objects.filter(pk=topic.pk, retired_at=None).update(retired_at=now):
            topic.retired_at = now  # saved once more: by that kiosks are told, as of any change
            topic.save(update_fields=["retired_at"])
            name = {"name": topic.name_zh}
            key = str(topic.pk)
            _noted(user, topic.community_id, "service_topic_retired", key, name, {}, now, reason)


def send(
    user: Any,
    topic: Topic,
    building: Building | None,
    person: int | None,
    reason: str,
    now: datetime,
) -> None:
    """To whom it goes from now on: everywhere (``building`` None), or in one building. ``person`` None:
    to nobody. Raises NotTaken, NotAllowed and ReasonMissing."""
    _may(user, topic.community_id)
    reason = audit.reason_of(reason)
    if person is not None:
        _able(topic.community_id, person)
    with transaction.atomic():
        Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        if building is None:
            before, topic.goes_to_id = topic.goes_to_id, person
            topic.save(update_fields=["goes_to"])
        else:
            routes = topic.routes.filter(building=building, ended_at=None)
            before = routes.values_list("goes_to", flat=True).first()
            routes.update(ended_at=now)
            if person is not None:
                Route.objects.create(
                    community_id=topic.community_id,
                    topic=topic,
                    building=building,
                    goes_to_id=person,
                )
        where = {"topic": topic.name_zh, "building": building.code if building else ""}
        _noted(
            user,
            topic.community_id,
            "service_topic_sent",
            str(topic.pk),
            {**where, "goes_to": before},
            {**where, "goes_to": person},
            now,
            reason,
        )


def _may(user: Any, community: int) -> None:
    if not scope.may(user, Deed.DIRECT_REQUESTS, community):
        raise NotAllowed


def _able(community: int, person: int) -> None:
    if person not in {one.pk for one in able(community)}:
        raise NotTaken(_("Choose somebody who may answer it"))


def _noted(
    user: Any,
    community: int,
    act: str,
    key: str,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
    reason: str = "",
) -> None:
    person, subject = people.of(user), ("topic", key)
    audit.note(community, person, act, subject, now, reason=reason, before=before, after=after)
