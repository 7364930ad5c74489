"""Files that staff have sent to be checked wait here, private, until they are imported or a day is over.

They hold names and phone numbers: each belongs to one person and one community, and to nobody else.
"""

import re
import secrets
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

KEPT_S = 24 * 3600
_TOKEN = re.compile(r"[0-9a-f]{32}")


class UploadGone(Exception):
    """It was imported, or waited for too long, or is somebody else's."""


def keep(community: int, person: int, chunks: Iterable[bytes]) -> str:
    """The token by which ``path_of`` finds the file again. Others that waited too long are deleted."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_old()
    token = secrets.token_hex(16)
    path = folder / _name(community, person, token)
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
    return token


def path_of(community: int, person: int, token: str) -> Path:
    """Raises UploadGone."""
    path = _folder() / _name(community, person, token)
    if not _TOKEN.fullmatch(token) or not path.is_file():
        raise UploadGone
    return path


def problems_of(path: Path) -> Path:
    """Where the mistakes in a file are kept, as long as the file itself."""
    return path.with_suffix(".json")


def forget(path: Path) -> None:
    for one in (path, problems_of(path)):
        one.unlink(missing_ok=True)


def forget_old() -> None:
    before = time.time() - KEPT_S
    for path in _folder().glob("*.xlsx"):
        if path.stat().st_mtime < before:
            forget(path)


def _folder() -> Path:
    return Path(settings.DATA_FOLDER) / "uploads"


def _name(community: int, person: int, token: str) -> str:
    return f"{community}-{person}-{token}.xlsx"
