"""Makes the messages of what happened: one to each person who agreed, by the way they want, in their
language. Each happening is taken once, however many workers there are."""

import logging
import time
from datetime import datetime

from django.db import OperationalError, connection, transaction

from server.estate.masking import mask_address, mask_phone
from server.gateways import sealing
from server.outbox.models import (
    Happening,
    Kind,
    Language,
    MessageTerms,
    MessageWish,
    ResidentMessage,
    Way,
)
from server.resident_messages import consent
from server.resident_messages.recipients import Recipient, recipients

AT_ONCE = 50  # happenings of one transaction
BUDGET_S = 30.0  # of one look; what is left is the next one's
BATCH = 500
log = logging.getLogger(__name__)


def look(now: datetime) -> int:
    """Returns how many messages were made."""
    made, until = 0, time.monotonic() + BUDGET_S
    while time.monotonic() < until:
        taken, new = _some(now)
        made += new
        if not taken:
            break
    return made


@transaction.atomic
def _some(now: datetime) -> tuple[int, int]:
    """How many happenings were taken, and the messages that were made of them."""
    rows = Happening.objects.filter(spread_at=None)
    if not rows.exists():  # a question writes nothing
        return 0, 0
    skips = connection.features.has_select_for_update_skip_locked
    taken = list(
        rows.select_for_update(no_key=True, skip_locked=skips, of=("self",))
        .select_related("community")
        .order_by("pk")[:AT_ONCE]
    )
    made = 0
    for happening in taken:
        try:
            with transaction.atomic():
                made += _messages(happening, now)
        except OperationalError:  # a lock, a line: all of these are taken again
            raise
        except Exception:
            log.exception("happening %s could not be told", happening.pk)
    Happening.objects.filter(pk__in=[one.pk for one in taken]).update(spread_at=now)
    return len(taken), made


def _messages(happening: Happening, now: datetime) -> int:
    terms = MessageTerms.objects.filter(community=happening.community_id).first()
    if terms is None or happening.kind not in terms.kinds:
        return 0
    told = [one for one in recipients(happening, now) if one.useless_at > now]
    people = {one.resident.pk for one in told if one.resident is not None}
    agreed = consent.agreed(people)
    wishes = {w.resident_id: w for w in MessageWish.objects.filter(resident__in=people)}
    found = []
    for one in told:
        if one.resident is None:
            found.append(_to_number(happening, one, terms, now))
        elif one.resident.pk in agreed:
            ways = agreed[one.resident.pk]
            found.append(
                _to_resident(happening, one, terms, ways, wishes.get(one.resident.pk), now)
            )
    rows = [row for row in found if row is not None]
    ResidentMessage.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def _to_resident(
    happening: Happening,
    one: Recipient,
    terms: MessageTerms,
    agreed: set[str],
    wish: MessageWish | None,
    now: datetime,
) -> ResidentMessage | None:
    """By the way that is wanted, else by another that was agreed to; None where there is none."""
    resident = one.resident
    assert resident is not None
    first = wish.way if wish else Way.SMS.value
    for way in sorted(Way.values, key=lambda each: each != first):
        if way not in agreed or way not in terms.ways:
            continue
        if address := consent.address_of(resident, way):
            language = wish.language if wish else terms.language
            return _message(happening, one, way, language, address, now)
    return None


def _to_number(
    happening: Happening, one: Recipient, terms: MessageTerms, now: datetime
) -> ResidentMessage | None:
    """Left for this one matter: that is the consent, unless its owner has said no to text messages."""
    if Way.SMS not in terms.ways:
        return None
    language, community = terms.language, happening.community_id
    if consent.is_refused(community, one.number):
        return None
    same = consent.owners(community, one.number)
    for wish in MessageWish.objects.filter(resident__in=same)[:1]:
        language = wish.language
    return _message(happening, one, Way.SMS, language, one.number, now)


def _message(
    happening: Happening, one: Recipient, way: str, language: str, address: str, now: datetime
) -> ResidentMessage:
    return ResidentMessage(
        community_id=happening.community_id,
        happening=happening,
        kind=Kind(happening.kind),
        resident=one.resident,
        unit=one.unit,
        way=way,
        language=Language(language),
        masked=masked(way, address),
        digest=consent.digest_of(happening.community_id, address),
        sealed=sealing.seal(address),
        values=one.values[language],
        made_at=now,
        due_at=now,
        changed_at=now,
        useless_at=one.useless_at,
    )


def masked(way: str, address: str) -> str:
    """What of a number or an address may be seen."""
    if way == Way.WECHAT:
        return f"***{address[-4:]}"
    return mask_address(address)[:80] if way == Way.MAIL else mask_phone(address)
