"""The version of a kiosk's configuration: cheap to ask for, and another when anything in it is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.api.config_digest import KEPT, forget
from server.api.kiosk_config import config_of, version_of
from server.estate.models import Community, Unit
from server.fleet.models import Kiosk
from server.notices.models import Notice
from server.public_accounts import at_kiosks
from tests.server.fleet.heartbeats import kiosk
from tests.server.village import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def machine() -> Kiosk:
    kiosk()
    return Kiosk.objects.select_related("community").get()


def notice(community: Community, title: str = "停水") -> Notice:
    return Notice.objects.create(
        community=community,
        title_zh=title,
        title_en="Water",
        body_zh="明天",
        body_en="Tomorrow",
        show_from=TODAY,
        show_until=TODAY,
    )


def test_heartbeats_and_the_configuration_name_the_same_version(machine):
    assert version_of(machine, NOW) == config_of(machine, NOW).version


def test_a_change_while_a_configuration_is_read_is_no_trouble(machine, monkeypatch):
    """Another thread of this process saves a notice."""
    told = at_kiosks.told

    def changed_meanwhile(community, keys):
        forget(community.pk)
        return told(community, keys)

    monkeypatch.setattr(at_kiosks, "told", changed_meanwhile)
    assert config_of(machine, NOW).version == version_of(machine, NOW)


def test_asked_again_soon_the_database_is_asked_nothing(machine, django_assert_num_queries):
    version_of(machine, NOW)
    with django_assert_num_queries(0):
        version_of(machine, NOW + KEPT - timedelta(seconds=1))


def test_what_changes_here_is_known_at_once(machine):
    seen = {version_of(machine, NOW)}
    written = notice(machine.community)
    seen.add(version_of(machine, NOW))
    written.title_zh = "停电"
    written.save()
    seen.add(version_of(machine, NOW))
    machine.community.office_phone = "0571-1"
    seen.add(version_of(machine, NOW))
    machine.unit_start = "3"
    seen.add(version_of(machine, NOW))
    unit = Unit.objects.get(code="1-2-101")
    unit.code = "1-2-102"
    unit.save()
    seen.add(version_of(machine, NOW))
    assert len(seen) == 6
    assert version_of(machine, NOW) == config_of(machine, NOW).version


def test_what_changes_elsewhere_is_known_within_that_time(machine):
    """Another process, or a bulk update, tells nobody."""
    notice(machine.community)
    before = version_of(machine, NOW)
    Notice.objects.update(title_zh="停电")
    assert version_of(machine, NOW + KEPT - timedelta(seconds=1)) == before
    assert version_of(machine, NOW + KEPT) != before


def test_the_configuration_itself_is_never_old(machine):
    written = notice(machine.community)
    version_of(machine, NOW)
    Notice.objects.filter(pk=written.pk).update(title_zh="停电")
    fresh = config_of(machine, NOW)
    assert fresh.notices[0].title.zh == "停电"
    assert version_of(machine, NOW) == fresh.version


def test_a_notice_that_begins_at_midnight_is_known_at_midnight(machine):
    tomorrow = TODAY + timedelta(days=1)
    Notice.objects.filter(pk=notice(machine.community).pk).update(
        show_from=tomorrow, show_until=tomorrow
    )
    midnight = datetime.combine(tomorrow, time(), ZoneInfo("Asia/Shanghai"))
    before = version_of(machine, midnight - timedelta(seconds=1))
    assert version_of(machine, midnight) != before
