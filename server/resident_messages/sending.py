"""Sends the messages that are due: each once, none in quiet hours, so many to a person in a day at most.

That a message goes out is written before it does: killed at any point, nothing is sent twice. What may
have gone out and is not known to have is left as it is. Any number of workers may send at once.
"""

import logging
import time
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from contract.business_day import business_day, day_begins
from server.gateways import mail, sealing
from server.gateways.official_account import TemplateMessages
from server.gateways.outcome import Fate, Outcome, Own, without_addresses
from server.gateways.sms import Filled, SmsProvider
from server.outbox import provider_watch
from server.outbox.models import MessageTerms, ResidentMessage, State, Way
from server.resident_messages import consent, quiet, wechat, wording
from server.resident_messages.account import provider_of
from server.resident_messages.recipients import still_so
from server.storable import storable_text

AT_A_TIME = 8
PORTIONS_MAX = 25  # of one look
BUDGET_S = 60.0  # of one look; what is left is the next one's
PAUSES_S = (30, 300, 1800, 7200)  # before each further attempt
HELD_FOR = timedelta(minutes=30)  # where the community's account is not complete
NO_ACCESS = timedelta(minutes=5)  # where the official account gives none
FIRST_RECEIPT = timedelta(seconds=20)
OUT = (State.SENDING, State.SENT, State.DELIVERED)
ENDED = (State.DELIVERED, State.REFUSED, State.FAILED, State.DROPPED)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """All that is needed to hand a message over without asking the database."""

    message: ResidentMessage
    address: str
    text: str
    filled: Filled
    provider: SmsProvider | None


@dataclass(frozen=True, slots=True)
class Held:
    """Why a message does not go out now; ``until``: None where it never will."""

    why: Own
    until: datetime | None = None


def look(now: datetime) -> int:
    """Sends what is due. Returns how many messages were handed over, or tried to.

    No more is claimed than is handed over at once: whoever is killed leaves few in doubt.
    """
    due = ResidentMessage.objects.filter(state=State.WAITING, due_at__lte=now)
    sent, begins, begun = 0, now, time.monotonic()
    prepared = set[int]()  # an account that gives no access may take long to say so
    with ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="resident-message") as pool:
        for _portion in range(PORTIONS_MAX):
            took = int(time.monotonic() - begun)
            now = begins + timedelta(seconds=took)  # the quiet hours may begin meanwhile
            rows = list(_due(due, now)[:AT_A_TIME])
            if not rows or took >= BUDGET_S:
                break
            told = {one.community_id for one in rows if one.way == Way.WECHAT}
            wechat.prepare(told - prepared, now)
            prepared |= told
            jobs = [job for one in rows if (job := _taken(one, now)) is not None]
            for job, outcome in zip(jobs, _all_handed_over(pool, jobs, now), strict=True):
                _record(job.message, outcome, now)
                _watch(job, outcome, now)
            sent += len(jobs)
    return sent


def _due(due: QuerySet[ResidentMessage], now: datetime) -> QuerySet[ResidentMessage]:
    """Without mails while as many went out in the last minute as the mail server takes."""
    rows = due.order_by("due_at", "pk")
    minute = ResidentMessage.objects.filter(way=Way.MAIL, sent_at__gt=now - timedelta(seconds=60))
    full = minute.count() >= settings.LOBBYPAY.mail.per_minute
    return rows.exclude(way=Way.MAIL) if full else rows


def _taken(message: ResidentMessage, now: datetime) -> Job | None:
    """As ``_claimed``; what cannot be claimed waits, and keeps none that is claimed from going out."""
    try:
        return _claimed(message, now)
    except Exception as error:
        log.warning("message %s cannot be sent now: %s", message.pk, type(error).__name__)
    try:
        waiting = ResidentMessage.objects.filter(pk=message.pk, state=State.WAITING)
        waiting.update(due_at=now + HELD_FOR)
    except DatabaseError:
        log.warning("message %s cannot be put off", message.pk)
    return None


