"""A machine that replaces its key, at the real server."""

import pytest

from kiosk.central.client import CentralClient
from server.fleet.models import Kiosk
from tests.server.fleet.key_machine import Line, Machine
from tests.server.payments import world as worlds


@pytest.fixture
def line(monkeypatch):
    made = Line()
    monkeypatch.setattr(CentralClient, "_session", lambda client: made)
    return made


@pytest.fixture
def machine(db, line, tmp_path):
    worlds.make()
    made = Machine(tmp_path, Kiosk.objects.select_related("community").get(), line)
    made.writes("before")
    yield made
    made.journal.close()
