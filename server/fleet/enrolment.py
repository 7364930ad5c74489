"""A kiosk becomes ours: a pairing code, once and for a short time, against its public key."""

import hmac
import re
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from contract.messages import KIOSK_CODE_PATTERN
from server.fleet import clone_detection
from server.fleet.models import Kiosk, PairingCode, PairingWish, RetiredKey
from server.staff import audit
from server.staff.people import Person

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what looks alike: 0 O 1 I
CODE_LENGTH = 10
CODE_LIFE = timedelta(hours=24)
KIOSK_CODE = re.compile(KIOSK_CODE_PATTERN)
RETIRED_MAX = 5  # earlier keys that are still recognised, the newest first


class PairingRefused(Exception):
    """The code is unknown, used or expired, or its kiosk is switched off. Which, is not told."""


def create_pairing_code(
    kiosk: Kiosk,
    *,
    now: datetime,
    code: str | None = None,
    life: timedelta = CODE_LIFE,
    by: Person | None = None,
) -> str:
    """A new code for the kiosk, shown once; what was allowed before and not used ends. ``by``: who made
    it, which is written down; the code itself is not. Raises ValueError, also for a kiosk whose own code
    no receipt number can begin with."""
    if not KIOSK_CODE.fullmatch(kiosk.code):
        said = _("%(code)s is no kiosk code: 2 to 8 capital letters and digits, as K03")
        raise ValueError(said % {"code": repr(kiosk.code)})
    code = code or new_code(CODE_LENGTH)
    if not 8 <= len(normal(code)) <= 20:
        raise ValueError(_("a pairing code has 8 to 20 letters and digits"))
    with transaction.atomic():
        call_off(kiosk)
        PairingCode.objects.create(
            community_id=kiosk.community_id,
            kiosk=kiosk,
            code_hash=_hash(code),
            expires_at=now + life,
        )
        if by is not None:
            subject = ("kiosk", kiosk.code)
            audit.note(kiosk.community_id, by, "pairing_code_made", subject, now)
    return code


@transaction.atomic
def enrol(code: str, public_key: str, *, now: datetime) -> Kiosk:
    """Uses up the code and gives the kiosk its key (base64url, raw). Raises PairingRefused.

    The same code with the same key answers again, so that an answer lost on the way does no harm.
    """
    pairing = (
        PairingCode.objects.select_for_update(no_key=True)  # as server.estate.row_locks
        .select_related("kiosk__community")
        .filter(code_hash=_hash(code))
        .first()
    )
    if pairing is None or pairing.expires_at <= now or not pairing.kiosk.active:
        raise PairingRefused("the pairing code is unknown, used or expired")
    kiosk = pairing.kiosk
    if pairing.used_at is not None:
        if kiosk.public_key == public_key:
            return kiosk
        raise PairingRefused("the pairing code is unknown, used or expired")
    pairing.used_at = now
    pairing.save(update_fields=["used_at"])
    give_key(kiosk, public_key, now)
    return kiosk


def give_key(kiosk: Kiosk, public_key: str, now: datetime) -> None:
    """The machine with this key is this kiosk from now on; what was is kept, and goes on. Within a
    transaction that was opened for it."""
    if kiosk.public_key not in ("", public_key):
        RetiredKey.objects.create(kiosk=kiosk, public_key=kiosk.public_key, retired_at=now)
    kiosk.public_key, kiosk.enrolled_at, kiosk.key_since = public_key, now, now
    kiosk.next_key, kiosk.journal_key = "", ""
    clone_detection.begin_anew(kiosk, now)
    kiosk.save()


def call_off(kiosk: Kiosk) -> None:
    """What was allowed to become this kiosk, and did not come yet, may no more. Within a transaction, and
    before the kiosk's row is held: a machine that comes holds them in this order."""
    PairingCode.objects.filter(kiosk=kiosk, used_at=None).delete()
    allowed = PairingWish.objects.filter(kiosk=kiosk, used_at=None)
    allowed.update(expires_at=F("confirmed_at"))


@transaction.atomic
def revoke(kiosk: Kiosk, *, now: datetime, by: Person, reason: str) -> bool:
    """Its key counts no more, from the next request on: for a machine that was stolen or is in wrong
    hands. It stays the same kiosk, with all its history, and is paired anew. False where it has no key.
    Raises ReasonMissing."""
    call_off(kiosk)
    held = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk.pk)
    if not held.public_key:
        return False
    RetiredKey.objects.create(kiosk=held, public_key=held.public_key, retired_at=now)
    subject, before = ("kiosk", held.code), {"public_key": held.public_key}
    audit.record(held.community_id, by, "kiosk_key_revoked", subject, reason, now, before=before)
    held.public_key, held.next_key = "", ""
    held.save(update_fields=["public_key", "next_key"])
    return True


def retired_keys(kiosk_id: str) -> list[str]:
    """The keys (base64url, raw) that the kiosk had before, the newest first; none for a stranger."""
    try:
        identity = uuid.UUID(kiosk_id)
    except ValueError:
        return []
    keys = RetiredKey.objects.filter(kiosk_id=identity).values_list("public_key", flat=True)
    return list(keys[:RETIRED_MAX])


def new_code(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def normal(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())


def _hash(code: str) -> str:
    """Keyed, so that a stolen database does not give the codes away."""
    return hmac.new(settings.SECRET_KEY.encode(), normal(code).encode(), "sha256").hexdigest()
