"""What captured bytes mean, as data for JSON. Never shows a card number or a password.

Each entry says where it begins (``at``, in bytes) and what it is; ``problem``: what could not be read.
"""

from collections.abc import Iterator
from typing import Any

from device_drivers.card_terminals.zvt.capture import Piece, bytes_of, pieces
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.values import CP437


def decoded(raw: bytes, characters: str = CP437) -> Iterator[dict[str, Any]]:
    """Each message, acknowledgement and gap of a capture: raw bytes, or hex text."""
    return (_entry(piece, characters) for piece in pieces(bytes_of(raw)))


def _entry(piece: Piece, characters: str) -> dict[str, Any]:
    said: dict[str, Any] = {"at": piece.at}
    if piece.signal:
        said["signal"] = piece.signal
    if piece.message is not None:
        said |= describe(piece.message, characters)
    if piece.problem:
        problems = [piece.problem, *([said["problem"]] if "problem" in said else [])]
        said["problem"] = "; ".join(problems)
    return said
