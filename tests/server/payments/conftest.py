"""A world with one channel, for the tests of payments."""

import pytest

from server.payments.channels import registry
from tests.server.payments import world as worlds


def world_with_one_channel(patch: pytest.MonkeyPatch) -> worlds.World:
    """The world of ``tests.server.payments.world``; its channel is WeChat's while ``patch`` lasts."""
    made = worlds.make()

    def channel(method):
        return made.channel if method == "wechat" else None

    patch.setattr(registry, "channel", channel)
    patch.setattr(registry, "charging_phones", lambda: ["wechat"])
    return made


@pytest.fixture
def world(db, monkeypatch):
    return world_with_one_channel(monkeypatch)
