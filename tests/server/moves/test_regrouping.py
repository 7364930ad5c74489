"""Units are merged and split: debts, credit, people, meters, spaces, vehicles and codes go where they
belong, earlier months stay as they were, and no cent is made or lost."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from server import cli
from server.billing import credit
from server.billing.adjustments import Discount, OneOffCharge, UnitWeight
from server.billing.debtors import debtors
from server.billing.meters import Meter
from server.billing.models import Bill, BillState, FeeItem
from server.billing.reissue import reissue_by
from server.billing.unit_accounts import credit_minor, find_unit, unit_called
from server.billing.verification import verify_ledger
from server.estate import occupancy
from server.estate.models import Community, ParkingSpace, Unit, Vehicle
from server.ledger.models import Entry
from server.moves.regroup_approval import regroup
from server.moves.regroup_checks import RegroupImpossible
from server.moves.regrouping import Merge, Split, merge, split
from server.staff import approvals
from server.staff.models import Act, Request
from server.staff.people import Person
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import (
    BEFORE,
    NOW,
    PERIOD,
    TODAY,
    create_hamlet,
    read,
    run_all,
)
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db
CLERK, DAY, SINCE = Person("Li Lei"), date(2026, 12, 1), date(2026, 1, 1)


@pytest.fixture
def hamlet() -> Community:
    """November is billed."""
    community = create_hamlet()
    run_all(community, BEFORE)
    return community


@pytest.fixture
def stays(hamlet: Community) -> Unit:
    return Unit.objects.get(code="1-1-101")


@pytest.fixture
def ends(hamlet: Community) -> Unit:
    return Unit.objects.get(code="1-1-102")


def together(stays: Unit, ends: Unit, **more) -> Merge:
    area = stays.area_m2 + ends.area_m2
    return Merge(**({"day": DAY, "others": (ends.pk,), "area_m2": area, "code": stays.code} | more))


def deposit(unit: Unit, minor: int) -> None:
    key = f"deposit-{unit.pk}"
    credit.deposit_by(CLERK, unit, minor, "cash", key=key, note="", today=TODAY, at=NOW)


def sums(period: str, **of) -> dict[str, int]:
    """What each fee item comes to in the bills of a period that stand."""
    bills = Bill.objects.filter(period=period, **of).exclude(state=BillState.VOID)
    found: dict[str, int] = {}
    for bill in bills:
        for line in bill.lines.select_related("fee_item"):
            code = line.fee_item.code
            found[code] = found.get(code, 0) + line.amount_minor
    return found


def test_merged_units_have_one_bill_and_the_old_debts(stays: Unit, ends: Unit, hamlet: Community):
    deposit(ends, 5_000)
    owner = occupancy.payer(ends, TODAY)
    space = ParkingSpace.objects.create(community=hamlet, code="B1", unit=ends)
    Vehicle.objects.create(community=hamlet, unit=ends, plate="浙A12345")
    apart = sums(BEFORE, unit__in=[stays, ends])
    merge(stays, together(stays, ends), CLERK, "one flat now", at=NOW)
    old = Bill.objects.get(unit=ends, period=BEFORE)
    assert old.state == BillState.OPEN and debtors([old])[old.pk] == owner
    assert (credit_minor(stays), credit_minor(ends)) == (5_000, 0)
    space.refresh_from_db()
    assert (space.unit, space.former.get().unit) == (stays, ends)
    assert [v.unit for v in Vehicle.objects.filter(until=None)] == [stays]
    assert {row.resident for row in occupancy.occupants(stays, TODAY)} >= {owner}
    assert not occupancy.occupants(ends, TODAY)
    run_all(hamlet)
    assert not Bill.objects.filter(unit=ends, period=PERIOD).exists()
    both = sums(PERIOD, unit=stays)
    assert abs(both["property"] - apart["property"]) <= 1 and both["water"] > 0  # rounded once
    assert (
        len(Bill.objects.get(unit=stays, period=PERIOD).lines.filter(fee_item__code="water")) == 2
    )
    assert verify_ledger() == []


def test_what_all_share_adds_up_after_a_merge_and_earlier_months_stay(
    stays: Unit, ends: Unit, hamlet: Community
):
    before = {b.unit.code: b.amount_minor for b in Bill.objects.filter(period=BEFORE)}
    merge(stays, together(stays, ends), CLERK, "one flat now", at=NOW)
    for unit in (stays, ends):
        bill = Bill.objects.get(unit=unit, period=BEFORE)
        again = reissue_by(CLERK, bill, "to see", today=TODAY, at=NOW)
        assert again.amount_minor == before[unit.code]
    run_all(hamlet)
    alone = create_hamlet("alone")
    run_all(alone, BEFORE)
    run_all(alone)
    for item in ("lift", "lights", "water"):
        assert sums(PERIOD, community=hamlet)[item] == sums(PERIOD, community=alone)[item]
    assert verify_ledger() == []


def test_codes_go_on_being_found(
    stays: Unit, ends: Unit, hamlet: Community, monkeypatch: pytest.MonkeyPatch
):
    merge(stays, together(stays, ends, code="1-1-1012"), CLERK, "one flat now", at=NOW)
    stays.refresh_from_db()
    assert stays.code == "1-1-1012" and stays.label.zh.endswith("1012")
    at = datetime(2026, 12, 2, tzinfo=UTC)
    monkeypatch.setattr("server.billing.unit_accounts.timezone.now", lambda: at)
    assert find_unit(hamlet, "1-1-1012") == find_unit(hamlet, "1-1-101") == stays
    assert find_unit(hamlet, "1-1-102") == stays
    assert unit_called(hamlet, "1-1-102") == ends


def test_who_pays_is_chosen_among_all(stays: Unit, ends: Unit, hamlet: Community):
    new = occupancy.payer(ends, TODAY)
    merge(stays, together(stays, ends, payer=new.pk), CLERK, "they pay", at=NOW)
    assert occupancy.payer(stays, DAY) == new
    assert occupancy.payer(stays, DAY - timedelta(days=1)) != new


def test_one_person_with_both_units_is_there_once(stays: Unit, ends: Unit, hamlet: Community):
    owner = occupancy.payer(stays, TODAY)
    occupancy.move_in(ends, owner, "owner")
    merge(stays, together(stays, ends), CLERK, "bought both", at=NOW)
    here = [row.resident for row in occupancy.occupants(stays, DAY)]
    assert here.count(owner) == 1


def test_discounts_end_charges_go_on_and_weights_are_added(
    stays: Unit, ends: Unit, hamlet: Community
):
    item = FeeItem.objects.get(code="property")
    Discount.objects.create(
        community=hamlet, unit=ends, percent=50, begins=date(2026, 1, 1), kind="vacant", proof="x"
    )
    once = OneOffCharge.objects.create(
        community=hamlet,
        unit=ends,
        fee_item=item,
        period=PERIOD,
        amount_minor=700,
        note_zh="钥匙",
        note_en="key",
    )
    for unit, weight in ((stays, "1.5"), (ends, "2.25")):
        UnitWeight.objects.create(
            community=hamlet,
            unit=unit,
            fee_item=item,
            valid_from=SINCE,
            weight=Decimal(weight),
        )
    merge(stays, together(stays, ends), CLERK, "one flat now", at=NOW)
    assert Discount.objects.get().ends == date(2026, 11, 30)
    once.refresh_from_db()
    assert once.unit == stays
    rows = UnitWeight.objects.order_by("pk").values_list("unit", "valid_from", "weight")
    assert list(rows) == [
        (stays.pk, SINCE, Decimal("1.5")),
        (ends.pk, SINCE, Decimal("2.25")),
        (stays.pk, DAY, Decimal("3.75")),
    ]


def test_a_unit_is_split_and_both_are_billed(stays: Unit, hamlet: Community):
    deposit(stays, 1_000)
    payer = occupancy.payer(stays, TODAY)
    whole, area = sums(BEFORE, unit=stays), stays.area_m2
    meter = Meter.objects.create(
        community=hamlet,
        fee_item=FeeItem.objects.get(code="water"),
        scope="unit",
        unit=stays,
        code="W-new",
        utility="water",
        first_counter=Decimal(0),
        installed_on=DAY,
    )
    asked = Split(
        DAY,
        "1-1-103",
        Decimal("20.00"),
        area - Decimal("20.00"),
        (payer.pk,),
        payer.pk,
        (meter.pk,),
        credit_minor=400,
    )
    new = split(stays, asked, CLERK, "two flats now", at=NOW)
    assert (new.split_from, new.begins, new.label.zh) == (stays, DAY, "1栋1单元103")
    assert (credit_minor(stays), credit_minor(new)) == (600, 400)
    meter.refresh_from_db()
    assert meter.unit == new and occupancy.payer(new, DAY) == payer
    assert occupancy.payer(stays, DAY) == payer
    read(meter, PERIOD, 7)
    run_all(hamlet)
    parts = sums(PERIOD, unit__in=[stays, new])
    assert abs(parts["property"] - whole["property"]) <= 1  # each is rounded by itself
    assert Bill.objects.filter(unit=new, period=PERIOD).exists()
    assert not Bill.objects.filter(unit=new, period=BEFORE).exists()
    again = reissue_by(CLERK, Bill.objects.get(unit=stays, period=BEFORE), "x", today=TODAY, at=NOW)
    assert again.amount_minor == sum(whole.values())
    assert verify_ledger() == []


@pytest.mark.parametrize("weight", ["1.0000", "0.3333", "7.0001"])
def test_weights_are_split_without_loss(stays: Unit, hamlet: Community, weight: str):
    item = FeeItem.objects.get(code="property")
    row = {"community": hamlet, "unit": stays, "fee_item": item, "valid_from": SINCE}
    UnitWeight.objects.create(weight=Decimal(weight), **row)
    split(stays, Split(DAY, "1-1-103", Decimal(10), Decimal(23)), CLERK, "two", at=NOW)
    both = UnitWeight.objects.filter(valid_from=DAY).values_list("weight", flat=True)
    assert len(both) == 2 and sum(both) == Decimal(weight)
    assert UnitWeight.objects.get(valid_from=SINCE).weight == Decimal(weight)


def refused(act, said: str) -> None:
    before = list(Unit.objects.order_by("pk").values_list())
    translation.activate("en")
    with pytest.raises(RegroupImpossible) as error:
        act()
    assert said in error.value.said, error.value.said
    assert list(Unit.objects.order_by("pk").values_list()) == before and not Act.objects.filter(
        act__in=["units_merged", "unit_split"]
    )


def test_what_cannot_be(stays: Unit, ends: Unit, hamlet: Community):
    def try_merge(**more) -> None:
        merge(stays, together(stays, ends, **more), CLERK, "x", at=NOW)

    refused(lambda: try_merge(day=date(2026, 12, 2)), "first day")
    refused(lambda: try_merge(day=date(2027, 2, 1)), "next month")
    refused(lambda: try_merge(day=date(2026, 11, 1)), "has a bill of 2026-11")
    refused(lambda: try_merge(others=(stays.pk,)), "Name the unit")
    refused(lambda: try_merge(area_m2=Decimal(0)), "area")
    refused(lambda: try_merge(code="nowhere"), "named otherwise")
    refused(lambda: try_merge(code="2-1-101"), "")
    refused(lambda: try_merge(payer=10**9), "not in the unit")
    other = Unit.objects.get(code="2-1-101")
    refused(lambda: try_merge(others=(other.pk,)), "different buildings")
    far = Unit.objects.filter(community=create_hamlet("far")).first()
    refused(lambda: try_merge(others=(far.pk,)), "no such unit")

    def try_split(**more) -> None:
        given = {"day": DAY, "code": "1-1-103", "area_m2": Decimal(9), "left_m2": Decimal(9)}
        split(stays, Split(**(given | more)), CLERK, "x", at=NOW)

    refused(lambda: try_split(code="1-1-102"), "")
    refused(lambda: try_split(credit_minor=1), "less credit")
    merge(stays, together(stays, ends), CLERK, "x", at=NOW)
    with pytest.raises(RegroupImpossible):
        merge(ends, together(ends, stays), CLERK, "x", at=NOW)


def client_of(hamlet: Community, name: str, role: Role) -> Client:
    return signed_in(create_person(name, (hamlet, role)))


def test_credit_passes_only_with_a_second_person(stays: Unit, ends: Unit, hamlet: Community):
    deposit(ends, 5_000)
    admin = client_of(hamlet, "admin", Role.ADMINISTRATOR)
    address = f"/staff/units/{stays.pk}/merge/"
    asking = admin.get(address, {"others": "1-1-102"})
    assert "50.00" in asking.content.decode()
    form = {
        "others": "1-1-102",
        "day": "2026-12-01",
        "code": "1-1-101",
        "area_m2": str(stays.area_m2 + ends.area_m2),
        "payer": "",
        "reason": "one flat now",
    }
    assert admin.post(address, form)["Location"] == "/staff/requests/"
    ends.refresh_from_db()
    assert ends.ends is None and credit_minor(ends) == 5_000
    asked = Request.objects.get()
    assert (asked.amount_minor, asked.subject) == (5_000, str(stays.pk))
    with pytest.raises((approvals.NotApproved, PermissionDenied)):
        approvals.approve(asked.pk, asked.asked_by, "", NOW)
    boss = create_person("boss", (hamlet, Role.APPROVER))
    page = signed_in(boss).get("/staff/requests/").content.decode()
    assert "1-1-102" in page and "50.00" in page
    approvals.approve(asked.pk, boss, "", datetime(2026, 11, 30, tzinfo=UTC))
    ends.refresh_from_db()
    assert ends.merged_into == stays and credit_minor(stays) == 5_000
    assert Act.objects.filter(act="units_merged", person_name="admin").count() == 2
    assert Entry.objects.filter(transaction__kind="credit_moved").count() == 2


def test_other_credit_by_then_is_asked_for_again(stays: Unit, ends: Unit, hamlet: Community):
    deposit(ends, 5_000)
    asker = create_person("admin", (hamlet, Role.ADMINISTRATOR))
    asked = regroup(asker, stays, together(stays, ends), "x", at=NOW)
    credit.deposit_by(CLERK, ends, 1, "cash", key="more", note="", today=TODAY, at=NOW)
    boss = create_person("boss", (hamlet, Role.APPROVER))
    done = approvals.approve(asked.pk, boss, "", NOW)
    assert done.state == Request.State.FAILED and credit_minor(ends) == 5_001


def test_the_pages_of_a_split_and_of_both_units(stays: Unit, ends: Unit, hamlet: Community):
    admin = client_of(hamlet, "admin", Role.ADMINISTRATOR)
    payer = occupancy.payer(stays, TODAY)
    form = {
        "day": "2026-12-01",
        "code": "1-1-103",
        "area_m2": "10",
        "left_m2": "40",
        "people": [payer.pk],
        "payer": payer.pk,
        "reason": "two flats now",
    }
    address = f"/staff/units/{stays.pk}/split/"
    assert "1-1-101" in admin.get(address).content.decode()
    wrong = admin.post(address, form | {"people": []}).content.decode()
    assert "缴费人也须住在新房屋" in wrong
    new = admin.post(address, form, follow=True).content.decode()
    assert "1-1-103" in new and "分自 1-1-101" in new
    admin.post(
        f"/staff/units/{stays.pk}/merge/",
        {
            "others": "1-1-102",
            "day": "2026-12-01",
            "code": "1-1-101",
            "area_m2": "90",
            "reason": "one flat now",
        },
    )
    of_ended = admin.get(f"/staff/units/{ends.pk}/").content.decode()
    assert "并入 1-1-101" in of_ended and "合户" not in of_ended.partition("<table")[0]
    of_stays = admin.get(f"/staff/units/{stays.pk}/").content.decode()
    assert "1-1-102" in of_stays


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.APPROVER, Role.TECHNICIAN, Role.AUDITOR])
def test_who_may_not(stays: Unit, hamlet: Community, role: Role):
    other = client_of(hamlet, "other", role)
    for what in ("merge", "split"):
        assert other.get(f"/staff/units/{stays.pk}/{what}/").status_code == 403
        assert other.post(f"/staff/units/{stays.pk}/{what}/", {}).status_code == 403


def test_by_command(stays: Unit, ends: Unit, hamlet: Community, capsys: pytest.CaptureFixture[str]):
    words = ["merge-units", "--community", "hamlet", "--into", "1-1-101", "--unit", "1-1-102"]
    words += ["--from", "2026-12-01", "--reason", "one flat now"]
    deposit(ends, 1)
    assert cli.main(words) == 1 and "two people" in capsys.readouterr().err
    credit.pay_out_by(CLERK, ends, 1, "cash", "x", key="out", today=TODAY, at=NOW)
    assert cli.main([*words, "--json"]) == 0
    ends.refresh_from_db()
    assert (
        ends.merged_into == stays and str(stays.area_m2 + ends.area_m2) in capsys.readouterr().out
    )
    words = ["split-unit", "--unit", "2-1-101", "--new", "2-1-109", "--area", "10", "--left", "60"]
    assert cli.main([*words, "--from", "2026-12-15", "--reason", "x"]) == 1
    assert cli.main([*words, "--from", "2026-12-01", "--reason", "x"]) == 0
    assert Unit.objects.get(code="2-1-109").split_from.code == "2-1-101"
