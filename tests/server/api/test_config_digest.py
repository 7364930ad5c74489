"""The kept digest of a configuration: one for all processes, and none of what was changed."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from server.api import authentication, config_digest, kiosk_config
from server.api.config_digest import KEPT
from server.api.kiosk_config import config_of, version_of
from server.api.models import ConfigDigest
from server.estate.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere(monkeypatch):
    """From here on, this is another process."""

    def begin():
        monkeypatch.setattr(config_digest, "_digests", {})
        monkeypatch.setattr(config_digest, "_changed", set())

    begin()
    return begin


@pytest.fixture
def told(kiosk):
    """The version that a heartbeat is told, and how many questions that took."""

    def of(now: datetime) -> tuple[str, int]:
        machine = authentication._kiosk(kiosk.key_id)
        with CaptureQueriesContext(connection) as asked:
            version = version_of(machine, now)
        return version, len(asked)

    return of


def test_made_by_one_process_it_serves_them_all(told, elsewhere):
    now = timezone.now()
    version, asked = told(now)
    assert asked > 1
    elsewhere()
    assert told(now + KEPT - timedelta(seconds=1)) == (version, 0)
    again, asked = told(now + KEPT)
    assert again == version and asked > 1
    elsewhere()
    assert told(now + 2 * KEPT - timedelta(seconds=1)) == (version, 0)


def test_a_change_is_known_to_every_process_at_its_commit(told, elsewhere, world):
    now = timezone.now()
    before, _ = told(now)
    here = (config_digest._digests, config_digest._changed)
    elsewhere()
    with transaction.atomic():
        Unit.objects.create(
            community=world.community, building=world.unit.building, code="new", area_m2=1
        )
        with CaptureQueriesContext(connection) as asked:
            world.unit.save()  # changed twice is once
        assert not [one for one in asked if "configdigest" in one["sql"]]
    config_digest._digests, config_digest._changed = here
    after, asked = told(now)
    assert after != before and asked > 1
    elsewhere()
    assert told(now) == (after, 0)


def test_what_is_rolled_back_took_nothing_away_elsewhere(told, elsewhere, world):
    now = timezone.now()
    before, _ = told(now)
    with pytest.raises(RuntimeError), transaction.atomic():
        world.unit.save()
        raise RuntimeError
    assert told(now)[0] == before
    elsewhere()
    assert told(now) == (before, 0)
    world.unit.save()  # the earlier one, which came to nothing, does not stand for it
    elsewhere()
    assert told(now)[1] > 1


@pytest.mark.parametrize("kept_before", [False, True])
def test_what_was_read_before_a_change_is_not_kept_after_it(
    kiosk, told, elsewhere, world, monkeypatch, kept_before
):
    now = timezone.now()
    if kept_before:
        told(now - KEPT)
    read = kiosk_config._digest_of

    def changed_meanwhile(long):
        unit = Unit.objects.get(pk=world.unit.pk)
        unit.code = "3-2-9999"
        unit.save()
        return read(long)

    monkeypatch.setattr(kiosk_config, "_digest_of", changed_meanwhile)
    old, _ = told(now)
    monkeypatch.setattr(kiosk_config, "_digest_of", read)
    elsewhere()
    new, asked = told(now)
    assert new != old and asked > 1
    assert config_of(authentication._kiosk(kiosk.key_id), now).version == new


def test_the_configuration_itself_keeps_it_too(kiosk, told, elsewhere):
    now = timezone.now()
    version = config_of(authentication._kiosk(kiosk.key_id), now).version
    assert ConfigDigest.objects.count() == 1
    elsewhere()
    assert told(now) == (version, 0)
