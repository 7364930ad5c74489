"""A kiosk that has taken a payment keeps its code and its community."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from server.estate.models import Community
from server.fleet.models import Kiosk
from server.payments.initiation import Caller, start
from tests.server.payments.world import NOW
from tests.server.village import create_village

pytestmark = pytest.mark.django_db


def test_the_code_stays_after_the_first_order(world):
    kiosk = Kiosk.objects.create(
        community=world.community, code="K07", location_zh="大堂", location_en="Lobby"
    )
    kiosk.code = "K08"
    kiosk.full_clean()  # nothing came of it yet
    kiosk.refresh_from_db()
    start(Caller(str(kiosk.id), kiosk.code, world.community), world.request(), NOW)
    kiosk.code = "K08"
    with pytest.raises(ValidationError, match="不能再改"):
        kiosk.full_clean()
    with pytest.raises(IntegrityError, match="make a new kiosk"), transaction.atomic():
        kiosk.save()
    kiosk.refresh_from_db()
    kiosk.location_en = "Gate"
    kiosk.full_clean()
    kiosk.save()


def test_a_kiosk_stays_in_its_community_from_the_beginning(world):
    kiosk = Kiosk.objects.create(
        community=world.community, code="K07", location_zh="大堂", location_en="Lobby"
    )
    kiosk.community = create_village("elsewhere")
    with pytest.raises(ValidationError, match="不能再改"):
        kiosk.full_clean()
    with pytest.raises(IntegrityError, match="stays in its community"), transaction.atomic():
        kiosk.save()


def test_money_that_was_simulated_never_becomes_real(world):
    start(world.caller, world.request(), NOW)
    world.community.test = False
    with pytest.raises(ValidationError, match="不能再改"):
        world.community.full_clean()
    with pytest.raises(IntegrityError, match="stays a test community"), transaction.atomic():
        Community.objects.filter(pk=world.community.pk).update(test=False)
