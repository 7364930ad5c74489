"""The staff PIN: never kept as itself, slow to guess, and a mistyped configuration is named."""

import pytest

from kiosk import staff_pin
from kiosk.settings import SettingsError, load


def test_only_the_right_pin_matches_and_the_salt_is_new_each_time():
    one, other = staff_pin.make("271828"), staff_pin.make("271828")
    assert one != other
    assert "271828" not in one
    assert staff_pin.matches("271828", one)
    assert not staff_pin.matches("271829", one)
    assert not staff_pin.matches("271828", one[:-3] + "AAA")


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567890123", "12a456", "111111", "123456", "654321"]
)
def test_what_is_no_pin_or_easily_guessed_is_refused(pin):
    with pytest.raises(ValueError):
        staff_pin.make(pin)


@pytest.mark.parametrize("made", ["", "271828", "scrypt$0$0$0$" + "a" * 20 + "$" + "b" * 43])
def test_nothing_matches_what_is_no_hash(made):
    assert not staff_pin.matches("271828", made)


def test_the_pin_itself_in_the_configuration_is_a_mistake(tmp_path):
    path = tmp_path / "kiosk.toml"
    table = 'data_dir = "/tmp/x"\n[server]\nurl = "https://x"\n[staff]\npin = "{}"\n'
    path.write_text(table.format(staff_pin.make("271828")))
    assert load(path).staff.pin.startswith("scrypt$")
    path.write_text(table.format("271828"))
    with pytest.raises(SettingsError) as mistake:
        load(path)
    assert "staff.pin" in str(mistake.value)
    assert "271828" not in str(mistake.value)
