"""What staff see: age, faults with remedy, takings and what is not settled."""

from datetime import timedelta

import pytest

from server.estate.models import Community
from server.fleet import dashboard
from server.fleet.dashboard import KioskView
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.payments import reports
from server.payments.models import PaymentOrder
from tests.server.fleet.heartbeats import PAPER_LOW, UNREACHABLE, device, heartbeat, kiosk
from tests.server.village import NOW

pytestmark = pytest.mark.django_db


def seen(after_s: int = 0) -> KioskView:
    at = NOW + timedelta(seconds=after_s)
    [machine] = Kiosk.objects.all()
    every = list(Community.objects.all())
    key = (machine.community_id, machine.code)
    taken = reports.takings_of(every, [machine.code], at).get(key, {})
    unresolved = reports.open_of(every, [machine.code]).get(key, 0)
    return dashboard.kiosk_view(machine, at, "CNY", taken, unresolved)


def test_all_well():
    record_heartbeat(kiosk(), heartbeat(NOW, device("printer")), now=NOW)
    view = seen(12)
    assert (view.tone, view.late, view.heard, view.state) == (
        "good",
        False,
        "12 秒前",
        "空闲",
    )
    assert view.advice is None


@pytest.mark.parametrize(("after_s", "late"), [(90, False), (91, True), (3_600, True)])
def test_a_heartbeat_older_than_90_s_is_red(after_s: int, late: bool):
    record_heartbeat(kiosk(), heartbeat(NOW), now=NOW)
    view = seen(after_s)
    assert view.late == late
    assert (view.tone == "bad") == late
    assert bool(view.advice) == late


def test_a_device_says_what_is_wrong_and_what_to_do():
    beat = heartbeat(NOW, device("printer", PAPER_LOW), device("card_terminal", UNREACHABLE))
    record_heartbeat(kiosk(), beat, now=NOW)
    view = seen()
    printer, terminal = view.devices
    assert (printer.tone, terminal.tone, view.tone) == ("attention", "bad", "bad")
    assert printer.conditions[0].what.zh == "纸快用完了"
    assert printer.conditions[0].remedy and printer.conditions[0].remedy.en.startswith("Put in")


def test_what_residents_can_do_there_now_is_told():
    flows = ["type_unit", "card", "phone_receipt"]
    record_heartbeat(kiosk(), heartbeat(NOW, flows=flows), now=NOW)
    assert [str(flow) for flow in seen().offered] == ["输房号", "银行卡", "手机小票"]


def test_a_device_that_gives_only_a_code_is_still_shown():
    bare = {"level": "error", "code": "cutter"}
    record_heartbeat(kiosk(), heartbeat(NOW, device("printer", bare)), now=NOW)
    [condition] = seen().devices[0].conditions
    assert (condition.what.zh, condition.remedy) == ("cutter", None)


def test_never_paired_never_heard_switched_off():
    machine = kiosk(public_key="")
    assert seen().state == "等待配对"
    Kiosk.objects.update(public_key="k" * 43)
    assert seen().state == "还没有心跳"
    Kiosk.objects.update(active=False)
    assert (seen().state, seen().tone) == ("已停用", "off")
    assert machine.code == "K03"


def test_records_that_have_not_arrived_are_counted_and_called_for():
    machine = kiosk()
    record_heartbeat(machine, heartbeat(NOW, journal_last=9), now=NOW)
    Kiosk.objects.update(journal_sequence=7)
    view = seen()
    assert (view.waiting_entries, view.tone) == (2, "attention")


def order(machine: Kiosk, number: int, **fields) -> PaymentOrder:
    unit = machine.community.units.get(code="1-1-101")
    values = {
        "payment_id": f"00000000-0000-4000-8000-{number:012d}",
        "community": machine.community,
        "unit": unit,
        "kiosk_id": str(machine.pk),
        "kiosk_code": machine.code,
        "reference": f"K03-{number:06d}",
        "method": "wechat",
        "bills": [{"number": "B-1", "amount_minor": 500}],
        "amount_minor": 500,
        "currency": "CNY",
        "request_hash": "",
        "out_trade_no": f"n{number}",
        "created_at": NOW,
        "received_at": NOW,
        "changed_at": NOW,
    }
    return PaymentOrder.objects.create(**(values | fields))


def test_takings_of_today_by_method_and_what_is_not_ended():
    machine = kiosk()
    record_heartbeat(machine, heartbeat(NOW), now=NOW)
    paid = {"state": "approved", "captured_minor": 500, "allocated_minor": 500}
    order(machine, 1, paid_at=NOW, **paid)
    order(machine, 2, paid_at=NOW, method="card", **paid)
    order(machine, 3, paid_at=NOW - timedelta(days=1), **paid)
    order(machine, 4, state="unknown", reason="no_answer")
    view = seen()
    every = list(Community.objects.all())
    assert (view.total, reports.totals(every, NOW)) == ("￥10.00", {"CNY": 1000})
    assert reports.open_in_all(every) == 1
    assert [(t.method.en, t.amount) for t in view.takings] == [
        ("WeChat Pay", "￥5.00"),
        ("Bank card", "￥5.00"),
    ]
    assert view.open_payments == 1


def test_a_heartbeat_of_another_version_does_not_break_the_page():
    machine = kiosk()
    Kiosk.objects.filter(pk=machine.pk).update(heartbeat={"state": "dreaming"}, heard_at=NOW)
    assert seen().devices == []


def test_a_stopped_kiosk_is_red_and_says_what_to_do():
    machine = kiosk(stopped="twin")
    record_heartbeat(machine, heartbeat(NOW), now=NOW)
    view = seen()
    assert (view.tone, view.state_tone, view.state) == ("bad", "bad", "已停止收款")
    assert "重新配对" in view.advice


@pytest.mark.parametrize("named", [0, 200])
def test_sums_are_those_of_the_named_communities_however_many_they_are(monkeypatch, named):
    """Of many the database is asked for all, and what others have is passed over."""
    monkeypatch.setattr(reports, "_NAMED_MAX", named)
    machine = kiosk()
    order(machine, 1, paid_at=NOW, state="approved", captured_minor=500, allocated_minor=500)
    order(machine, 2, state="unknown", reason="no_answer")
    here = [machine.community]
    there = [Community.objects.create(code="other", name_zh="别处", name_en="Elsewhere")]
    assert (reports.open_in_all(here), reports.open_in_all(there)) == (1, 0)
    assert (reports.totals(here, NOW), reports.totals(there, NOW)) == ({"CNY": 500}, {"CNY": 0})
    for found in (reports.takings_of, reports.tries_of):
        assert found(here, None, NOW) and not found(there, None, NOW)
    assert reports.open_of(here, [machine.code]) and not reports.open_of(there, [machine.code])
