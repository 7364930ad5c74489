"""The fleet page: problems first, every kiosk told apart, however many; only what changed is sent."""

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from contract.heartbeat import STILL_S
from server.alerts.models import Alert
from server.estate.models import Community
from server.fleet.fleet_page import A_PAGE, PROBLEMS_SHOWN, Asked, Overview, overview
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.fleet.states import State, classified
from server.staff.models import Role
from tests.server.fleet.days import paid
from tests.server.fleet.heartbeats import PAPER_LOW, UNREACHABLE, device, heartbeat, kiosk
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def found(at=NOW, **asked) -> Overview:
    every = Community.objects.all()
    return overview(at, every, every, Asked(**asked))


def standing(code: str, at=NOW) -> str:
    return classified(Kiosk.objects.all(), at).get(code=code).standing  # type: ignore[attr-defined]


def heard(code: str, *devices, at=NOW, **fields) -> Kiosk:
    machine = kiosk(code)
    record_heartbeat(machine, heartbeat(at, *devices, **fields), now=at)
    return machine


def test_each_way_to_stand_is_told_apart():
    heard("WELL", device("printer"))
    heard("LOW", device("printer", PAPER_LOW))
    heard("CARD", device("printer", PAPER_LOW), device("card_terminal", UNREACHABLE))
    heard("NONE", offers=[])
    heard("OUT", state="out_of_order")
    heard("STILL", device("printer"), offers=[], drawn_s=STILL_S + 1)
    heard("DRAWN", device("printer"), drawn_s=STILL_S)
    heard("LATE", at=NOW - 2 * MINUTE)
    kiosk("NEVER")
    kiosk("TWIN", stopped="twin", heard_at=NOW)
    kiosk("OFF", active=False, stopped="twin")
    kiosk("NEW", public_key="")
    assert {k.code: k.standing for k in classified(Kiosk.objects.all(), NOW)} == {
        "WELL": "well",
        "LOW": "attention",
        "CARD": "fault",
        "NONE": "no_money",
        "OUT": "no_money",
        "STILL": "still",
        "DRAWN": "well",
        "LATE": "silent",
        "NEVER": "silent",
        "TWIN": "stopped",
        "OFF": "off",
        "NEW": "unpaired",
    }
    problems = found().problems
    assert [row.state for row in problems[:3]] == [State.STOPPED, State.SILENT, State.SILENT]
    assert [row.code for row in problems[-2:]] == ["CARD", "LOW"]
    assert {row.code for row in problems}.isdisjoint({"OFF", "NEW", "WELL"})


def test_since_when_is_when_it_began_not_when_it_was_last_said():
    machine = heard("K1", device("printer", PAPER_LOW), at=NOW - MINUTE)
    record_heartbeat(machine, heartbeat(NOW, device("printer", PAPER_LOW)), now=NOW)
    assert found().problems[0].since == NOW - MINUTE
    record_heartbeat(machine, heartbeat(NOW, device("printer")), now=NOW)
    assert found().problems == []


def test_a_kiosk_with_another_thing_than_before_begins_anew():
    machine = heard("K1", device("printer", PAPER_LOW), at=NOW - MINUTE)
    record_heartbeat(machine, heartbeat(NOW, device("card_terminal", UNREACHABLE)), now=NOW)
    [row] = found().problems
    assert (row.state, row.since) == (State.FAULT, NOW)


