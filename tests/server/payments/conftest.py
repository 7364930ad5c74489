"""A world with one channel, for the tests of payments."""

import pytest

from server.payments.channels import registry
from tests.server.payments import world as worlds


@pytest.fixture
def world(db, monkeypatch):
    made = worlds.make()

    def channel(method):
        return made.channel if method == "wechat" else None

    monkeypatch.setattr(registry, "channel", channel)
    monkeypatch.setattr(registry, "charging_phones", lambda: ["wechat"])
    return made
