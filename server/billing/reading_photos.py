"""Photos of meters, taken with their readings: looked at for what they are, made smaller, freed of
whatever else they say (where, when, with which phone), and kept apart from the rest, for staff of the
community."""

import io
import secrets
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from server.billing import sent_pictures
from server.billing.meters import MeterReading
from server.estate.models import Community
from server.estate.tenancy import OfCommunity
from server.staff import audit
from server.staff.people import Person

BYTES_MAX, PIXELS_MAX, SIDE_MAX = 12_000_000, 60_000_000, 1_600
KINDS = ("JPEG", "PNG", "WEBP")
_QUALITY = 80


class PhotoRefused(Exception):
    """It is no photo that can be kept; ``said`` is why, for staff."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


class ReadingPhoto(OfCommunity):
    """``name``: of its file; the newest of a reading is shown, the others stay."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="reading_photos"
    )
    reading = models.ForeignKey(
        MeterReading, models.PROTECT, verbose_name=_("Meter reading"), related_name="photos"
    )
    name = models.CharField(_("File"), max_length=40, unique=True, editable=False)
    taken_by = models.CharField(_("Taken by"), max_length=150)
    kept_at = models.DateTimeField(_("Kept at"))

    class Meta:
        verbose_name = _("Photo of a reading")
        verbose_name_plural = _("Photos of readings")
        ordering = ["-kept_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.reading}"


def keep(
    reading: MeterReading, file: BinaryIO, size: int, person: Person, at: datetime
) -> ReadingPhoto:
    """Raises PhotoRefused. A file whose row was not written is nobody's, and is never served."""
    picture = cleaned(file, size)
    name = f"{secrets.token_hex(16)}.jpg"
    folder = _folder(reading.community_id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    path.touch(mode=0o600)
    path.write_bytes(picture)
    with transaction.atomic():
        row = ReadingPhoto.objects.create(
            community_id=reading.community_id,
            reading=reading,
            name=name,
            taken_by=person.name,
            kept_at=at,
        )
        subject = ("meter", f"{reading.meter_id}")
        after = {"period": reading.period, "photo": row.pk}
        audit.note(reading.community_id, person, "meter_photo", subject, at, after=after)
    return row


def cleaned(file: BinaryIO, size: int) -> bytes:
    """The picture alone, as JPEG, upright, its longer side at most SIDE_MAX pixels. Raises
    PhotoRefused."""
    if size > BYTES_MAX:
        raise PhotoRefused(_("The photo is larger than 12 MB"))
    try:
        upright = sent_pictures.opened(file, KINDS, PIXELS_MAX, "RGB", SIDE_MAX)
    except sent_pictures.TooManyPixels as many:
        raise PhotoRefused(_("The photo has too many pixels")) from many
    except sent_pictures.NoPicture as wrong:
        raise PhotoRefused(_("This is no photo; choose a JPEG, PNG or WebP")) from wrong
    upright.thumbnail((SIDE_MAX, SIDE_MAX))
    out = io.BytesIO()
    sent_pictures.bare(upright).save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def path_of(photo: ReadingPhoto) -> Path:
    return _folder(photo.community_id) / photo.name


def _folder(community: int) -> Path:
    return Path(settings.DATA_FOLDER) / "meter_photos" / str(community)
