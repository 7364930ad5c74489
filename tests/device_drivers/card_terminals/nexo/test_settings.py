"""Each mistake in the terminal's table is named; the passphrase is never in it."""

import pytest

from device_drivers.card_terminals.nexo import create
from device_drivers.settings import BadSetting

GOOD = {
    "host": "192.168.10.21",
    "poi_id": "S1F2-000158213600155",
    "sale_id": "K03",
    "ca_file": "/etc/lobbypay/terminal-root.pem",
    "key_identifier": "lobby",
    "passphrase_file": "/etc/lobbypay/terminal-passphrase",
}


def test_a_terminal_is_set_up_without_touching_anything():
    settings = create(GOOD)._settings
    assert (settings.place.port, settings.currency, settings.payment_s) == (8443, "CNY", 120.0)
    assert settings.place.names == (
        "S1F2-000158213600155.live.terminal.adyen.com",
        "legacy-terminal-certificate.live.terminal.adyen.com",
    )


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"poi_id": "S1F2"}, "poi_id"),
        ({"sale_id": "kiosk number three"}, "sale_id"),
        ({"ca_file": ""}, "ca_file"),
        ({"fingerprint": "3A:33"}, "fingerprint"),
        ({"fingerprint": "no hex"}, "fingerprint"),
        ({"environment": "demo"}, "environment"),
        ({"passphrase": "secret"}, "passphrase"),
        ({"currency": "XXX"}, "currency"),
        ({"payment_timeout_s": 0}, "payment_timeout_s"),
    ],
)
def test_each_mistake_is_named(change, key):
    with pytest.raises(BadSetting) as mistake:
        create({**GOOD, **change})
    assert mistake.value.key == key


@pytest.mark.parametrize("key", ["host", "poi_id", "sale_id", "key_identifier", "passphrase_file"])
def test_what_must_be_given_is_asked_for(key):
    with pytest.raises(BadSetting) as mistake:
        create({name: value for name, value in GOOD.items() if name != key})
    assert mistake.value.key == key
