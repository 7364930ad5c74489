"""What holds for every test: nothing asserts how long it took, and no test leaves its log to the next."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# On a busy machine any example may take longer than Hypothesis waits for by itself.
settings.register_profile("any_machine", parent=settings.default, deadline=None)
settings.load_profile("any_machine")


LONGEST = (  # each is minutes of one worker
    "tests/server/test_rooms_on_postgresql.py",
    "tests/server/test_on_postgresql.py",
    "tests/kiosk/ui/test_layout.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A file is one worker's work: the longest begin first, or one worker ends long after the other."""
    places = {str(config.rootpath / name): place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(str(item.path), len(LONGEST)))


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """Commands set up the log of the whole process, among them some that keep it silent."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
