"""A community with payments in it, for the tests of who may see them."""

from tests.server.payments.conftest import world

__all__ = ["world"]
