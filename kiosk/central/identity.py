"""Who this kiosk is: its id and its Ed25519 key, which never leaves the machine."""

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import public_key_text
from contract.messages import KIOSK_CODE_PATTERN
from kiosk.journal.schema import Seal

_FILE = "identity.json"
EARLIER_MAX = 8  # a server may come back with a backup that knows one of them
_CODE = re.compile(KIOSK_CODE_PATTERN)


class NotEnrolled(Exception):
    """There is no identity yet: enrol with a pairing code first."""


@dataclass(frozen=True)
class Identity:
    kiosk_id: str
    kiosk_code: str
    community: str
    key: Ed25519PrivateKey
    act_key: str = (
        ""  # of the server: signs what staff ask from afar; without it nothing is done so
    )
    earlier: tuple[Ed25519PrivateKey, ...] = ()  # its keys before this one, the newest first
    key_act: str = ""  # the act by which staff asked for this key; empty: none did

    @property
    def seal(self) -> Seal:
        """What signs this kiosk's journal."""
        return Seal(self.kiosk_id, self.key, self.earlier)

    def with_key(self, key: Ed25519PrivateKey, act_id: str) -> "Identity":
        earlier = (self.key, *self.earlier)[:EARLIER_MAX]
        return replace(self, key=key, earlier=earlier, key_act=act_id)


def public_text(key: Ed25519PrivateKey) -> str:
    """The raw public key in base64url without padding."""
    return public_key_text(key.public_key())


def load(folder: Path) -> Identity:
    """Raises NotEnrolled when there is none or it cannot be read."""
    try:
        raw = json.loads((folder / _FILE).read_text())
        key = _private(raw["private_key"])
        if not _CODE.fullmatch(raw["kiosk_code"]):
            raise ValueError("its kiosk code can begin no receipt number")
        return Identity(
            *(raw["kiosk_id"], raw["kiosk_code"], raw["community"], key),
            act_key=str(raw.get("act_key", "")),
            earlier=tuple(_private(one) for one in raw.get("earlier_keys", [])),
            key_act=str(raw.get("key_act", "")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotEnrolled(f"{folder / _FILE}: no usable identity ({error})") from error


def save(folder: Path, identity: Identity) -> None:
    """Readable by the kiosk's user only; complete on disk or not there at all. Raises OSError."""
    text = json.dumps(
        {
            "kiosk_id": identity.kiosk_id,
            "kiosk_code": identity.kiosk_code,
            "community": identity.community,
            "private_key": identity.key.private_bytes_raw().hex(),
            "act_key": identity.act_key,
            "earlier_keys": [one.private_bytes_raw().hex() for one in identity.earlier],
            "key_act": identity.key_act,
        }
    )
    _keep(folder / _FILE, text)


def kept_key(path: Path) -> Ed25519PrivateKey:
    """A key of this machine, made once and found again until its file is gone; on disk before anybody is
    told of it, readable by the kiosk's user only. Raises OSError."""
    try:
        return _private(path.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        pass
    key = Ed25519PrivateKey.generate()
    _keep(path, key.private_bytes_raw().hex())
    return key


def _private(text: str) -> Ed25519PrivateKey:
    """Raises ValueError and TypeError."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))


def _keep(path: Path, text: str) -> None:
    """When it returns, a power cut leaves the new text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
