"""A code is believed when read twice alike, and reported once until out of sight."""

from hypothesis import given
from hypothesis import strategies as st

from device_drivers.scanners.interface import Scan
from device_drivers.scanners.sightings import CODES_MAX, Sightings

BILL = Scan("https://pay.example/b/1", "QRCODE", "zxing-cpp")
OTHER = Scan("https://pay.example/b/2", "QRCODE", "zxing-cpp")


def test_one_reading_is_not_believed():
    assert Sightings().see([BILL], 0.0) == []


def test_the_second_reading_is_reported_whichever_reader_made_it():
    sightings = Sightings()
    sightings.see([BILL], 0.0)
    assert sightings.see([Scan(BILL.text, BILL.kind, "pyzbar")], 0.1) != []


def test_two_different_readings_confirm_nothing():
    sightings = Sightings()
    assert sightings.see([BILL], 0.0) == []
    assert sightings.see([OTHER], 0.1) == []


def test_a_second_reading_that_comes_too_late_counts_as_the_first():
    sightings = Sightings()
    sightings.see([BILL], 0.0)
    assert sightings.see([BILL], 1.6) == []
    assert sightings.see([BILL], 1.7) == [BILL]


def test_a_code_that_stays_in_sight_is_reported_once():
    sightings = Sightings()
    reports = [s for tick in range(100) for s in sightings.see([BILL], tick * 0.5)]
    assert reports == [BILL]


def test_a_code_that_was_out_of_sight_for_two_seconds_is_reported_again():
    sightings = Sightings()
    sightings.see([BILL], 0.0)
    assert sightings.see([BILL], 0.1) == [BILL]
    sightings.see([], 1.0)
    assert sightings.see([BILL], 2.0) == []
    assert sightings.see([BILL], 4.1) == []
    assert sightings.see([BILL], 4.2) == [BILL]


def test_the_same_code_twice_in_one_frame_is_one_reading():
    assert Sightings().see([BILL, BILL], 0.0) == []


@given(st.lists(st.lists(st.text(min_size=1, max_size=3), max_size=60), max_size=40))
def test_memory_is_bounded_and_nothing_is_reported_that_was_not_seen(frames):
    sightings = Sightings()
    for number, texts in enumerate(frames):
        for report in sightings.see([Scan(t, "QRCODE", "x") for t in texts], number * 0.1):
            assert report.text in texts
        assert len(sightings._seen) <= CODES_MAX
