"""One repository with releases 0.1.0 and 0.2.0, its web server and a machine, anew for each test."""

import pytest

from tests.updater.world import Machine, Repository, Web


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch):
    """What a power cut would lose is the operating system's; here only processes end."""
    monkeypatch.setattr("os.sync", lambda: None)
    monkeypatch.setattr("os.fsync", lambda fd: None)


@pytest.fixture
def repository(tmp_path):
    made = Repository(tmp_path / "repository")
    made.add("0.1.0")
    made.add("0.2.0")
    return made


@pytest.fixture
def web(repository):
    made = Web(repository.folder)
    yield made
    made.close()


@pytest.fixture
def machine(tmp_path, repository, web):
    (tmp_path / "machine").mkdir()
    return Machine(tmp_path / "machine", repository, web.url)
