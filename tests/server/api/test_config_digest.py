"""The kept digest of a configuration: one for all processes, and none of what was changed."""

from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from server.api import authentication, config_digest, kiosk_config
from server.api.config_digest import KEPT
from server.api.kiosk_config import config_of, version_of
from server.api.models import ConfigDigest
from server.estate.models import Community, Unit

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
        machine = authentication.callers.find(kiosk.key_id)
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
    assert config_of(authentication.callers.find(kiosk.key_id), now).version == new


def test_the_configuration_itself_keeps_it_too(kiosk, told, elsewhere):
    now = timezone.now()
    version = config_of(authentication.callers.find(kiosk.key_id), now).version
    assert ConfigDigest.objects.count() == 1
    elsewhere()
    assert told(now) == (version, 0)


@pytest.fixture
def cannot_be_kept(monkeypatch):
    def fails(*rows, **how):
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "bulk_create", fails)


@pytest.mark.parametrize("together", [False, True])
def test_what_cannot_be_kept_undoes_no_act_and_no_hook_after_it(
    world, cannot_be_kept, together, caplog
):
    ran = []
    with transaction.atomic() if together else nullcontext():
        world.unit.save()
        transaction.on_commit(lambda: ran.append("later"))
    assert ran == ["later"] and "was not kept" in caplog.text


def test_what_cannot_be_kept_is_told_all_the_same(kiosk, told, cannot_be_kept, elsewhere):
    now = timezone.now()
    ConfigDigest.objects.all().delete()
    version, _ = told(now)
    assert not ConfigDigest.objects.exists()
    elsewhere()
    assert told(now)[0] == version == kiosk.get("/config").json()["version"]


def test_a_community_that_goes_with_its_change_is_no_trouble():
    with transaction.atomic():
        gone = Community.objects.create(code="gone", name_zh="空", name_en="Gone", test=True)
        gone.delete()
    assert not ConfigDigest.objects.exists()
