"""A kiosk's page: its day by the hour, why people were turned away, its computer, what runs there."""

from datetime import timedelta

import pytest

from contract.business_day import business_day
from contract.heartbeat import Heartbeat
from server.fleet.heartbeats import record_heartbeat
from server.fleet.kiosk_figures import machine_facts, today
from server.fleet.models import Kiosk, KioskAbout
from server.staff.models import Role
from tests.server.fleet.days import counted, paid
from tests.server.fleet.heartbeats import heartbeat, kiosk
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import NOW

pytestmark = pytest.mark.django_db
DAY = business_day(NOW, "Asia/Shanghai")
MACHINE = {
    "temperature_c": 81,
    "cpu_percent": 12,
    "memory_free_mb": 2048,
    "memory_total_mb": 4096,
    "disk_free_mb": 300,
    "disk_total_mb": 61440,
    "clock_offset_s": -2,
    "network": "wireless",
    "signal_dbm": -80,
}


def told(**fields) -> dict[str, tuple[str, str]]:
    beat: Heartbeat = heartbeat(NOW, **fields)
    return {str(fact.name): (fact.value, fact.tone) for fact in machine_facts(beat)}


def test_the_computers_figures_stand_there_and_what_is_wrong_draws_the_eye():
    facts = told(machine=MACHINE, answer_ms=84, drawn_s=3)
    assert facts["温度"] == ("81 °C", "bad")
    assert facts["处理器"] == ("12 %", "")
    assert facts["内存可用"] == ("2.0 GB / 4.0 GB", "")
    assert facts["磁盘可用"] == ("300 MB / 60.0 GB", "bad")
    assert facts["网络"] == ("无线 · -80 dBm", "bad")
    assert facts["服务器应答"] == ("84 ms", "")


def test_the_roll_is_told_as_far_as_it_is_known():
    assert told(paper={"used_mm": 31_200})["纸卷"] == ("已用 31.2 米", "")
    left = {"used_mm": 100, "receipts_left": 12, "days_left": 0.5}
    assert told(paper=left)["纸卷"] == ("约够 12 张小票 · 约 0.5 天 · 已用 0.1 米", "bad")


def test_an_older_kiosk_that_tells_none_of_it_has_a_page():
    machine = kiosk("K1")
    record_heartbeat(machine, heartbeat(NOW), now=NOW)
    assert told() == {}
    assert machine_facts(None) == []
    found = today(machine, machine.community, NOW, with_money=True)
    assert (found.counted, found.hours, found.uptime) == (False, [], None)
    page = signed_in(create_staff("boss")).get(f"/staff/fleet/kiosks/{machine.pk}/")
    assert page.status_code == 200 and "还没有上报" in page.content.decode()


def test_todays_hours_hold_visits_payments_and_money():
    machine = kiosk("K1", enrolled_at=NOW - timedelta(hours=1))
    counted(machine, DAY, h9={"visits": 4, "turned_away.declined": 1}, h11={"in_order_s": 1800})
    paid(machine, 1, at=NOW - timedelta(hours=2))
    paid(machine, 2, at=NOW - timedelta(days=1))
    found = today(machine, machine.community, NOW, with_money=True)
    hours = [(bar.hour, bar.visits, bar.paid, bar.amount, bar.height) for bar in found.hours]
    assert hours == [(9, 4, 0, "", 100), (10, 0, 1, "￥5.00", 25), (11, 0, 0, "", 0)]
    assert [(str(why), count) for why, count in found.turned_away] == [("银行卡或钱包被拒", 1)]
    assert found.uptime == 50


def test_the_page_tells_how_many_came_since_the_fault_and_what_runs_there():
    machine = kiosk("K1")
    line = {"name": "look.theme", "value": "night", "given": True}
    told = {"versions": {"lobbypay": "0.9.9"}, "settings": [line]}
    KioskAbout.objects.create(kiosk=machine, told=told, told_at=NOW)
    from django.utils import timezone

    now = timezone.now()
    for offers, count in ((["card"], 3), ([], 3), ([], 8)):
        record_heartbeat(machine, heartbeat(now, offers=offers, turned_away=count), now=now)
    text = (
        signed_in(create_staff("boss")).get(f"/staff/fleet/kiosks/{machine.pk}/").content.decode()
    )
    assert "出问题以来没办成的人" in text and '<div class="figure">5</div>' in text
    assert "0.9.9" in text and "look.theme" in text
    fleet = signed_in(create_staff("boss2")).get("/staff/fleet/").content.decode()
    assert "此后 5 位住户没办成" in fleet


def test_questions_of_a_page_do_not_grow_with_the_fleet(django_assert_max_num_queries):
    boss, asked = signed_in(create_staff("boss")), 0
    for count in (10, 100):
        for number in range(Kiosk.objects.count(), count):
            counted(kiosk(f"K{number:03d}"), DAY, h9={"visits": 1})
        with django_assert_max_num_queries(asked or 30) as captured:
            boss.get(f"/staff/fleet/kiosks/{Kiosk.objects.get(code='K000').pk}/")
        asked = asked or len(captured)


def test_who_may_not_see_money_sees_the_day_without_it():
    machine = kiosk("K1")
    from django.utils import timezone

    paid(machine, 1, at=timezone.now())
    technician = signed_in(create_person("tech", (machine.community, Role.TECHNICIAN)))
    text = technician.get(f"/staff/fleet/kiosks/{machine.pk}/").content.decode()
    assert "￥" not in text