def _claimed(message: ResidentMessage, now: datetime) -> Job | None:
    """Writes down that it is about to go out. None: somebody else is at it, or it has to wait."""
    with transaction.atomic():
        # Held, so that two workers do not both find that a person's day is not full.
        rows = MessageTerms.objects.select_for_update(no_key=True, of=("self",))
        terms = rows.select_related("community").filter(community=message.community_id).first()
        waiting = ResidentMessage.objects.select_for_update(no_key=True, of=("self",)).filter(
            pk=message.pk, state=State.WAITING, due_at__lte=now
        )
        found = waiting.select_related("happening", "unit", "resident").first()
        if found is None:
            return None
        held = _held(found, terms, now)
        if held is not None or terms is None:
            _hold(found, held or Held(Own.NOT_TOLD), now)
            return None
        job = _job(found, terms, now)
        if isinstance(job, Held):
            _hold(found, job, now)
            return None
        found.state, found.attempts = State.SENDING, found.attempts + 1
        found.sent_at = found.changed_at = now
        found.answer, found.provider = "", terms.provider if found.way == Way.SMS else ""
        found.save()
    return job


def _held(message: ResidentMessage, terms: MessageTerms | None, now: datetime) -> Held | None:
    if message.useless_at <= now or not still_so(message.happening, message.resident_id, now):
        return Held(Own.OVER)
    if terms is None or message.kind not in terms.kinds or message.way not in terms.ways:
        return Held(Own.NOT_TOLD)
    if message.resident_id is not None:
        agreed = consent.agreed([message.resident_id])
        if message.way not in agreed.get(message.resident_id, ()):
            return Held(Own.NO_CONSENT)
    zone = terms.community.time_zone
    morning = quiet.next_time(now, terms, zone)
    if morning > now:
        return Held(Own.QUIET, morning)
    if _of_today(message, now, zone) >= terms.per_day:
        return Held(Own.DAY_LIMIT, quiet.next_day(now, terms, zone))
    return None


def _of_today(message: ResidentMessage, now: datetime, zone: str) -> int:
    """How many messages of the community went to this number or address today."""
    today = day_begins(business_day(now, zone), zone)
    rows = ResidentMessage.objects.filter(
        community=message.community_id, digest=message.digest, sent_at__gte=today
    )
    return rows.exclude(pk=message.pk).filter(state__in=OUT).count()


def _job(message: ResidentMessage, terms: MessageTerms, now: datetime) -> Job | Held:
    provider, filled = _by_template(message, terms, now)
    if message.way != Way.MAIL and provider is None:
        sms = message.way == Way.SMS
        return Held(Own.NO_SMS, now + HELD_FOR) if sms else Held(Own.NO_WECHAT, now + NO_ACCESS)
    if message.way != Way.MAIL and not filled.code:
        return Held(Own.NO_TEMPLATE, now + HELD_FOR)
    try:
        address = sealing.opened(message.sealed)
    except sealing.Unreadable:
        return Held(Own.OTHER_KEY)
    if (why := _not_theirs(message, address)) is not None:
        return Held(why)
    text = wording.mail_of(message.kind, message.language, message.values)
    return Job(message, address, text, filled, provider)


def _by_template(
    message: ResidentMessage, terms: MessageTerms, now: datetime
) -> tuple[SmsProvider | None, Filled]:
    """Who fills in a template, and with what; of a mail nobody does."""
    values = wording.in_order(message.kind, message.values)
    name = f"{message.kind}-{message.language}"
    if message.way == Way.WECHAT:
        return wechat.messages_of(terms, now, message.pk), wechat.filled(terms, name, values)
    provider = provider_of(terms) if message.way == Way.SMS else None
    return provider, Filled(terms.templates.get(name, ""), values)


