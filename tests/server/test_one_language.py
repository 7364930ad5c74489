"""Every page of staff, in both languages: none says anything in the other one."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import NoReverseMatch, get_resolver, reverse

from server.alerts.raising import raise_alert
from server.estate.models import Resident
from server.notices.models import Notice
from server.staff.roles import Role
from tests.server.pages import HAN, foreign
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, TODAY, create_village, issue

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
COMMAND = "lobbypay server"  # what is typed is typed so in both
MENU = "简体中文"  # in the menu of languages each is named in itself


def _people_wrote() -> list[str]:
    """Every run of Chinese in the database: names of estates, units and people stay as they are."""
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.fields:
            if field.get_internal_type() in ("CharField", "TextField", "JSONField"):
                values = model._default_manager.values_list(field.name, flat=True)
                found.update(run for value in values for run in HAN.findall(str(value)))
    found.update(resident.masked_name for resident in Resident.objects.all())
    return sorted(found, key=len, reverse=True)


def _pages() -> list[str]:
    """Those of staff that name no row; of each model its list, a new row and the first one."""
    own = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    pages = ["/admin/", *(found for name in own if (found := _address(name)).startswith("/staff/"))]
    for model in admin.site._registry:
        begin = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        first = model._default_manager.order_by("pk").first()
        pages += [begin, f"{begin}add/"]
        pages += [f"{begin}{first.pk}/change/"] if first else []
    return pages


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_page_of_staff_mixes_languages(language: str):
    village = create_village()
    issue(village)
    raise_alert(village.pk, "journal_gap", "K01", NOW, kiosk_code="K01")
    Notice.objects.create(
        community=village,
        title_zh="停水",
        title_en="Water",
        body_zh="停水",
        body_en="Water",
        show_from=TODAY,
        show_until=TODAY,
    )
    create_person("clerk", (village, Role.BOOKKEEPER))
    client = signed_in(create_staff("company"))
    client.cookies["django_language"] = language
    names = _people_wrote()
    mixed, seen = {}, 0
    for address in _pages():
        page = client.get(address)
        if page.status_code in (302, 403, 405) or "html" not in page.headers["content-type"]:
            continue
        assert page.status_code == 200, address
        seen += 1
        found = foreign(page.content.decode(), language, COMMAND, *names)
        said = [words for words in found if words != MENU]
        if said:
            mixed[address] = said[:5]
    assert seen > 70
    assert not mixed, "\n".join(f"{address}: {said}" for address, said in mixed.items())
