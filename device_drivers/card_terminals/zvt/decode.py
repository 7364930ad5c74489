"""What captured bytes mean, as data for JSON. Never shows a card number or a password.

Each entry says where it begins (``at``, in bytes) and what it is; ``problem``: what could not be read.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from device_drivers.card_terminals.zvt import apdu, capture_text, vendors
from device_drivers.card_terminals.zvt.capture import Piece, pieces
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.tables import COMMANDS
from device_drivers.card_terminals.zvt.values import CP437

Entry = dict[str, Any]


def decoded(raw: bytes, characters: str = CP437) -> Iterator[Entry]:
    """Each message, acknowledgement and gap of a capture: raw bytes, hex text, a log or a dump; first
    what of a text is no hex."""
    captured = capture_text.read(raw)
    yield from ({"problem": problem} for problem in captured.problems)
    best: list[Entry] = []
    for number, units in enumerate(capture_text.readings(captured)):
        said = _entries(units, characters)
        if number == 0 or _problems(said) < _problems(best):
            best = said
        if not _problems(best):
            break
    yield from best


def _problems(said: list[Entry]) -> int:
    return sum("problem" in entry for entry in said)


def _entries(units: tuple[capture_text.Unit, ...], characters: str) -> list[Entry]:
    said: list[Entry] = []
    begins, asked = 0, 0  # the till's command that is being carried out
    for unit in units:
        for piece in pieces(unit.data):
            message = piece.message
            if message is not None and _is_of_till(message.command):
                asked = message.command if vendors.is_command(message.command) else 0
            said.append(_entry(replace(piece, at=begins + piece.at), characters, asked))
            if message is not None and message.command in (apdu.COMPLETION, apdu.ABORT):
                asked = 0
        begins += len(unit.data)
    return said


def _is_of_till(command: int) -> bool:
    known = COMMANDS.get(command)
    return known.sender == "ecr" if known else vendors.is_command(command)


def _entry(piece: Piece, characters: str, asked: int) -> Entry:
    said: Entry = {"at": piece.at}
    if piece.signal:
        said["signal"] = piece.signal
    if piece.message is not None:
        said |= vendors.answer(piece.message, asked) or describe(piece.message, characters)
    if piece.problem:
        problems = [piece.problem, *([said["problem"]] if "problem" in said else [])]
        said["problem"] = "; ".join(problems)
    return said
