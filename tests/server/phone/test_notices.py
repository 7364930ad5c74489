"""A notice on the phone: what hangs or hung lately, in one language; nothing that does not hang yet."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contract.messages import Text
from server.notices.models import Notice
from server.phone.notice_views import KEPT
from tests.server.village import create_village

pytestmark = pytest.mark.django_db


def hung(begins: int, ends: int) -> Notice:
    """Days from today."""
    today = timezone.now().date()
    return Notice.objects.create(
        community=create_village(),
        title=Text(zh="周六停水", en="No water on Saturday"),
        body=Text(zh="八点到十二点\n请储水", en="From 8 to 12\n<b>Keep some</b>"),
        show_from=today + timedelta(days=begins),
        show_until=today + timedelta(days=ends),
    )


def test_it_is_read_in_either_language_and_only_in_one(client):
    one = hung(-3, 3)
    page = client.get(f"/n/{one.pk}?language=zh-hans").content.decode()
    assert "周六停水" in page and "No water" not in page and "no longer" not in page
    english = client.get(f"/n/{one.pk}?language=en").content.decode()
    assert "No water on Saturday" in english and "周六停水" not in english
    assert "&lt;b&gt;" in english, "words, never markup"


@pytest.mark.parametrize(
    ("begins", "ends", "status"), [(2, 9, 404), (-9, -2, 200), (-200, -3 - KEPT.days, 404)]
)
def test_neither_before_its_time_nor_long_after_it(client, begins, ends, status):
    assert client.get(f"/n/{hung(begins, ends).pk}").status_code == status


def test_numbers_are_not_walked_through(client):
    codes = {client.get(f"/n/{number}").status_code for number in range(9000, 9040)}
    assert codes == {404, 429}


def test_what_is_for_some_kinds_opens_by_its_own_address_only(client):
    one = hung(-1, 1)
    Notice.objects.filter(pk=one.pk).update(kinds=["shop"])
    one.refresh_from_db()
    assert client.get(f"/n/{one.pk}").status_code == 404
    assert client.get(f"/n/{one.pk}-{'0' * 20}").status_code == 404
    page = client.get(f"/n/{one.key}?language=zh-hans")
    assert page.status_code == 200 and "周六停水" in page.content.decode()
