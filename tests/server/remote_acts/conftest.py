"""Kiosks that call."""

from tests.server.api.conftest import kiosk, world  # noqa: F401
