"""Who this kiosk is: its id and its Ed25519 key, which never leaves the machine."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.journal_hash import public_key_text
from contract.messages import KIOSK_CODE_PATTERN
from kiosk.journal.schema import Seal

_FILE = "identity.json"
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

    @property
    def seal(self) -> Seal:
        """What signs this kiosk's journal."""
        return Seal(self.kiosk_id, self.key)


def public_text(key: Ed25519PrivateKey) -> str:
    """The raw public key in base64url without padding."""
    return public_key_text(key.public_key())


def load(folder: Path) -> Identity:
    """Raises NotEnrolled when there is none or it cannot be read."""
    try:
        raw = json.loads((folder / _FILE).read_text())
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw["private_key"]))
        if not _CODE.fullmatch(raw["kiosk_code"]):
            raise ValueError("its kiosk code can begin no receipt number")
        return Identity(
            *(raw["kiosk_id"], raw["kiosk_code"], raw["community"], key),
            act_key=str(raw.get("act_key", "")),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotEnrolled(f"{folder / _FILE}: no usable identity ({error})") from error


def save(folder: Path, identity: Identity) -> None:
    """Readable by the kiosk's user only; complete on disk or not there at all."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{_FILE}.partial"
    text = json.dumps(
        {
            "kiosk_id": identity.kiosk_id,
            "kiosk_code": identity.kiosk_code,
            "community": identity.community,
            "private_key": identity.key.private_bytes_raw().hex(),
            "act_key": identity.act_key,
        }
    )
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / _FILE)
