"""What Excel did to a text is understood where it can mean one thing only, and refused elsewhere."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from server.onboarding.cells import CellRefused, read
from server.onboarding.columns import Column, sheet_of, sheets


def day(*numbers: int) -> datetime:
    """As openpyxl finds a date in a cell: without a zone."""
    return datetime(*numbers)  # noqa: DTZ001


def column(like: str, choices: str = "") -> Column:
    return Column("any", ("列",), like, False, choices, None, 10, None, False)


def refusal(like: str, value, choices: str = "") -> str:
    with pytest.raises(CellRefused) as refused:
        read(column(like, choices), value)
    with translation.override("en"):
        return str(refused.value.text) % refused.value.values


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (101, "101"),
        (101.0, "101"),
        ("101.0", "101"),
        ("１０１", "101"),
        ("\u3000B2-117 ", "B2-117"),
        ("\ufeff3\u200b", "3"),
        ("0301", "0301"),
        ("A座", "A座"),
        ("'12", "'12"),
        (None, None),
        ("  ", None),
    ],
)
def test_a_number_of_a_place_is_what_stands_on_the_plate(value, code):
    assert read(column("code"), value) == code


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (day(2026, 1, 1), "made a date"),
        (date(2026, 3, 2), "made a date"),
        (time(1, 30), "made a date"),
        (timedelta(hours=25), "made a date"),
        (6.2e18, "long number"),
        (6200000000000000000, "long number"),
        ("6.2E+18", "long number"),
        (101.5, "decimals"),
        (-3, "negative"),
        (float("nan"), "not a number"),
        (True, "yes or no"),
        ("#REF!", "Excel error"),
        ("#N/A", "Excel error"),
        ("a\0b", "cannot be kept"),
    ],
)
def test_a_number_of_a_place_that_excel_changed_is_refused(value, said):
    assert said in refusal("code", value)


@given(st.integers(0, 10**15 - 1))
def test_a_code_of_figures_survives_excel(number):
    for cell in (number, float(number), str(number), f"{number}.0"):
        assert read(column("code"), cell) == str(number)


@given(
    st.one_of(
        st.text(max_size=30),
        st.integers(-(10**20), 10**20),
        st.floats(),
        st.booleans(),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.timedeltas(),
    )
)
def test_whatever_stands_in_a_cell_is_read_or_refused(value):
    """And what was read is read again to the same where people would write it so."""
    for sheet in sheets():
        for one in sheet.columns:
            try:
                found = read(one, value)
            except CellRefused as refused:
                assert str(refused.text) % refused.values if refused.values else str(refused.text)
                continue
            if isinstance(found, str) and one.like in ("code", "period", "choice"):
                assert read(one, found) == found
            if isinstance(found, Decimal):
                assert found >= 0 and found.is_finite()


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        (13800001201, "13800001201"),
        (13800001201.0, "13800001201"),
        ("138 0000 1201", "138 0000 1201"),
        ("０５７１－５５５５０１２３", "0571-55550123"),
        ("+86 13800001201", "+86 13800001201"),
        (55550123, "55550123"),
    ],
)
def test_a_phone_number(value, phone):
    assert read(column("phone"), value) == phone


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (57155550123, "leading 0"),
        ("1.38E+10", "long number"),
        (1.38e18, "long number"),
        ("王小明", "not a phone number"),
        ("123", "not a phone number"),
        (day(2026, 1, 1), "made a date"),
    ],
)
def test_what_is_no_phone_number_any_more(value, said):
    assert said in refusal("phone", value)


@pytest.mark.parametrize(
    ("value", "money"),
    [
        (100.5, "100.5"),
        (0.1 + 0.2, "0.3"),
        (100, "100"),
        ("1,234.50", "1234.5"),
        ("￥１００．５０元", "100.5"),
        ("100元", "100"),
        ("0", "0"),
        ("-", None),
        ("——", None),
    ],
)
def test_money(value, money):
    assert read(column("money"), value) == (None if money is None else Decimal(money))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-1, "negative"),
        ("-12.5", "negative"),
        ("1.234,50", "not a number"),
        ("12,34", "not a number"),
        ("abc", "not a number"),
        (0.12345, "decimals"),
        (day(2026, 1, 1), "must stand here"),
        (True, "must stand here"),
        (float("inf"), "not a number"),
        (1e12, "more than"),
    ],
)
def test_what_is_no_money(value, said):
    assert said in refusal("money", value)


@given(st.decimals(0, 999_999, places=2))
def test_an_area_is_exact_as_a_number_and_as_text(area):
    assert read(column("area"), float(area)) == area
    assert read(column("area"), str(area)) == area
    assert read(column("area"), f"{area:,}㎡") == area


@pytest.mark.parametrize(
    "value",
    [
        day(2026, 12, 1),
        date(2026, 12, 1),
        "2026-12-01",
        "2026/12/1",
        "2026.12.1",
        "2026年12月1日",
        "２０２６－１２－０１",
        "20261201",
        20261201,
        46357,
        46357.0,
        "2026-12",
        "2026年12月",
        "2026-12-01 00:00:00",
    ],
)
def test_a_day(value):
    assert read(column("date"), value) == date(2026, 12, 1)


@pytest.mark.parametrize(
    "value",
    ["01/12/2026", "12-1", "2026-13-01", "2026-02-30", 12, 1.5, "soon", True, time(1), "1201"],
)
def test_what_could_be_two_days_or_none(value):
    assert "2026-11-30" in refusal("date", value)


def test_a_day_of_another_century():
    assert "century" in refusal("date", day(1900, 1, 1))


@given(st.dates(date(1970, 1, 1), date(2099, 12, 31)))
def test_every_day_in_every_spelling(one):
    serial = (one - date(1899, 12, 30)).days
    for cell in (one, one.isoformat(), f"{one:%Y%m%d}", int(f"{one:%Y%m%d}"), serial):
        assert read(column("date"), cell) == one


@pytest.mark.parametrize(
    "value", ["2026-11", "2026/11", "202611", 202611, "2026年11月", day(2026, 11, 1)]
)
def test_a_month_also_when_excel_made_a_day_of_it(value):
    assert read(column("period"), value) == "2026-11"


@pytest.mark.parametrize("value", [day(2026, 11, 5), "11月", 11, True, "2026-13"])
def test_what_is_no_month(value):
    assert "2026-11" in refusal("period", value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [("住宅", "home"), ("home", "home"), ("住宅 home", "home"), ("HOME", "home"), ("商铺", "shop")],
)
def test_a_choice_in_either_language(value, kind):
    assert read(column("choice", "kind"), value) == kind


def test_a_choice_that_is_none_names_those_there_are():
    said = refusal("choice", "castle", "kind")
    assert "住宅 home" in said and "storage" in said
    assert "one of" in refusal("choice", "home shop", "kind")
    assert "one of" in refusal("choice", 1, "kind")


@pytest.mark.parametrize(
    ("value", "means"),
    [("是", True), ("yes", True), ("√", True), (1, True), (True, True), ("否", False), (0, False)],
)
def test_yes_and_no(value, means):
    assert read(column("yes_no"), value) is means


def test_headings_in_either_language_or_both():
    units = sheet_of("房屋")
    assert units and units.name == "units" and sheet_of("units 房屋") == units
    for heading in (
        "建筑面积",
        "area_m2",
        "建筑面积\narea_m2",
        "AREA_M2",
        "建筑面积（㎡）",
        "面积",
    ):
        found = units.column(heading)
        assert found and found.name == "area_m2", heading
    assert units.column("balcony") is None
    assert units.column("room building") is None
    assert sheet_of("Sheet1") is None


def test_no_two_columns_of_a_sheet_are_called_the_same():
    for sheet in sheets():
        for one in sheet.columns:
            for name in (one.name, *one.names, one.heading):
                assert sheet.column(name) == one, (sheet.name, name)
        assert sheet.columns[0].first and sheet.columns[0].required
