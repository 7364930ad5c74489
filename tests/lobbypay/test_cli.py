"""A command that this installation does not have says so; a mistake of ours is not hidden by it."""

import sys

import pytest

from lobbypay import cli


@pytest.mark.parametrize(
    ("command", "gone"),
    [("server", "server"), ("demo", "lobbypay.demo"), ("release", "lobbypay.release")],
)
def test_a_kiosks_release_says_what_it_does_not_hold(command, gone, monkeypatch, capsys):
    for name in [known for known in sys.modules if f"{known}.".startswith(f"{gone}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, gone, None)
    assert cli.main([command]) == 2
    assert capsys.readouterr().err == f"lobbypay {command}: not part of a kiosk's release\n"


def test_another_module_that_is_missing_is_told(monkeypatch):
    monkeypatch.delitem(sys.modules, "kiosk.commands.scan", raising=False)
    monkeypatch.setitem(sys.modules, "kiosk.commands.scan", None)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["scan"])
