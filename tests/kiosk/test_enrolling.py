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


def test_the_first_start_makes_the_folder_that_the_journal_lies_in(tmp_path, monkeypatch):
    folder = tmp_path / "var" / "lobbypay"
    settings = Settings(data_dir=folder, server=Server(url="https://pay.example.com"))
    monkeypatch.setattr(kiosk.settings_file, "load", lambda path: settings)
    monkeypatch.setattr(kiosk, "run", lambda *asked: 0)
    monkeypatch.setattr(kiosk, "log_to_stderr", lambda *keeper: None)
    assert kiosk.main([]) == 0
    assert (folder / "kiosk.lock").exists()
