"""axe, a judge that we did not write, on every page of staff and every role's start page: nothing that it
calls serious or critical. And what it cannot see: whoever uses keys alone gets past the menu, sees where
they are, and moves in the order of the page."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from server.billing.models import Bill
from server.payments.models import PaymentOrder
from server.staff.roles import Role
from tests.server.fleet.test_staff_browser import page
from tests.server.open_questions import questions as lobby
from tests.server.payments.conftest import world
from tests.server.staff_accounts import PASSWORD, create_person, create_staff
from tests.server.test_one_language import _pages
from tests.server.village import create_village, issue

__all__ = ["page", "world"]
PACKAGE = Path(__file__).parent
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here"),
    pytest.mark.timeout(1500),
]
JUDGED = """async () => {
    const found = await axe.run(document, {resultTypes: ['violations']});
    return found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one =>
        `${one.id}: ${one.nodes.slice(0, 4).map(node => node.html.slice(0, 160)).join(' | ')}`);
}"""
FOCUSED = """() => {
    const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
    return {ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
            shown: box.width > 0 && box.height > 0 && box.bottom > 0,
            place: [...document.querySelectorAll('*')].indexOf(at),
            name: at.outerHTML.slice(0, 120), inside: !!at.closest('main'), body: at === document.body};
}"""
KINDS = (
    *("text", "search", "email", "password", "tel", "url", "number", "file", "checkbox", "radio"),
    *("date", "datetime-local", "month", "week", "time", "color", "range"),
)


@pytest.fixture(scope="session")
def axe(tmp_path_factory) -> str:
    """The library's own file, of the version and the hash that the lock names."""
    folder = tmp_path_factory.mktemp("axe") / "axe"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"npm could not install axe-core: {done.stderr[-300:]}")
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


def signed_in(page: Any, person: Any, language: str) -> None:
    client = Client()
    assert client.login(username=person.get_username(), password=PASSWORD)
    names = {"sessionid": client.cookies["sessionid"].value, "django_language": language}
    page.goto("/staff/login/")
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": page.url.partition("/staff")[0]}
            for name, value in names.items()
        ]
    )


def judged(page: Any, axe: str, where: str) -> list[str]:
    # What is no page, or a file, the browser would not open: it is asked for beside it first.
    asked = page.context.request.get(where)
    if asked.status != 200 or "html" not in asked.headers["content-type"]:
        return []
    page.goto(where)
    page.evaluate(axe)  # as an inline script the page's own policy would refuse it
    return [f"{where} {found}" for found in page.evaluate(JUDGED)]


def own_pages(village: Any) -> list[str]:
    """Those that name a row."""
    unit, bill, order = village.units.first(), Bill.objects.first(), PaymentOrder.objects.first()
    pages = [unit.get_absolute_url(), f"{unit.get_absolute_url()}credit/"]
    pages += [f"/staff/units/{unit.pk}/move/", f"/staff/bills/{bill.number}/"]
    pages += [order.get_absolute_url()] if order else []
    pages += [f"/staff/onboarding/{village.pk}/import/"]
    return [*pages, "/staff/?q=101"]


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 1280), ("en", 390)])
def test_axe_finds_nothing_serious_on_the_companys_pages(page, axe, world, language, width):
    village = create_village("other")
    issue(village)
    lobby.refused_refund(world)
    page.set_viewport_size({"width": width, "height": 844})
    signed_in(page, create_staff("boss"), language)
    found: list[str] = []
    whole = [where for where in _pages() if not where.endswith("/live/")]  # the others are parts
    for where in [*whole, *own_pages(village)]:
        found += judged(page, axe, where)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_serious_for_any_role(page, axe, world):
    village = create_village("other")
    issue(village)
    found: list[str] = []
    for role in Role:
        person = create_person(role.value, (village, role))
        signed_in(page, person, "zh-hans")
        for where in ["/staff/", "/admin/", "/staff/requests/", *own_pages(village)]:
            found += [f"{role}: {one}" for one in judged(page, axe, where)]
    assert not found, "\n".join(found)


def reached(page: Any, most: int = 40) -> list[dict[str, Any]]:
    """Each stop of the key Tab; a field of dates has several, one for each of its parts."""
    seen: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["body"] or (seen and at["place"] == seen[0]["place"] != seen[-1]["place"]):
            break
        seen.append(at)
    return seen


def test_keys_alone_lead_through_a_page_in_its_order_and_past_the_menu(page, world):
    village = create_village("other")
    issue(village)
    signed_in(page, create_staff("boss"), "zh-hans")
    for where in ["/staff/", *own_pages(village)]:
        page.goto(where)
        page.evaluate("document.querySelectorAll('[autofocus]').forEach(one => one.blur())")
        seen = reached(page)
        for one in seen:
            assert one["ring"] and one["shown"], f"{where}: {one['name']}"
        places = [one["place"] for one in seen]
        assert places == sorted(places), where
        page.goto(where)
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("Tab")
        assert "skip" in page.evaluate(FOCUSED)["name"], where
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        inside = (
            "document.activeElement === document.body || !!document.activeElement.closest('main')"
        )
        assert page.evaluate(inside), where


def test_every_kind_of_field_shows_that_the_keys_are_in_it(page, world):
    signed_in(page, create_staff("boss"), "zh-hans")
    page.goto("/staff/")
    fields = "".join(f'<input type="{kind}">' for kind in KINDS)
    fields += "<select><option>1</option></select><textarea></textarea><button>1</button>"
    fields += "<details><summary>1</summary></details><a href='/staff/'>1</a>"
    page.evaluate("fields => { document.querySelector('main').innerHTML = fields; }", fields)
    page.evaluate("document.querySelector('main').focus()")
    seen = [one for one in reached(page, most=80) if one["inside"]]
    assert len({one["place"] for one in seen}) == len(KINDS) + 5
    assert not [one["name"] for one in seen if not one["ring"]]
