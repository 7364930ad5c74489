"""A wrong configuration names the file, the line, the key and what is allowed."""

import pytest

from kiosk.settings import SettingsError, load

GOOD = """
data_dir = "data"

[server]
url = "https://pay.example.com/"

[window]
width = 1080

[printer]
driver = "escpos"
transport = "network"
"""


def written(tmp_path, text):
    path = tmp_path / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_and_the_drivers_own_keys_are_kept(tmp_path):
    settings = load(written(tmp_path, GOOD))
    assert settings.data_dir == tmp_path / "data"
    assert settings.server.url == "https://pay.example.com"
    assert settings.printer.own == {"transport": "network"}
    assert settings.scanner is None


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("width = 1080", "widht = 1080"), 8, "window.widht: is not a setting; allowed here:"),
        (("width = 1080", "width = 100"), 8, "window.width: Input should be greater than"),
        (("width = 1080", 'width = "wide"'), 8, "window.width: Input should be a valid integer"),
        (('data_dir = "data"', ""), 1, "data_dir: is missing"),
        (("https://pay", "http://pay"), 5, "server.url: Value error, an https:// address"),
        (('driver = "escpos"', ""), 10, "printer.driver: is missing"),
    ],
)
def test_each_mistake_is_named_with_its_place(tmp_path, change, line, says):
    path = written(tmp_path, GOOD.replace(*change))
    with pytest.raises(SettingsError) as error:
        load(path)
    assert f"{path}:{line}: {says}" in str(error.value)


def test_a_file_that_is_no_toml_or_not_there(tmp_path):
    with pytest.raises(SettingsError, match="not valid TOML"):
        load(written(tmp_path, "data_dir = "))
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "missing.toml")
