"""A worker in a thread, for tests whose pages ask for jobs."""

import threading
from collections.abc import Iterator

import pytest

from server.jobs import worker


@pytest.fixture
def at_work() -> Iterator[None]:
    """Jobs are done as they are asked for, until the test ends."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.work, args=(stop, 0.2))
    thread.start()
    yield
    stop.set()
    thread.join(20)
