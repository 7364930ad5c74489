"""A machine that gets another identity keeps nothing of what the one before was told about its place."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import JournalPosition
from kiosk.central import identity
from kiosk.central.config_cache import ConfigCache
from kiosk.commands import kiosk
from kiosk.settings import Server, Settings
from tests.kiosk.core.story import config


def test_the_configuration_of_another_place_is_forgotten(tmp_path, monkeypatch):
    known = ConfigCache(tmp_path / "config.json")
    known.save(config())
    me = identity.Identity("id-4", "K04", "hillside", Ed25519PrivateKey.generate())
    monkeypatch.setattr(kiosk, "enrol", lambda *asked: (me, JournalPosition()))
    settings = Settings(data_dir=tmp_path, server=Server(url="https://pay.example.com"))
    for _ in range(2):
        assert kiosk._enrol(settings, "123-456") == 0
        assert known.load() is None
    assert identity.load(tmp_path).community == "hillside"
