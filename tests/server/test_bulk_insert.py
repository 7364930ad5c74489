"""Many rows at once are the rows that one INSERT each would have made, on either database."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from server.bulk_insert import FEWEST, insert_many, insert_values, next_keys
from server.estate.fields import natural_key
from server.estate.models import Building, Community, FormerUnitCode, Resident, Unit
from server.ledger.models import Account, Entry

pytestmark = pytest.mark.django_db
REST = ("label_zh", "label_en", "area_m2", "kind", "state")


@pytest.fixture
def place() -> Building:
    community = Community.objects.create(code="bulk", name_zh="x", name_en="x")
    return Building.objects.create(community=community, code="1", name_zh="x", name_en="x")


def homes(place: Building, count: int) -> list[Unit]:
    return [
        Unit(
            community_id=place.community_id,
            building=place,
            entrance="1",
            room=str(n),
            code=f"1-1-{n}",
            label_zh="x\ty\\",
            label_en="x\ny",
            area_m2=Decimal("80.25"),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, FEWEST, FEWEST + 7])
def test_rows_learn_their_keys_and_are_what_was_said(place: Building, count: int):
    rows = homes(place, count)
    insert_many(rows, keys=True)
    assert len({row.pk for row in rows}) == count
    for row in rows:
        kept = Unit.objects.get(pk=row.pk)
        assert (kept.code, kept.label_zh, kept.label_en) == (row.code, "x\ty\\", "x\ny")
        assert (kept.area_m2, kept.kind, kept.state) == (Decimal("80.25"), "home", row.state)
    row.label_en = "changed"
    row.save()  # it is known to be there
    assert Unit.objects.count() == count


@pytest.mark.parametrize("with_keys", [0, 1, FEWEST])
def test_a_key_that_a_row_has_stays(place: Building, with_keys: int):
    rows = homes(place, FEWEST)
    for row, key in zip(rows, next_keys(Unit, with_keys), strict=False):
        row.pk = key
    wanted = {row.code: row.pk for row in rows if row.pk}
    insert_many(rows)
    assert wanted.items() <= dict(Unit.objects.values_list("code", "pk")).items()
    later = homes(place, 1)[0]
    later.code = later.room = "late"
    later.save()  # the next key is free
    assert Unit.objects.count() == FEWEST + 1


def test_a_row_of_another_community_takes_all_of_them_back(place: Building):
    other = Community.objects.create(code="other", name_zh="x", name_en="x")
    rows = homes(place, FEWEST)
    rows[7].community_id = other.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(rows)
    assert not Unit.objects.exists()


def test_fields_that_do_something_on_the_way_do_it():
    community = Community.objects.create(code="bulk", name_zh="x", name_en="x")
    people = [Resident(community=community, name=f"n{n}") for n in range(FEWEST)]
    insert_many(people)
    rows = [
        Community(code=f"c{n}", name_zh="x", name_en="x", time_zone="asia/shanghai")
        for n in range(FEWEST)
    ]
    insert_many(rows, keys=True)
    assert set(Community.objects.values_list("time_zone", flat=True)) == {"Asia/Shanghai"}


@pytest.mark.parametrize("count", [1, FEWEST])
def test_values_become_the_rows_that_they_say(place: Building, count: int):
    insert_many(homes(place, 1), keys=True)
    account = Account.objects.create(community_id=place.community_id, code="credit", kind="asset")
    unit, names = Unit.objects.get(), ("community_id", "account_id", "unit_id", "amount_minor")
    rows = [(place.community_id, account.pk, unit.pk, n, 7, f"x\t{n}") for n in range(1, count + 1)]
    with transaction.atomic():
        insert_values(Entry, (*names, "transaction_id", "bill_number"), rows)
        assert list(Entry.objects.order_by("pk").values_list("amount_minor", "bill_number")) == [
            (n, f"x\t{n}") for n in range(1, count + 1)
        ]
        transaction.set_rollback(True)  # there is no transaction 7


@pytest.mark.parametrize("count", [1, FEWEST])
def test_fields_that_reckon_their_value_do_so_without_rows_too(place: Building, count: int):
    insert_values(
        Unit,
        (*("community_id", "building_id", "entrance", "room", "code", "natural_key"), *REST),
        [
            (
                place.community_id,
                place.pk,
                "1",
                f"{n}",
                f"1-1-{n}",
                "",
                "x",
                "x",
                1,
                "home",
                "vacant",
            )
            for n in range(count)
        ],
    )
    kept = dict(Unit.objects.values_list("code", "natural_key"))
    assert len(kept) == count and all(key == natural_key(code) for code, key in kept.items())


def test_keys_of_rows_that_are_gone_are_not_given_again(place: Building):
    first = Resident.objects.create(community_id=place.community_id, name="x")
    key = first.pk
    first.delete()
    assert next_keys(Resident, 1)[0] > key


def test_a_new_unit_takes_no_code_that_printed_bills_of_another_have(place: Building):
    old = homes(place, 1)[0]
    old.save()
    FormerUnitCode.objects.create(community_id=place.community_id, unit=old, code="A-9")
    rows = homes(place, FEWEST + 1)[1:]
    rows[7].code = "a-9"
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_many(rows)
    assert Unit.objects.get() == old
