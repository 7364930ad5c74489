"""A request comes in: numbered, due by its topic, and in the hands of whom the topic goes to. Residents
add to it, say that it is not settled, and vote. The same form sent twice is one request."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.alerts.raising import (
    COMPLAINTS_OF_TOPIC,
    COMPLAINTS_OF_UNIT,
    SERVICE_OVERDUE,
    raise_alert,
    resolve_one,
)
from server.estate.models import Community, Unit
from server.service_requests.answerers import able
from server.service_requests.models import (
    PHOTOS_A_WORD,
    WORDS_MAX,
    Kind,
    Origin,
    Photo,
    Priority,
    RequestCount,
    ServiceRequest,
    State,
    Topic,
    Vote,
    Word,
)
from server.storable import storable

OF_UNIT, OF_TOPIC = (3, timedelta(days=30)), (5, timedelta(days=7))
OPEN_OF_UNIT = 10  # requests that wait; one more helps nobody
WORDS_OF_RESIDENT, PHOTOS_OF_RESIDENT = 30, 12  # in one request
AGAIN_WITHIN = timedelta(days=30)


class NotTaken(Exception):
    """``said``: why, for whoever sent it."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


class TooManyOpen(NotTaken):
    """So many of the unit wait that one more helps nobody."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: words, photos (JPEGs, cleaned), or both."""

    text: str = ""
    photos: Sequence[bytes] = ()

    def checked(self) -> "Said":
        """As it is kept. Raises NotTaken."""
        text = "\n".join(" ".join(line.split()) for line in storable(self.text).splitlines())
        if not text.strip() and not self.photos:
            raise NotTaken(_("Please say what it is about"))
        if len(text) > WORDS_MAX:
            raise NotTaken(_("That is longer than %(most)s characters") % {"most": WORDS_MAX})
        if len(self.photos) > PHOTOS_A_WORD:
            raise NotTaken(_("At most %(most)s photos at once") % {"most": PHOTOS_A_WORD})
        return Said(text.strip(), self.photos)


def offered(community: Community) -> list[Topic]:
    return list(Topic.objects.filter(community=community, retired_at=None))


def open_request(
    unit: Unit,
    topic: Topic,
    said: Said,
    *,
    wish: uuid.UUID,
    origin: Origin,
    phone: str = "",
    kiosk: str = "",
    by: str = "",
    now: datetime,
) -> ServiceRequest:
    """``kiosk``: the code of the one that it came by; ``by``: the member of staff who wrote it down.
    Raises NotTaken."""
    said, phone = said.checked(), phone_number(phone)
    if topic.community_id != unit.community_id or topic.retired_at is not None:
        raise NotTaken(_("Choose what it is about"))
    with transaction.atomic():
        count = _held_count(unit.community_id)
        known = ServiceRequest.objects.filter(wish=wish).first()
        if known is not None and known.unit_id == unit.pk:
            return known
        waiting = ServiceRequest.objects.filter(unit=unit, state__in=(State.NEW, State.IN_HAND))
        if waiting.count() >= OPEN_OF_UNIT:
            raise TooManyOpen(_("So many requests of this unit wait for an answer already"))
        count.last += 1
        count.save(update_fields=["last"])
        assignee = _goes_to(topic, unit)
        request = ServiceRequest.objects.create(
            community_id=unit.community_id,
            number=f"S{count.last:06d}",
            wish=uuid.uuid4() if known else wish,  # a form that was sent for another unit
            unit=unit,
            topic=topic,
            origin=origin,
            kiosk_code=kiosk,
            phone=phone,
            state=State.NEW if assignee is None else State.IN_HAND,
            priority=Priority(topic.priority),
            assignee_id=assignee,
            opened_at=now,
            due_at=now + timedelta(hours=topic.answer_hours),
        )
        _write(request, said, by if origin is Origin.DESK else "", now)
        if topic.kind == Kind.COMPLAINT:
            _complaints(request, now)
    return request


def _held_count(community: int) -> RequestCount:
    """Of two requests at once the second waits here."""
    rows = RequestCount.objects.select_for_update(no_key=True)
    return rows.get_or_create(community_id=community)[0]


def _goes_to(topic: Topic, unit: Unit) -> int | None:
    """Nobody where who should get it may answer no more: then it stands among those in nobody's hands."""
    route = topic.routes.filter(building=unit.building_id, ended_at=None).first()
    may = {person.pk for person in able(unit.community_id)}
    meant = (route.goes_to_id if route else None, topic.goes_to_id)
    return next((person for person in meant if person in may), None)


def phone_number(text: str) -> str:
    """Digits with a leading plus at most; empty where none is left. Raises NotTaken."""
    digits = "".join(text.split()).replace("-", "")
    if digits and not (
        digits.lstrip("+").isdecimal() and digits.isascii() and 5 <= len(digits) <= 20
    ):
        raise NotTaken(_("That is no telephone number"))
    return digits


def _complaints(request: ServiceRequest, now: datetime) -> None:
    """Many complaints of one unit, or about one thing, are somebody's business."""
    rows = ServiceRequest.objects.filter(topic__kind=Kind.COMPLAINT).exclude(state=State.JOINED)
    of_unit = rows.filter(unit=request.unit, opened_at__gt=now - OF_UNIT[1]).count()
    of_topic = rows.filter(topic=request.topic, opened_at__gt=now - OF_TOPIC[1]).count()
    where = request.community_id
    if of_unit >= OF_UNIT[0]:
        told = {"unit": request.unit.code, "complaints": of_unit}
        raise_alert(where, COMPLAINTS_OF_UNIT, f"unit {request.unit_id}", now, **told)
    if of_topic >= OF_TOPIC[0]:
        told = {"topic_zh": request.topic.name_zh, "complaints": of_topic}
        raise_alert(where, COMPLAINTS_OF_TOPIC, f"topic {request.topic_id}", now, **told)


