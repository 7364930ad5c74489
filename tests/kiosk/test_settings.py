"""A wrong configuration names the file, the line, the key and what is allowed."""

import pytest

from kiosk.central.config_cache import ConfigCache
from kiosk.settings import SettingsError, load
from lobbypay.cli import main

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


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-16-le"])
def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path, encoding):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(("# 湖畔花园\n" + GOOD).encode(encoding))
    with pytest.raises(SettingsError, match="save as UTF-8"):
        load(path)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(GOOD.encode("utf-8-sig"))
    assert load(path).server.url == "https://pay.example.com"


@pytest.mark.parametrize(
    "command",
    [
        ("kiosk", "--config"),
        ("doctor", "--config"),
        ("printer", "status", "--config"),
        ("zvt", "status", "--config"),
    ],
)
def test_every_command_says_so_in_one_line(tmp_path, capsys, command):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(("# 湖畔花园\n" + GOOD).encode("gbk"))
    assert main([*command, str(path)]) != 0
    captured = capsys.readouterr()
    told = " ".join((captured.out + captured.err).split())  # as it may be broken into lines
    assert "save as UTF-8" in told and "Traceback" not in told


def test_what_the_kiosk_kept_itself_may_be_damaged(tmp_path):
    (tmp_path / "config.json").write_bytes(b"\xff\xfe{}")
    assert ConfigCache(tmp_path / "config.json").load() is None
