"""``lobbypay zvt decode FILE``: what captured ZVT bytes mean, as JSON. Never shows a card number."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.zvt import apdu
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.framing import Frame, FrameReader, Signal
from device_drivers.errors import ProtocolError

_HEX = re.compile(r"[0-9A-Fa-f]+")
_SIGNALS = {
    Signal.ACK: {"signal": "ACK"},
    Signal.NAK: {"signal": "NAK"},
    Signal.DAMAGED: {"problem": "a damaged frame"},
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lobbypay zvt", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    decode = commands.add_parser("decode", help="print the messages of a capture as JSON")
    decode.add_argument("file", help="raw bytes or hex, messages or serial frames; - for stdin")
    arguments = parser.parse_args(argv)
    try:
        raw = (
            sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
        )
    except OSError as problem:
        print(f"lobbypay zvt: {problem}", file=sys.stderr)
        return 2
    messages = list(decoded(bytes_of(raw)))
    print(json.dumps(messages, ensure_ascii=False, indent=2))
    return 1 if not messages or any("problem" in one for one in messages) else 0


def bytes_of(raw: bytes) -> bytes:
    """The bytes themselves, or those that hex text means."""
    try:
        words = raw.decode("ascii")
    except UnicodeDecodeError:
        return raw
    digits = re.sub(r"[\s:,]", "", words)
    return bytes.fromhex(digits) if _HEX.fullmatch(digits) and len(digits) % 2 == 0 else raw


def decoded(raw: bytes) -> Iterator[dict[str, Any]]:
    """Each message of a stream. What cannot be read is told in ``problem``."""
    begins_with_frame = raw.lstrip(b"\x06\x15").startswith(b"\x10\x02")
    yield from _frames(raw) if begins_with_frame else _messages(raw)


def _messages(raw: bytes) -> Iterator[dict[str, Any]]:
    buffer = bytearray(raw)
    while (message := apdu.take(buffer)) is not None:
        yield describe(message)
    if buffer:
        yield {"problem": f"{len(buffer)} bytes at the end are no whole message"}


def _frames(raw: bytes) -> Iterator[dict[str, Any]]:
    reader = FrameReader()
    for found in reader.feed(raw):
        if isinstance(found, Signal):
            yield dict(_SIGNALS[found])
            continue
        yield _frame(found)
    if reader.inside:
        yield {"problem": "the last frame broke off"}


def _frame(found: Frame) -> dict[str, Any]:
    try:
        return describe(apdu.parse(found.message))
    except ProtocolError as problem:
        return {"problem": problem.detail}
