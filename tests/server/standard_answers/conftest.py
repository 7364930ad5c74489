"""A village with topics, and people who answer and direct."""

from tests.server.phone.conftest import clock
from tests.server.service_requests.conftest import clerk, manager, village

__all__ = ["clerk", "clock", "manager", "village"]