def test_who_switched_it_off_and_until_when_is_told_and_nobody_is_told_to_pair_it(client: Client):
    User.objects.create_superuser("boss", password="a-long-password")
    client.login(username="boss", password="a-long-password")
    machine = kiosk("K1")
    form = {
        "community": machine.community_id,
        "code": "K1",
        "location_zh": "大堂",
        "location_en": "Lobby",
        "off_until_0": "2026-12-01",
        "off_until_1": "08:00:00",
    }
    answer = client.post(f"/admin/fleet/kiosk/{machine.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()
    machine.refresh_from_db()
    assert (machine.active, machine.off_by, machine.off_until is not None) == (False, "boss", True)
    text = client.get("/staff/fleet/").content.decode()
    assert "人为停用" in text and "boss" in text and "12-01 08:00" in text
    assert "配对" not in text[text.index('class="card fleet-list"') :]
    form |= {"active": "on"}
    client.post(f"/admin/fleet/kiosk/{machine.pk}/change/", form)
    machine.refresh_from_db()
    assert (machine.active, machine.off_by, machine.off_until) == (True, "", None)


def test_the_list_filters_searches_sorts_and_pages():
    for number in range(A_PAGE + 3):
        heard(f"K{number:02d}", device("printer"), software=f"1.{number % 2}")
    heard("LAST", device("printer", PAPER_LOW))
    other = create_village("other")
    Kiosk.objects.create(community=other, code="X1", location_zh="东门", location_en="East gate")
    assert (found().found, found().pages, len(found().rows)) == (A_PAGE + 5, 2, A_PAGE)
    assert found().rows[0].code == "LAST"
    assert len(found(page=2).rows) == 5
    assert found(page=99).page == 2
    assert [r.code for r in found(state="attention").rows] == ["LAST"]
    assert [r.code for r in found(state="problems").rows] == ["LAST"]
    assert [r.code for r in found(community="other").rows] == ["X1"]
    assert [r.code for r in found(words="east").rows] == ["X1"]
    assert [r.code for r in found(words="东门 x").rows] == ["X1"]
    assert found(words="1.1").found == (A_PAGE + 3) // 2
    assert [r.code for r in found(order="code").rows][:2] == ["K00", "K01"]
    assert found(order="nonsense", state="nonsense").found == A_PAGE + 5


def test_the_same_code_in_two_communities_is_two_kiosks():
    heard("K1", device("printer"))
    other = create_village("other")
    Kiosk.objects.create(community=other, code="K1", location_zh="门", location_en="Gate")
    assert found().kiosks == 2
    assert {tile.state: tile.count for tile in found().tiles} == {State.WELL: 1, State.UNPAIRED: 1}


def many(count: int) -> None:
    """Half of them in trouble, in twenty communities."""
    beat = heartbeat(NOW, device("printer", PAPER_LOW)).model_dump(mode="json")
    for place in range(20):
        community = Community.objects.create(code=f"c{place}", name_zh="小区", name_en="Community")
        Kiosk.objects.bulk_create(
            Kiosk(
                community=community,
                code=f"K{number}",
                location_zh="大堂",
                location_en="Lobby",
                public_key="k" * 43,
                heard_at=timezone.now(),
                heartbeat=beat,
                condition="attention" if number % 2 else "well",
                condition_since=NOW,
            )
            for number in range(count // 20)
        )


@pytest.fixture
def boss(client: Client) -> Client:
    create_staff("boss", "a-long-password")
    client.login(username="boss", password="a-long-password")
    return client


def test_questions_do_not_grow_with_the_fleet(boss: Client, django_assert_max_num_queries):
    many(100)
    boss.get("/staff/fleet/live/")
    with django_assert_max_num_queries(20) as few:
        boss.get("/staff/fleet/live/")
        asked = len(few)
    Kiosk.objects.all().delete()
    Community.objects.all().delete()
    many(2000)
    boss.get("/staff/fleet/live/")
    with django_assert_max_num_queries(asked):
        boss.get("/staff/fleet/live/")


def test_the_page_stays_small_and_travels_compressed(boss: Client):
    many(2000)
    page = boss.get("/staff/fleet/")
    assert len(page.content) < 100_000
    text = page.content.decode()
    assert text.count("data-kiosk=") == A_PAGE
    assert f"显示全部 {1000} 台" in text
    packed = boss.get("/staff/fleet/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < 15_000
    assert gzip.decompress(packed.content).decode().count("data-kiosk=") == A_PAGE
    assert PROBLEMS_SHOWN < 1000


def seen(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-block="([^"]+)" data-digest="([^"]+)"', page))


def test_only_what_changed_is_sent(boss: Client):
    first = kiosk("K1")
    now = timezone.now()
    record_heartbeat(first, heartbeat(now, device("printer")), now=now)
    second = kiosk("K2")
    record_heartbeat(second, heartbeat(now, device("printer")), now=now)
    shown = seen(boss.get("/staff/fleet/?order=code").content.decode())

    def news(order="code"):
        told = ",".join(f"{name}={digest}" for name, digest in shown.items())
        answer = boss.get(f"/staff/fleet/live/?order={order}", headers={"X-Seen": told})
        return answer.status_code, seen(answer.content.decode())

    later = timezone.now()
    record_heartbeat(first, heartbeat(later, device("printer")), now=later)
    assert news() == (204, {}), "a heartbeat with nothing new is no news"
    record_heartbeat(second, heartbeat(later, device("printer", PAPER_LOW)), now=later)
    status, changed = news()
    assert status == 200
    assert set(changed) == {"problems", "tiles", f"k{second.pk}"}
    status, reordered = news(order="urgency")
    assert {"rows", "problems", "tiles"} <= set(reordered)


def test_money_is_for_those_who_may_see_it():
    heard("K1", device("printer"))
    village = Community.objects.get()
    technician = signed_in(create_person("tech", (village, Role.TECHNICIAN)))
    page = technician.get("/staff/fleet/")
    assert page.status_code == 200
    assert "K1" in page.content.decode() and "今日收款" not in page.content.decode()


def test_a_kiosks_own_page(boss: Client):
    machine = heard("K1", device("printer", PAPER_LOW), at=timezone.now())
    Alert.objects.create(
        community=machine.community,
        kiosk_code="K1",
        kind="journal_gap",
        subject="K1",
        text_zh="缺少日志",
        text_en="Gap",
        raised_at=timezone.now(),
    )
    text = boss.get(f"/staff/fleet/kiosks/{machine.pk}/").content.decode()
    for words in ("K1", "换一卷 80 毫米热敏纸", "缺少日志", "仍在持续", "日志已收到"):
        assert words in text
    assert boss.get(f"/staff/fleet/kiosks/{'0' * 8}-0000-4000-8000-{'0' * 12}/").status_code == 404


def test_a_kiosks_page_of_another_community_is_not_there():
    machine = heard("K1", device("printer"))
    stranger = signed_in(create_person("other", (create_village("other"), Role.ADMINISTRATOR)))
    assert stranger.get(f"/staff/fleet/kiosks/{machine.pk}/").status_code == 404


def test_money_and_payments_without_money_are_told_and_sort_the_list(client: Client):
    few, many_, none = heard("K1"), heard("K2"), heard("K3")
    gone = {"state": "declined", "reason": "refused", "captured_minor": 0, "allocated_minor": 0}
    for number, (machine, ended) in enumerate(
        [(few, {}), (few, {}), (few, gone | {"paid_at": None}), (many_, gone | {"paid_at": None})]
    ):
        paid(machine, number, **ended)
    paid(none, 9, minor=2000)
    paid(none, 10, at=NOW - timedelta(days=1), **gone | {"paid_at": None})
    assert [row.code for row in found(order="taken").rows] == ["K3", "K1", "K2"]
    failing = found(order="failed").rows
    assert [row.code for row in failing] == ["K2", "K1", "K3"]
    assert [(r.tries.failed, r.tries.ended) for r in failing if r.tries] == [(1, 1), (1, 3), (0, 1)]
    for order in ("taken", "failed"):
        hidden = overview(
            NOW, Community.objects.all(), Community.objects.none(), Asked(order=order)
        )
        assert [(row.code, row.taken, row.tries) for row in hidden.rows] == [
            ("K1", "", None),
            ("K2", "", None),
            ("K3", "", None),
        ]


def test_the_order_of_money_turns_pages_like_any_other():
    for number in range(A_PAGE + 2):
        heard(f"K{number:02d}")
    paid(Kiosk.objects.get(code="K26"), 1)
    assert [row.code for row in found(order="taken").rows][:2] == ["K26", "K00"]
    assert len(found(order="taken", page=2).rows) == 2
