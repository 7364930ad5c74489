"""Commands that makers added to ZVT (class 0F), and the completions that answer them. Never guesses.

Feig's are known from its open-source client (EVerest zvt, ``feig/packets.rs``); of others only the class.
"""

from typing import Any

from device_drivers.card_terminals.zvt import apdu
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.values import text

CLASS = 0x0F
FEIG = 0x0FA1
NAME = "vendor's own command"
_FEIG_FUNCTIONS = {0x0001: "system information", 0x0255: "factory reset"}
_FEIG_ANSWER = (("device_id", 8), ("software", 17), ("terminal_id", 8))


def is_command(command: int) -> bool:
    """Class 0F, but for what the specification itself has there (0F CA)."""
    return command >> 8 == CLASS and command != 0x0FCA


def describe(message: Apdu) -> dict[str, Any]:
    """The content of such a command; its fields are the maker's secret."""
    data = message.data
    if message.command != FEIG or len(data) < 2:
        return {}
    function = int.from_bytes(data[-2:])
    name = _FEIG_FUNCTIONS.get(function, "unknown")
    return {"function": f"{function:04X}", "function_name": name}


def name(command: int) -> str:
    return f"{NAME} (Feig)" if command == FEIG else NAME


def answer(message: Apdu, asked: int) -> dict[str, Any] | None:
    """A completion that answers a vendor's command, or is laid out as Feig's is; None for others."""
    data = message.data
    if message.command != apdu.COMPLETION or not data:
        return None
    if not asked and not _is_feigs(data):
        return None
    said: dict[str, Any] = {
        "command": "06 0F",
        "name": f"completion of a {name(asked or FEIG)}",
        "direction": "terminal to till",
        "data_bytes": len(data),
    }
    if asked in (0, FEIG) and _is_feigs(data):
        at = 0
        for field, length in _FEIG_ANSWER:
            said[field] = text(data[at : at + length]).strip()
            at += length
    return said


def _is_feigs(data: bytes) -> bool:
    length = sum(length for _, length in _FEIG_ANSWER)
    head = data[:length]
    return len(data) in (length, length + 4, length + 8) and all(0x20 <= b < 0x7F for b in head)