def add(request_id: uuid.UUID, said: Said, now: datetime) -> None:
    """The resident says more; an answered request waits again. Raises NotTaken."""
    said = said.checked()
    with transaction.atomic():
        request = held(request_id)
        if request.state == State.JOINED:
            raise NotTaken(_("It goes on in another request"))
        if request.words.filter(by="").count() >= WORDS_OF_RESIDENT:
            raise NotTaken(_("That is much for one request. Please call the office"))
        kept = Photo.objects.filter(word__request=request).count()
        if said.photos and kept + len(said.photos) > PHOTOS_OF_RESIDENT:
            raise NotTaken(
                _("At most %(most)s photos in one request") % {"most": PHOTOS_OF_RESIDENT}
            )
        last = request.words.filter(inside=False).order_by("-at", "-pk").first()
        if last is not None and not last.by and last.text == said.text and not said.photos:
            return  # the same form again
        if not request.waits:
            _again(request, now)
        _write(request, said, "", now)


def _again(request: ServiceRequest, now: datetime) -> None:
    ended = request.ended_at or request.answered_at or request.opened_at
    if now - ended > AGAIN_WITHIN:
        raise NotTaken(_("It ended long ago. Please begin a new one"))
    request.state = State.NEW if request.assignee_id is None else State.IN_HAND
    request.opened_again += 1
    request.due_at = now + timedelta(hours=request.topic.answer_hours)
    request.ended_at, request.vote, request.voted_at = None, None, None
    request.save()


def withdraw(request_id: uuid.UUID, now: datetime) -> None:
    """The resident wants it no more: it ends with that word. Sent again, it changes nothing. Raises
    NotTaken where staff have ended it, or answered."""
    with transaction.atomic():
        request = held(request_id)
        if withdrawn(request):
            return
        if not request.waits:
            raise NotTaken(_("It cannot be withdrawn any more. Please call the office"))
        _write(request, Said(str(_("I do not want it any more"))), "", now)
        request.state, request.ended_at = State.CLOSED, now
        request.save(update_fields=["state", "ended_at"])
        resolve_one(request.community_id, SERVICE_OVERDUE, request.number, now)


def withdrawn(request: ServiceRequest) -> bool:
    """Whether it ended by its resident's own word."""
    ended = request.state == State.CLOSED and request.ended_at is not None
    return ended and request.words.filter(by="", inside=False, at=request.ended_at).exists()


def vote(request_id: uuid.UUID, value: Vote, now: datetime) -> None:
    """The last word counts. Raises NotTaken where nothing was answered."""
    with transaction.atomic():
        request = held(request_id)
        if request.state not in (State.ANSWERED, State.CLOSED):
            raise NotTaken(_("It is not answered yet"))
        request.vote, request.voted_at = value, now
        request.save(update_fields=["vote", "voted_at"])


def call_back(request_id: uuid.UUID, phone: str, now: datetime) -> ServiceRequest:
    """Who is not satisfied leaves a number: that becomes a request, once however often it is sent.
    Without a number the one that is known is meant. Raises NotTaken."""
    with transaction.atomic():
        request = held(request_id)
        if request.vote != Vote.BAD:
            raise NotTaken(_("That is for who is not satisfied"))
        made = open_call_back(
            request.unit,
            (request.topic.kind,),
            request.number,
            phone_number(phone) or request.phone,
            wish=_wish_of(request),
            now=now,
            topic=request.topic_id,
        )
        made.because_of = request
        made.save(update_fields=["because_of"])
    return made


def called_back(request: ServiceRequest) -> ServiceRequest | None:
    """What became of the low vote, if a number was left."""
    return ServiceRequest.objects.filter(because_of=request, wish=_wish_of(request)).first()


def _wish_of(request: ServiceRequest) -> uuid.UUID:
    """One each time that it was answered."""
    return uuid.uuid5(request.pk, f"call back {request.opened_again}")


def open_call_back(
    unit: Unit,
    kinds: Sequence[str],
    about: str,
    phone: str,
    *,
    wish: uuid.UUID,
    now: datetime,
    topic: int | None = None,
) -> ServiceRequest:
    """Somebody is to be called about what they were not satisfied with (``about``, in the page's words).
    It goes where ``topic`` goes, or the first that is offered of ``kinds``, or any. Raises NotTaken."""
    phone = phone_number(phone)
    if not phone:
        raise NotTaken(_("Please leave a telephone number"))
    topics = offered(unit.community)
    same = [one for one in topics if one.pk == topic]
    of_kind = [one for kind in kinds for one in topics if one.kind == kind]
    found = next(iter((*same, *of_kind, *topics)), None)
    if found is None:
        raise NotTaken(_("Please call the office"))
    said = Said(_("Not satisfied with %(number)s. Please call back.") % {"number": about})
    return open_request(unit, found, said, wish=wish, origin=Origin.PHONE, phone=phone, now=now)


def held(request_id: uuid.UUID) -> ServiceRequest:
    """The row, held until the end of the transaction."""
    rows = ServiceRequest.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("topic", "unit", "community").get(pk=request_id)


def _write(request: ServiceRequest, said: Said, by: str, now: datetime) -> Word:
    word = Word.objects.create(
        community_id=request.community_id, request=request, by=by, text=said.text, at=now
    )
    for photo in said.photos:
        Photo.objects.create(
            community_id=request.community_id, word=word, kept_at=now, content=photo
        )
    return word
