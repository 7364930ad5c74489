"""What holds for every test: nothing asserts how long it took, and no test leaves its log to the next."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# On a busy machine any example may take longer than Hypothesis waits for by itself.
settings.register_profile("any_machine", parent=settings.default, deadline=None)
settings.load_profile("any_machine")


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Commands set up the log of the whole process, among them some that keep it silent."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
