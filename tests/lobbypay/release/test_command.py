"""The repository is kept by its commands, and a kiosk's updater follows what they did."""

import pytest

from lobbypay.release.command import main
from lobbypay.release.keys import PASSPHRASE
from tests.updater.world import MACHINE, archive
from updater.trust import Refused, Repository


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE, "open sesame")
    for name in ("root1", "root2", "root3", "root4", "targets", "targets2"):
        assert main(["key", str(tmp_path / name)]) == 0
    for name in ("online", "online2"):
        assert main(["key", str(tmp_path / name), "--open"]) == 0
    words = ["init", "repo", "--root", "root1", "--root", "root2", "--root-threshold", "2"]
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--targets", "targets", "--online", "online"]) == 0
    archive(tmp_path / "release.tar", "0.2.0")
    return tmp_path


def add(version="0.2.0", targets="targets", online="online"):
    signing = ["--targets", targets, "--online", online]
    return main(["add", "repo", version, "release.tar", "--machine", MACHINE, *signing])


def seen(place):
    """As a kiosk that was given the first root sees it."""
    root, repo = place / "repo" / "metadata" / "1.root.json", place / "repo"
    found = Repository(place / "state", root, stick=repo).releases(MACHINE)
    return [(one.version, one.ring) for one in found]


def test_a_release_goes_from_ring_to_ring_and_is_withdrawn(place, capsys):
    assert seen(place) == []
    assert add() == 0
    assert seen(place) == [("0.2.0", "canary")]
    signing = ["--targets", "targets", "--online", "online"]
    assert main(["ring", "repo", "0.2.0", "all", *signing]) == 0
    assert seen(place) == [("0.2.0", "all")]
    assert main(["refresh", "repo", "--online", "online"]) == 0
    assert main(["show", "repo"]) == 0
    assert "0.2.0" in capsys.readouterr().out
    assert main(["withdraw", "repo", "0.2.0", *signing]) == 0
    assert seen(place) == []


def test_what_cannot_be_is_refused(place, capsys):
    assert add() == 0
    assert add() == 2, "a release is never changed"
    assert add("0.3.0", targets="root1") == 2, "a key of another role"
    assert add("0.3.0", online="online2") == 2
    assert add("zero") == 2
    assert main(["key", "root1"]) == 2, "a key is never written over"
    again = ["--root", "root1", "--targets", "targets", "--online", "online"]
    assert main(["init", "repo", *again]) == 2
    assert seen(place) == [("0.2.0", "canary")]


def test_a_wrong_passphrase_opens_no_key(place, monkeypatch, capsys):
    monkeypatch.setenv(PASSPHRASE, "wrong")
    assert add() == 2
    assert "targets" in capsys.readouterr().err


def test_keys_are_exchanged_and_kiosks_follow(place):
    add()
    assert seen(place)
    both = ["--root", "root1", "--root", "root2"]
    assert main(["keys", "repo", "online", "--new", "online2", *both]) == 0
    with pytest.raises(Refused):
        seen(place)  # until what it signed is signed again
    assert main(["refresh", "repo", "--online", "online2"]) == 0
    assert seen(place) == [("0.2.0", "canary")]
    assert main(["keys", "repo", "targets", "--new", "targets2", *both]) == 0
    assert add("0.3.0", targets="targets", online="online2") == 2
    assert add("0.3.0", targets="targets2", online="online2") == 0
    assert [version for version, _ in seen(place)] == ["0.2.0", "0.3.0"]
    new = ["--new", "root3", "--new", "root4", "--threshold", "2"]
    assert main(["keys", "repo", "root", *new, "--root", "root1"]) == 2, "two of the old are needed"
    assert main(["keys", "repo", "root", *new, *both]) == 0
    assert [version for version, _ in seen(place)] == ["0.2.0", "0.3.0"]
