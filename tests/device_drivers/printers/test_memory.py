"""What is remembered of a printer: paper over restarts, new rolls, jobs that are not printed twice."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.printers.memory import JOBS_REMEMBERED, Memory

TODAY = date(2026, 11, 25)


def printed(memory: Memory, *lengths_mm: float) -> None:
    for number, length in enumerate(lengths_mm):
        memory.begin(f"job-{number}")
        memory.end("printed", length)


def test_each_printed_millimetre_is_counted_over_restarts(tmp_path):
    path = tmp_path / "printer.json"
    printed(Memory(path), 180, 220)
    printed(Memory(path), 100)
    assert Memory(path).read().used_mm == 500


def test_what_did_not_print_uses_no_paper_and_may_be_printed_again():
    memory = Memory(None)
    memory.begin("job")
    memory.end("not_printed", 0)
    assert memory.read().used_mm == 0
    assert memory.read().jobs == {}
    assert memory.read().by_day == {}


PLENTY = {"out": False, "near_end": False, "cover_open": False}
NEAR = {**PLENTY, "near_end": True}
OUT = {"out": True, "near_end": True, "cover_open": False}
OPEN = {**PLENTY, "cover_open": True}


@pytest.mark.parametrize(
    ("seen", "renewed"),
    [
        ((OUT, PLENTY), True),
        ((OUT, OPEN, PLENTY), True),
        ((NEAR, OPEN, PLENTY), True),
        ((NEAR, PLENTY), False),  # the sensor flickers
        ((OPEN, PLENTY), False),  # somebody looked
        ((OUT, NEAR), False),  # the same roll was put in again
        ((NEAR, OPEN, NEAR), False),
        ((PLENTY, PLENTY), False),
    ],
)
def test_a_new_roll_is_seen_from_the_sensors_even_over_a_restart(tmp_path, seen, renewed):
    path = tmp_path / "printer.json"
    printed(Memory(path), 1000)
    found = [Memory(path).paper(**sensors) for sensors in seen]
    assert any(found) is renewed
    assert Memory(path).read().used_mm == (0 if renewed else 1000)


def test_staff_may_say_that_the_roll_is_new_while_the_driver_is_at_work(tmp_path):
    path = tmp_path / "printer.json"
    at_work = Memory(path)
    printed(at_work, 1000)
    Memory(path).new_roll()
    printed(at_work, 200)
    assert Memory(path).read().used_mm == 200


def test_the_forecast_is_by_the_mean_receipt_and_the_mean_day():
    day = TODAY - timedelta(days=4)
    memory = Memory(None, lambda: day)
    for _ in range(4):
        printed(memory, 200, 300)
        day += timedelta(days=1)
    forecast = memory.forecast(30_000)
    assert forecast.receipts == (30_000 - 2000) // 250
    assert forecast.days == pytest.approx(28_000 / 500)


def test_without_a_whole_day_there_is_no_forecast_in_days():
    memory = Memory(None, lambda: TODAY)
    assert memory.forecast(18_000).receipts == 100
    printed(memory, 200)
    assert memory.forecast(18_000).days is None


def test_old_days_are_forgotten():
    day = TODAY
    memory = Memory(None, lambda: day)
    printed(memory, 100)
    day += timedelta(days=30)
    printed(memory, 100)
    assert list(memory.read().by_day) == [day.isoformat()]


def test_the_newest_jobs_are_remembered_with_their_outcome(tmp_path):
    path = tmp_path / "printer.json"
    memory = Memory(path)
    for number in range(JOBS_REMEMBERED + 5):
        memory.begin(f"{number}")
        memory.end("uncertain" if number % 2 else "printed", 1)
    jobs = Memory(path).read().jobs
    assert len(jobs) == JOBS_REMEMBERED
    assert jobs["68"] == "printed"
    assert jobs["67"] == "uncertain"


def test_a_job_that_was_on_when_the_power_went_is_known(tmp_path):
    path = tmp_path / "printer.json"
    Memory(path).begin("job")
    assert Memory(path).read().open_job == "job"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"used_mm": "x"}', '{"used_mm": 3}', "\0" * 40]
)
def test_a_damaged_file_is_begun_anew(tmp_path, content):
    path = tmp_path / "printer.json"
    path.write_text(content)
    memory = Memory(path)
    printed(memory, 100)
    assert Memory(path).read().used_mm == 100


def test_a_full_disk_keeps_nothing_from_being_printed(tmp_path):
    memory = Memory(tmp_path / "no folder" / "printer.json")
    printed(memory, 100)
    assert memory.read().used_mm == 100


@given(st.lists(st.sampled_from([PLENTY, NEAR, OUT, OPEN, 50.0, 125.0]), max_size=30))
def test_what_is_used_is_what_was_printed_since_the_last_new_roll(happenings):
    memory, used = Memory(None), 0.0
    for happening in happenings:
        if isinstance(happening, float):
            printed(memory, happening)
            used += happening
        elif memory.paper(**happening):
            used = 0.0
    assert memory.read().used_mm == used
