"""A bench hands a terminal on only when what went on there has come to its end."""

from contextlib import contextmanager

import pytest

from lobbypay.device import benches


class SlowTerminal:
    """Books what it was asked only some looks after the key that lets it go on."""

    def __init__(self) -> None:
        names = ("poi_id", "environment", "ca_file", "key_identifier", "passphrase_file")
        self.ready = dict.fromkeys(names, "")
        self.looks, self.pressed = 0, False

    def ask(self, action: str, **body: object) -> None:
        self.pressed |= action == "press"

    def state(self) -> dict[str, object]:
        self.looks += self.pressed
        at_work = not self.pressed or self.looks < 4
        return {"in_progress": at_work, "transactions": [] if at_work else [{"state": "approved"}]}

    unplug = plug_in = hang = go_on = None


@pytest.mark.parametrize("kind", ["nexo", "zvt"])
def test_a_terminal_that_speaks_again_has_booked_what_it_had_begun(kind, tmp_path, monkeypatch):
    device = SlowTerminal()
    monkeypatch.setattr(benches, "plugged_in", contextmanager(lambda *words: iter([device])))
    with getattr(benches, kind)(tmp_path) as bench:
        bench.speak_again()
        assert bench.count() == bench.count() == 1