def _not_theirs(message: ResidentMessage, address: str) -> Own | None:
    """Since it was made the person may have another number, or the number's owner may have said no."""
    if message.resident is None:
        refused = consent.is_refused(message.community_id, address)
        return Own.NO_CONSENT if refused else None
    today = consent.address_of(message.resident, message.way)
    same = consent.digest_of(message.community_id, today) == message.digest
    return None if same else Own.OTHER_ADDRESS


def _hold(message: ResidentMessage, held: Held, now: datetime) -> None:
    """It waits, or is dropped; also where it would wait until it is of no use."""
    message.answer, message.changed_at = held.why, now
    if held.until is None or held.until >= message.useless_at:
        message.state, message.sealed = State.DROPPED, ""
    else:
        message.due_at = held.until
    message.save()


def _all_handed_over(pool: Executor, jobs: list[Job], now: datetime) -> list[Outcome]:
    """Those whose token was over once more, as soon as there is a newer one."""
    outcomes = list(pool.map(_handed_over, jobs))
    over = [
        (place, job.provider)
        for place, job in enumerate(jobs)
        if isinstance(job.provider, TemplateMessages) and job.provider.token_over
    ]
    wechat.renew([(jobs[place].message.community_id, one) for place, one in over], now)
    again = [place for place, provider in over if not provider.token_over]
    anew = pool.map(_handed_over, [jobs[place] for place in again])
    for place, outcome in zip(again, anew, strict=True):
        outcomes[place] = outcome
    return outcomes


def _watch(job: Job, outcome: Outcome, now: datetime) -> None:
    """Whether its provider does anything for anybody. One message that is tried again says nothing more
    than the first time."""
    message, name = job.message, str(job.message.way)
    if isinstance(job.provider, TemplateMessages):
        name = provider_watch.wechat(job.provider.account.appid)
    try:
        if outcome.fate is Fate.SENT:
            provider_watch.answered(message.community_id, name)
        elif outcome.fate is Fate.AWAY and message.attempts == 1:
            provider_watch.failed(message.community_id, name, outcome.said, now)
    except DatabaseError as error:
        log.warning("what %s did could not be written down: %s", name, type(error).__name__)


def _handed_over(job: Job) -> Outcome:
    """In any thread; asks no database. Never raises, whatever the other side answers."""
    try:
        if job.provider is not None:
            return job.provider.send(job.address, job.filled)
        return mail.send(job.address, job.text)
    except Exception as error:
        log.warning("message %s: %s", job.message.pk, type(error).__name__)
        return Outcome(Fate.UNKNOWN, Own.WENT_WRONG)


def _record(message: ResidentMessage, outcome: Outcome, now: datetime) -> None:
    """What cannot be written down keeps no other message from it: it stays not known."""
    try:
        with transaction.atomic():
            _write_down(message, outcome, now)
    except Exception:
        log.exception("what became of message %s could not be written down", message.pk)


def _write_down(message: ResidentMessage, outcome: Outcome, now: datetime) -> None:
    message.answer, message.changed_at = without_addresses(outcome.said), now
    match outcome.fate:
        case Fate.SENT:
            message.state = State.SENT
            message.receipt = storable_text(outcome.receipt)[:64]
            asked_for = message.receipt and message.way == Way.SMS  # others come by themselves
            message.ask_at = now + FIRST_RECEIPT if asked_for else None
        case Fate.REFUSED:
            message.state = State.REFUSED
        case Fate.AWAY:
            _again(message, now)
        case Fate.UNKNOWN:
            message.state = State.SENDING
    if message.state != State.WAITING and message.ask_at is None:
        message.sealed = ""
    message.save()


def _again(message: ResidentMessage, now: datetime) -> None:
    """It surely did not go out: later once more, or never."""
    message.sent_at = None
    if message.attempts > len(PAUSES_S):
        message.state = State.FAILED
        return
    message.state = State.WAITING
    message.due_at = now + timedelta(seconds=PAUSES_S[message.attempts - 1])
