"""A photo goes with a reading: what it says of where and when is taken off, and only staff who may
look at the community's meters get it."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image, ImageFile, ImageOps

from server.billing import reading_photos, sent_pictures
from server.billing.meters import Meter, MeterReading
from server.billing.reading_photos import PhotoRefused, ReadingPhoto, cleaned
from server.estate.models import Building, Community
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import PERIOD, create_hamlet
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/staff/billing/readings/"


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **more) -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", size, "navy")
    picture.paste("yellow", (0, 0, size[0] // 4, size[1] // 4))
    picture.save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    """As a phone takes it: turned on its side, with the place and the phone's name in it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Phone Co"
    exif.get_ifd(0x8825)[2] = (30.0, 15.0, 1.0)
    return photo(exif=exif, comment=b"made by Li Lei")


@pytest.fixture
def hamlet() -> Community:
    community = create_hamlet(buildings=1)
    MeterReading.objects.filter(period=PERIOD).delete()
    return community


@pytest.fixture
def walker(hamlet: Community) -> Client:
    return signed_in(create_person("walker", (hamlet, Role.TECHNICIAN)))


def send(client: Client, picture: bytes, counter: str = "158", name: str = "IMG_1.jpg"):
    meter = Meter.objects.get(code="W1-1-101")
    form = {"building": Building.objects.get(community=meter.community).pk, "period": PERIOD}
    form |= {f"counter-{meter.pk}": counter, f"photo-{meter.pk}": SimpleUploadedFile(name, picture)}
    return client.post(PAGE, form, follow=True)


def test_a_photo_is_kept_with_its_reading_and_without_what_it_says(
    walker: Client, hamlet: Community, data_folder: Path
):
    sent = with_place()
    assert b"Phone Co" in sent and b"Li Lei" in sent
    page = send(walker, sent).content.decode()
    row = ReadingPhoto.objects.get()
    assert row.reading.counter == 158 and f"photo/{row.pk}.jpg" in page
    answer = walker.get(f"{PAGE}photo/{row.pk}.jpg")
    found = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert b"Phone Co" not in found and b"Li Lei" not in found and b"Exif" not in found
    picture = Image.open(io.BytesIO(found))
    assert picture.size == (480, 640) and not picture.getexif()
    red, green, blue = picture.getpixel((470, 10))  # upright: its yellow corner is at the right
    assert red > 200 and green > 200 and blue < 80
    [path] = (data_folder / "meter_photos").rglob("*.jpg")
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert Act.objects.get(act="meter_photo").person_name == "walker"


def test_a_photo_may_come_after_the_reading_and_the_newest_is_shown(walker: Client):
    send(walker, photo())
    page = send(walker, photo("PNG"), counter="").content.decode()
    assert ReadingPhoto.objects.count() == 2
    assert f"photo/{ReadingPhoto.objects.latest('pk').pk}.jpg" in page


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"<svg onload=alert(1)>", "不是照片"),
        (b"GIF89a" + b"0" * 40, "不是照片"),
        (photo()[:300], "不是照片"),
        (photo("BMP"), "不是照片"),
        (photo("TIFF"), "不是照片"),
    ],
)
def test_what_is_no_photo_is_not_kept(walker: Client, data_folder: Path, picture, said):
    assert said in send(walker, picture).content.decode()
    assert not ReadingPhoto.objects.exists()
    assert MeterReading.objects.filter(period=PERIOD).exists()  # what was read stays


def test_what_is_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch):
    translation.activate("en")
    with pytest.raises(PhotoRefused, match="12 MB"):
        cleaned(io.BytesIO(photo()), reading_photos.BYTES_MAX + 1)
    monkeypatch.setattr(reading_photos, "PIXELS_MAX", 1_000)
    with pytest.raises(PhotoRefused, match="pixels"):
        cleaned(io.BytesIO(photo()), 1)


def test_a_torn_one_is_refused_although_the_typesetter_has_torn_ones_filled_up(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    whole = photo(quality=95)
    with pytest.raises(PhotoRefused):
        cleaned(io.BytesIO(whole[: len(whole) // 2]), 1)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_a_large_one_is_made_smaller():
    found = Image.open(io.BytesIO(cleaned(io.BytesIO(photo(size=(4000, 3000))), 1)))
    assert found.size == (1600, 1200)


def test_a_small_file_never_becomes_hundreds_of_megabytes(monkeypatch: pytest.MonkeyPatch):
    unpacked: list[tuple[int, int]] = []
    turned = ImageOps.exif_transpose
    monkeypatch.setattr(
        sent_pictures.ImageOps, "exif_transpose", lambda p: unpacked.append(p.size) or turned(p)
    )
    large = photo(size=(6600, 9000), quality=20)
    assert max(Image.open(io.BytesIO(cleaned(io.BytesIO(large), len(large)))).size) == 1_600
    assert max(unpacked[0]) < 3_200, "a JPEG is made smaller while it is unpacked"
    monkeypatch.setattr(sent_pictures, "WHOLE_MAX", 1_000)
    with pytest.raises(PhotoRefused):
        cleaned(io.BytesIO(photo("PNG")), 1)
    cleaned(io.BytesIO(photo("JPEG")), 1)


def test_a_photo_without_a_reading_is_refused(walker: Client):
    assert "请同时填写读数" in send(walker, photo(), counter="").content.decode()
    assert not ReadingPhoto.objects.exists()


def test_only_staff_of_the_community_who_may_look_at_meters_get_it(
    walker: Client, hamlet: Community, client: Client
):
    send(walker, photo())
    address = f"{PAGE}photo/{ReadingPhoto.objects.get().pk}.jpg"
    other = create_hamlet("other", buildings=1)
    outsider = signed_in(create_person("outsider", (other, Role.TECHNICIAN)))
    collector = signed_in(create_person("collector", (hamlet, Role.COLLECTOR)))
    auditor = signed_in(create_person("auditor", (hamlet, Role.AUDITOR)))
    assert outsider.get(address).status_code == collector.get(address).status_code == 404
    assert auditor.get(address).status_code == 200
    assert client.get(address).status_code == 302
