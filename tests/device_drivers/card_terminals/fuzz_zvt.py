"""Coverage-guided fuzzing of everything that reads a terminal's bytes. No part of ``make test``.

    pip install atheris     # in an environment of its own, with the product's requirements
    python -m tests.device_drivers.card_terminals.fuzz_zvt -max_total_time=300 [CORPUS_FOLDER]

It begins with the captures of real terminals and stops at the first input that makes the parsers raise
anything but their own errors, or that brings out a number that could be a card's.
"""

import contextlib
import importlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

atheris = importlib.import_module("atheris")

with atheris.instrument_imports(include=["device_drivers"]):
    from device_drivers.card_terminals.masking import holds_pan
    from device_drivers.card_terminals.zvt import answers, apdu, fields, receipts
    from device_drivers.card_terminals.zvt.decode import decoded
    from device_drivers.card_terminals.zvt.describe import describe
    from device_drivers.card_terminals.zvt.framing import Frame, FrameReader, frame
    from device_drivers.card_terminals.zvt.values import Unreadable
    from device_drivers.errors import ProtocolError

DATA = Path(__file__).parents[2] / "data" / "zvt"
DIGITS = re.compile(r"\d{13,}")
APPLICATION_ID = "43"


def seeds() -> Iterator[bytes]:
    for name in ("captures", "portalum", "serial_frames"):
        text = (DATA / f"{name}.json").read_text("utf-8")
        for found in re.findall(r'"([0-9a-f]{6,})"', text):
            if len(found) % 2 == 0:
                yield bytes.fromhex(found)


def strings(said: Any) -> Iterator[str]:
    """Every text that comes out, but for the names of programs on cards."""
    if isinstance(said, dict):
        if said.get("tag") != APPLICATION_ID:
            for value in said.values():
                yield from strings(value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from strings(value)
    elif isinstance(said, str):
        yield said


def check_hidden(said: Any) -> None:
    for text in strings(said):
        for run in DIGITS.findall(text):
            significant = run.lstrip("0")
            if len(significant) >= 13 and luhn(significant):
                raise AssertionError(f"a card number came out: {run}")


def luhn(digits: str) -> bool:
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(d // 10 + d % 10 for d in doubled)) % 10 == 0


def one_input(raw: bytes) -> None:
    said = list(decoded(raw))
    json.dumps(said)
    check_hidden(said)
    read = fields.read(raw)
    check_hidden(list(read.values.values()))
    check_hidden(repr(answers.card_result(read)))
    holds_pan(raw)
    for part in (receipts.printed_line(raw), receipts.printed_block(raw)):
        check_hidden(part.lines)
    answers.aborted(raw)
    answers.display_text(raw)
    answers.open_reservations(raw)
    with contextlib.suppress(Unreadable):
        answers.terminal_state(raw)
    with contextlib.suppress(ProtocolError):
        message = apdu.parse(raw)
        assert apdu.parse(message.encode()) == message
        check_hidden(describe(message))
    assert FrameReader().feed(frame(raw)) == [Frame(raw)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds()):
            (Path(folder) / f"{number:03}").write_bytes(seed)
        atheris.Setup([*sys.argv, folder], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
