"""Every mistake in a driver's settings names its key and what is allowed."""

import pytest

from device_drivers.settings import BadSetting, Table


def test_a_missing_key_is_named():
    with pytest.raises(BadSetting, match="port"):
        Table({}).text("port")


@pytest.mark.parametrize("value", [True, "12", None, 0, 99])
def test_a_number_must_be_a_number_within_its_range(value):
    with pytest.raises(BadSetting, match=r"fps.*from 1 to 60"):
        Table({"fps": value}).number("fps", 15, 1, 60)


def test_an_unknown_key_is_a_mistake_and_the_known_ones_are_listed():
    table = Table({"port": "/dev/ttyUSB0", "prot": 1})
    table.text("port")
    with pytest.raises(BadSetting, match=r"prot.*port"):
        table.finish()


def test_bytes_are_written_in_hex():
    assert Table({"on": "16 54 0D"}).raw_bytes("on", b"") == b"\x16T\r"
    with pytest.raises(BadSetting, match="hex"):
        Table({"on": "zz"}).raw_bytes("on", b"")


@pytest.mark.parametrize("value", [[], "QRCODE", ["EAN"], ["QRCODE", "QRCODE"]])
def test_a_choice_of_several_is_a_list_without_repeats(value):
    with pytest.raises(BadSetting, match="kinds"):
        Table({"kinds": value}).choices("kinds", ("QRCODE", "CODE128"), ("QRCODE",))
