"""The key that signs acts. Its private half is a file in the data folder, never in the database."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import IntegrityError, transaction

from contract.journal_hash import public_key_text
from contract.remote_acts import NewKey, endorse
from server.configuration import write_private
from server.remote_acts.models import ActKey


class ActKeyMissing(Exception):
    """The private half of the key is not in the data folder: bring it back from the backup."""


def current(now: datetime) -> ActKey:
    """The newest key; the first one is made when it is first asked for."""
    newest = ActKey.objects.order_by("-position").first()
    return newest or _made(1, None, now)


def rotate(now: datetime) -> ActKey:
    """A new key, signed by the one before it: kiosks that know that one follow. Raises ActKeyMissing."""
    before = current(now)
    return _made(before.position + 1, before, now)


def signer(key: ActKey) -> Ed25519PrivateKey:
    """Raises ActKeyMissing."""
    try:
        private = load_pem_private_key(_file(key.public_key).read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise ActKeyMissing(str(_file(key.public_key))) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ActKeyMissing(str(_file(key.public_key)))
    return private


def chain() -> list[NewKey]:
    """Each key after the first, with the signature of the one before."""
    keys = list(ActKey.objects.order_by("position"))
    return [
        NewKey(before=before.public_key, public_key=key.public_key, signature=key.signature)
        for before, key in pairwise(keys)
    ]


def _made(position: int, before: ActKey | None, now: datetime) -> ActKey:
    """Two that make it at once: the first one's counts."""
    private = Ed25519PrivateKey.generate()
    text, signature = public_key_text(private.public_key()), ""
    if before is not None:
        signature = endorse(signer(before), before.public_key, text).signature
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(_file(text), pem)  # before the row: a row without a file could not sign
    try:
        with transaction.atomic():
            return ActKey.objects.create(
                position=position, public_key=text, signature=signature, made_at=now
            )
    except IntegrityError:
        _file(text).unlink(missing_ok=True)
        return ActKey.objects.get(position=position)


def _file(public_key: str) -> Path:
    return Path(settings.DATA_FOLDER) / "keys" / f"act-{public_key}.pem"
