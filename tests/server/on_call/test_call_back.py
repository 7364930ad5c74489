"""Somebody wants to be called: the number is masked until it is asked for, and it is dealt with there."""

import pytest
from django.test import Client

from server.estate.models import Community
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.on_call.test_pages import post, raised
from tests.server.pages import words_of
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> Community:
    return create_village()


@pytest.fixture
def fitter(village) -> Client:
    return signed_in(create_person("fitter", (village, Role.TECHNICIAN)))


def test_whoever_is_on_call_sees_the_number_when_asked_and_the_look_is_kept(village, fitter):
    alert = raised(village, "callback_wanted", callback_phone="13855501234")
    path = f"/staff/alerts/{alert.pk}/"
    before = fitter.get(path).content.decode()
    assert "13855501234" not in before and "138****1234" in before
    assert not Act.objects.filter(act="alert_number_shown").exists()
    assert 'href="tel:13855501234"' in fitter.post(path, {"do": "number"}).content.decode()
    assert "13855501234" not in fitter.get(path).content.decode(), (
        "the next look is asked for again"
    )
    [look] = Act.objects.filter(act="alert_number_shown")
    assert (look.subject_id, look.person_name) == (str(alert.pk), "fitter")
    assert "13855501234" not in str((look.before, look.after, look.reason))


def test_in_the_back_office_where_no_look_is_kept_it_is_masked(village):
    alert = raised(village, "callback_wanted", callback_phone="13855501234")
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    page = auditor.get(f"/admin/alerts/alert/{alert.pk}/change/").content.decode()
    assert "138****1234" in page and "13855501234" not in page


def test_it_is_dealt_with_where_it_is_read_and_the_number_is_forgotten(village, fitter):
    alert = raised(village, "callback_wanted", callback_phone="13855501234")
    path = f"/staff/alerts/{alert.pk}/"
    assert "请写明理由" in post(fitter, path, do="deal", reason=" ")
    post(fitter, path, do="deal", reason="已回电")
    alert.refresh_from_db()
    assert alert.resolved_at is not None and "callback_phone" not in alert.details
    [act] = Act.objects.filter(act="resolve_alert")
    assert (act.reason, act.person_name) == ("已回电", "fitter")
    assert "回电号码" not in words_of(fitter.get(path).content.decode())
    assert fitter.post(path, {"do": "number"}).status_code == 200
    assert not Act.objects.filter(act="alert_number_shown").exists()


def test_what_ends_by_itself_is_not_marked_as_dealt_with(village, fitter):
    alert = raised(village)
    assert (
        fitter.post(f"/staff/alerts/{alert.pk}/", {"do": "deal", "reason": "x"}).status_code == 403
    )
    alert.refresh_from_db()
    assert alert.resolved_at is None
