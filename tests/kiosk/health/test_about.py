"""What runs there is told, never a secret."""

from pathlib import Path

from kiosk.health.about import about
from kiosk.settings import Settings
from kiosk.staff_pin import make


def test_each_setting_says_whether_it_was_given_and_no_secret_is_told():
    settings = Settings.model_validate(
        {
            "data_dir": Path("/var/lib/kiosk"),
            "server": {"url": "https://user:word@pay.example.com"},
            "staff": {"pin": make("246813")},
            "card_terminal": {
                "driver": "zvt",
                "host": "10.0.0.9",
                "password": "123456",
                "keys": {"key_passphrase": "abc", "key_version": 3},
            },
        }
    )
    told = about(settings)
    lines = {line.name: (line.value, line.given) for line in told.settings}
    assert lines["data_dir"] == ("/var/lib/kiosk", True)
    assert lines["server.timeout_s"] == ("8.0", False)
    assert lines["server.url"] == ("https://pay.example.com", True)
    assert lines["card_terminal.host"] == ("10.0.0.9", True)
    assert told.versions["lobbypay"] and told.versions["python"]
    text = told.model_dump_json()
    for secret in ("123456", "abc", "word@", settings.staff.pin):
        assert secret not in text
    assert lines["card_terminal.password"] == ("***", True)
