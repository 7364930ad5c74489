"""A machine asks to become a kiosk, and somebody who stands before it, signed in, says which.

The address in its QR code and the code on its screen prove that the person sees that screen; the key that
asked proves that the machine is the one that shows them. Neither is a secret.
"""

import hmac
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from server.fleet.enrolment import call_off, give_key, new_code, normal
from server.fleet.models import Kiosk, PairingWish
from server.staff import audit, people, scope
from server.staff.roles import Deed

LIFE = timedelta(minutes=10)
USED_WITHIN = timedelta(hours=1)  # of the confirmation: a machine asks every few seconds
CODE_LENGTH = 6
WRONG_MAX = 5
AN_HOUR_MAX, OPEN_MAX = 120, 500  # of one network; of all
ALL_AN_HOUR_MAX = 2000  # where all ask for more, AN_HOUR_MAX is of a block of networks
OPEN_OF_NETWORK_MAX = 10
_OF_ONE_LINE = 64  # bits of an address (IPv6) that a whole line has
_BLOCK = {4: 24, 6: 48}  # bits, by the version of addresses


class TooMany(Exception):
    """So many machines do not ask: tried again later."""


class NotPaired(Exception):
    """``text`` says why, in the page's language."""

    def __init__(self, text: Any) -> None:
        super().__init__(str(text))
        self.text = text


@transaction.atomic
def ask(public_key: str, address: str, now: datetime) -> PairingWish:
    """The wish of this key that is open or was confirmed; else a new one. Raises TooMany."""
    known = PairingWish.objects.filter(public_key=public_key).first()
    if known is not None and (_counts(known, now) if known.kiosk_id else known.expires_at > now):
        return known
    network = network_of(address)
    recent = PairingWish.objects.filter(asked_at__gt=now - timedelta(hours=1))
    if recent.filter(network=network).count() >= AN_HOUR_MAX or _floods(recent, network):
        raise TooMany
    _make_room(network, now)
    return PairingWish.objects.create(
        public_key=public_key,
        code=new_code(CODE_LENGTH),
        address=address[:45],
        network=network,
        asked_at=now,
        expires_at=now + LIFE,
    )


def network_of(address: str) -> str:
    """Who shares a limit: an address, or all that a line has of the newer kind (IPv6)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    if isinstance(found, IPv4Address):
        return str(found)
    return str(ip_network((found, _OF_ONE_LINE), strict=False))[:45]


def _floods(recent: QuerySet[PairingWish], network: str) -> bool:
    """Whether so much is asked for, and much of it from there, that the table would fill."""
    if recent.count() < ALL_AN_HOUR_MAX:
        return False
    have = Counter(block_of(one) for one in recent.values_list("network", flat=True))
    return have[block_of(network)] >= AN_HOUR_MAX


def _make_room(network: str, now: datetime) -> None:
    """The oldest open wish of whoever has too many ends: of this network, or, where all are full, of the
    block of networks that has the most. Whom one asks for does not keep others out. Raises TooMany."""
    open_ones = PairingWish.objects.filter(expires_at__gt=now, confirmed_at=None)
    networks = list(open_ones.values_list("network", flat=True))
    if networks.count(network) >= OPEN_OF_NETWORK_MAX:
        crowded = {network}
    elif len(networks) < OPEN_MAX:
        return
    else:
        have = Counter(block_of(one) for one in networks)
        block, most = have.most_common(1)[0]
        if most <= have[block_of(network)] + 1 and block != block_of(network):
            raise TooMany
        crowded = {one for one in networks if block_of(one) == block}
    oldest = open_ones.filter(network__in=crowded).order_by("asked_at").first()
    if oldest is not None:
        open_ones.filter(pk=oldest.pk).update(expires_at=now)


@lru_cache(maxsize=4096)
def block_of(network: str) -> str:
    """What is given to one holder as a whole: of the older kind of address 256, of the newer a /48."""
    try:
        found = ip_network(network)
    except ValueError:
        return network
    return str(found.supernet(new_prefix=_BLOCK[found.version]))


def _counts(wish: PairingWish, now: datetime) -> bool:
    """Whether somebody confirmed it, and the kiosk has that key, or the machine may come for it yet."""
    if wish.kiosk is None:
        return False
    if wish.used_at is not None:
        return wish.kiosk.public_key == wish.public_key
    return wish.expires_at > now


@transaction.atomic
def use(wish: PairingWish, now: datetime) -> Kiosk | None:
    """The kiosk that the machine is, from now on; None until somebody said so. Asked again by the same
    key, the same, so that an answer lost on the way does no harm."""
    held = PairingWish.objects.select_for_update(no_key=True, of=("self",)).get(pk=wish.pk)
    if held.kiosk_id is None or not _counts(held, now):
        return None
    rows = Kiosk.objects.select_for_update(no_key=True, of=("self",)).select_related("community")
    kiosk = rows.get(pk=held.kiosk_id)
    if held.used_at is not None:
        return kiosk
    held.used_at = now
    held.save(update_fields=["used_at"])
    give_key(kiosk, held.public_key, now)
    return kiosk


def address_of(wish: PairingWish) -> str:
    return f"{settings.PUBLIC_URL}{reverse('pair_kiosk', args=[wish.pk])}"


def confirm(user: Any, wish: PairingWish, kiosk: Kiosk, reason: str, now: datetime) -> None:
    """Says that the machine, whose code was checked, is that kiosk. Raises NotPaired and
    ReasonMissing."""
    reason = audit.reason_of(reason)
    if not scope.may(user, Deed.PAIR_KIOSK, kiosk.community_id) or not kiosk.active:
        raise NotPaired(_("Choose a kiosk that you may pair, and that is not switched off"))
    with transaction.atomic():
        rows = PairingWish.objects.select_for_update(no_key=True, of=("self",))
        held = rows.get(pk=wish.pk)
        if held.kiosk_id is not None or held.expires_at <= now:
            raise NotPaired(_("This machine was paired already, or its code is over"))
        by = people.of(user)
        call_off(kiosk)
        held.kiosk, held.confirmed_by, held.confirmed_at = kiosk, by.name, now
        held.expires_at = now + USED_WITHIN
        held.save(update_fields=["kiosk", "confirmed_by", "confirmed_at", "expires_at"])
        audit.record(
            kiosk.community_id,
            by,
            "kiosk_paired",
            ("kiosk", kiosk.code),
            reason,
            now,
            before={"public_key": kiosk.public_key},
            after={"public_key": held.public_key, "asked_from": held.address},
        )


def check(wish: PairingWish, typed: str, now: datetime) -> None:
    """Raises NotPaired where it is not what the machine shows now."""
    if not _is_code(wish, typed, now):
        raise NotPaired(_("This is not the code on the screen, or it is over: look at the screen"))


def _is_code(wish: PairingWish, typed: str, now: datetime) -> bool:
    """Each wrong one counts, also of somebody who tries many at once; after some the wish is over."""
    with transaction.atomic():
        rows = PairingWish.objects.select_for_update(no_key=True, of=("self",))
        held = rows.get(pk=wish.pk)
        if held.expires_at <= now:
            return False
        if hmac.compare_digest(normal(typed).encode(), held.code.encode()):
            return True
        held.wrong += 1
        if held.wrong >= WRONG_MAX:
            held.expires_at = now
        held.save(update_fields=["wrong", "expires_at"])
        return False
