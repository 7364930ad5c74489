"""A village with the usual topics, people who answer and direct, and a request of a unit."""

import io
import uuid

import pytest
from django.contrib.auth.models import User
from PIL import Image

from server.estate.models import Community
from server.service_requests import topics
from server.service_requests.coming_in import Said, open_request
from server.service_requests.models import Kind, Origin, ServiceRequest, Topic
from server.staff.models import Role
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village


@pytest.fixture
def village(db) -> Community:
    return create_village()


@pytest.fixture
def manager(village) -> User:
    person = create_person("manager", (village, Role.APPROVER))
    topics.begin(person, village, NOW)
    return person


@pytest.fixture
def clerk(village, manager) -> User:
    return create_person("clerk", (village, Role.COLLECTOR))


def topic_of(village: Community, kind: Kind = Kind.REPAIR) -> Topic:
    return Topic.objects.filter(community=village, kind=kind).order_by("pk")[0]


def asked(
    village: Community, unit: str = "1-1-101", kind: Kind = Kind.REPAIR, at=NOW, **how
) -> ServiceRequest:
    said = how.pop("said", Said("厨房漏水 The kitchen leaks"))
    usual = {"wish": uuid.uuid4(), "origin": Origin.PHONE, "phone": "13800001234", "now": at}
    return open_request(
        village.units.get(code=unit), topic_of(village, kind), said, **(usual | how)
    )


def photo(place: bool = True) -> bytes:
    """A JPEG that says where it was taken."""
    out, tags = io.BytesIO(), Image.Exif()
    if place:
        tags.get_ifd(0x8825)[1] = "N"
        tags[0x010F] = "A phone"
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=tags)
    return out.getvalue()
