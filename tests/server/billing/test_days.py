"""The day on the phone page and of keys is the community's, whatever UTC and the machine say."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from contract.business_day import business_day
from server.billing.models import BillSigningKey
from server.billing.signing import bill_url, create_key
from server.estate.models import Community
from tests.server.village import TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db


def page_at(client: Client, monkeypatch: pytest.MonkeyPatch, url: str, moment: datetime) -> str:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return client.get(url[url.index("/b/") :]).content.decode()


def test_a_bill_due_on_the_30th_is_not_late_in_the_evening_of_the_30th(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    village = create_village()
    Community.objects.update(time_zone="America/New_York")
    issue(village, due=date(2026, 11, 30))
    url = bill_url(bill_of(village), TODAY)
    evening = datetime(
        2026, 12, 1, 2, 0, tzinfo=UTC
    )  # 21:00 on the 30th there, the 1st in Shanghai
    assert "已逾期" not in page_at(client, monkeypatch, url, evening)
    midnight = datetime(2026, 12, 1, 5, 0, tzinfo=UTC)
    assert "已逾期 1 天" in page_at(client, monkeypatch, url, midnight)


def test_a_key_is_believed_on_the_last_day_of_the_communitys_calendar_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    village = create_village()
    issue(village)
    url = bill_url(bill_of(village), TODAY)
    BillSigningKey.objects.update(not_after=date(2026, 12, 31))
    last = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert "过期" not in page_at(client, monkeypatch, url, last)
    assert "二维码已过期" in page_at(
        client, monkeypatch, url, datetime(2026, 12, 31, 23, tzinfo=UTC)
    )


def test_a_new_keys_last_day_is_counted_by_the_communitys_calendar():
    village = create_village()
    made = create_key(village, now=datetime(2026, 11, 30, 20, 0, tzinfo=UTC))
    assert made.not_after == business_day(
        datetime(2029, 11, 29, 20, 0, tzinfo=UTC), "Asia/Shanghai"
    )
    assert made.not_after == date(2029, 11, 30)
