"""The same world as for the tests of payments."""

from tests.server.payments.conftest import world

__all__ = ["world"]
