"""The logo on a community's bills: looked at for what it is, made anew from its pixels alone, and kept in
the data folder. Drawings that can hold more than a picture (SVG, PDF) are not taken."""

import base64
import contextlib
import io
import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.billing import sent_pictures
from server.staff import audit
from server.staff.people import Person

if TYPE_CHECKING:
    from server.billing.paper_layout import PaperLayout

BYTES_MAX, PIXELS_MAX, SIDE_MAX, SIDE_MIN = 4_000_000, 20_000_000, 900, 32
KINDS = ("PNG", "JPEG", "WEBP")
_NAME = re.compile(r"[0-9a-f]{32}\.png")


class LogoRefused(Exception):
    """It is no logo that can be kept; ``said`` is why, for staff."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


def keep(layout: "PaperLayout", file: BinaryIO, size: int, person: Person, at: datetime) -> None:
    """Takes the place of the logo there was. Raises LogoRefused, and then nothing has changed."""
    picture = cleaned(file, size)
    name = f"{secrets.token_hex(16)}.png"
    folder = _folder(layout.community_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(picture)
    _chosen(layout, name, person, at)


def remove(layout: "PaperLayout", person: Person, at: datetime) -> None:
    if layout.logo:
        _chosen(layout, "", person, at)


def data_uri(layout: "PaperLayout") -> str:
    """The picture within a page; empty where there is none, or its file is gone."""
    path = path_of(layout)
    if path is None:
        return ""
    try:
        picture = path.read_bytes()
    except OSError:
        return ""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


def path_of(layout: "PaperLayout") -> Path | None:
    if not _NAME.fullmatch(layout.logo):
        return None
    return _folder(layout.community_id) / layout.logo


def cleaned(file: BinaryIO, size: int) -> bytes:
    """The picture alone, as PNG, what is transparent kept so, its longer side at most SIDE_MAX pixels.
    Raises LogoRefused."""
    if size > BYTES_MAX:
        raise LogoRefused(_("The logo is larger than 4 MB"))
    try:
        upright = sent_pictures.opened(file, KINDS, PIXELS_MAX, "RGBA")
    except sent_pictures.TooManyPixels as many:
        raise LogoRefused(_("The logo has too many pixels")) from many
    except sent_pictures.NoPicture as wrong:
        raise LogoRefused(_("This is no picture; choose a PNG, JPEG or WebP")) from wrong
    if min(upright.size) < SIDE_MIN:
        raise LogoRefused(_("The logo is too small to be printed"))
    upright.thumbnail((SIDE_MAX, SIDE_MAX))
    out = io.BytesIO()
    sent_pictures.bare(upright).save(out, "PNG", optimize=True)
    return out.getvalue()


def _chosen(layout: "PaperLayout", name: str, person: Person, at: datetime) -> None:
    old, before = path_of(layout), layout.logo
    layout.logo = name
    with transaction.atomic():
        layout.save()
        subject = ("community", layout.community.code)
        audit.note(
            layout.community_id,
            person,
            "paper_logo_set",
            subject,
            at,
            before={"logo": before},
            after={"logo": name},
        )
        if old is not None:
            transaction.on_commit(lambda: _forget(old))


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _folder(community: int) -> Path:
    return Path(settings.DATA_FOLDER) / "logos" / str(community)
