"""A kiosk's next key: told by the kiosk itself, signed by the key of now, and taken into use by the first
request that it signs. Until then both are accepted; from then on the one before is as a stranger's."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from contract.journal_hash import NotSigned
from contract.key_change import KeyChange, check_next
from server.fleet.models import Kiosk, RetiredKey
from server.staff import audit
from server.staff.people import Person

SPREAD_H = 30 * 24 + 7  # no whole days: who is off at night has a turn by day


class KeyRefused(Exception):
    """``code``: ``not_signed`` (no proof that the kiosk holds it), ``taken`` (a key that anybody has or
    had), ``gone`` (the kiosk has another key by now)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def offer(kiosk: Kiosk, change: KeyChange, by: Person | None, reason: str, now: datetime) -> None:
    """``change`` came signed by ``kiosk.public_key``. The same again changes nothing. ``by``: who asked
    for it, None for nobody. Raises KeyRefused."""
    if change.public_key == kiosk.public_key:  # it is in use: the answer was lost
        return
    if change.before != kiosk.public_key:
        raise KeyRefused("gone")
    try:
        check_next(change, str(kiosk.pk))
    except NotSigned as error:
        raise KeyRefused("not_signed") from error
    with transaction.atomic():
        held = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk.pk)
        if held.public_key != kiosk.public_key:
            raise KeyRefused("gone")
        if held.next_key == change.public_key:
            return
        if _taken(change.public_key):
            raise KeyRefused("taken")
        held.next_key = change.public_key
        held.save(update_fields=["next_key"])
        after = {"public_key": change.public_key}
        act = "kiosk_key_announced" if by else "kiosk_key_announced_by_itself"
        _written(held, act, by, reason, now, after=after)


def begin(kiosk: Kiosk, now: datetime) -> bool:
    """The next key has signed a request: the kiosk's own from now on. ``kiosk`` is changed likewise.
    False where it is not the next one any more."""
    new, old = kiosk.next_key, kiosk.public_key
    with transaction.atomic():
        held = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk.pk)
        if held.public_key == old and held.next_key == new:
            RetiredKey.objects.create(kiosk=held, public_key=old, retired_at=now)
            held.journal_key = held.journal_key or old
            held.public_key, held.next_key, held.key_since = new, "", now
            held.save(update_fields=["journal_key", "public_key", "next_key", "key_since"])
            before, after = {"public_key": old}, {"public_key": new}
            _written(held, "kiosk_key_replaced", None, "", now, before=before, after=after)
    for name in ("journal_key", "public_key", "next_key", "key_since"):
        setattr(kiosk, name, getattr(held, name))
    return kiosk.public_key == new


def is_old(kiosk: Kiosk, now: datetime) -> bool:
    """Whether it is time for another key, by the server's configuration: each kiosk is told so in an hour
    of its own, so that no fleet begins anew at once."""
    if (int(now.timestamp()) // 3600 - kiosk.pk.int) % SPREAD_H:
        return False
    days, since = settings.LOBBYPAY.server.kiosk_key_days, kiosk.key_since or kiosk.enrolled_at
    if not days or since is None or kiosk.stopped:
        return False
    return now - since >= timedelta(days=days)


def _taken(key: str) -> bool:
    used = Q(public_key=key) | Q(next_key=key)
    return Kiosk.objects.filter(used).exists() or RetiredKey.objects.filter(public_key=key).exists()


def _written(
    kiosk: Kiosk,
    act: str,
    by: Person | None,
    reason: str,
    now: datetime,
    **values: dict[str, str],
) -> None:
    person, subject = by or Person(kiosk.code), ("kiosk", kiosk.code)
    audit.note(kiosk.community_id, person, act, subject, now, reason=reason, **values)
