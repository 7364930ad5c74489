"""The driver's table of the configuration. Touches no device and never shows the password."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from device_drivers.card_terminals.zvt.currencies import NUMBERS
from device_drivers.card_terminals.zvt.exchange import ExchangeTimes
from device_drivers.card_terminals.zvt.links import Link, LinkTimes, SerialLink, TcpLink
from device_drivers.card_terminals.zvt.trace import TracedLink
from device_drivers.card_terminals.zvt.values import CP437
from device_drivers.settings import BadSetting, Table
from device_drivers.transport import Serial, Tcp

DEFAULT_PORT = 20007
CHARACTERS = (CP437, "iso8859-1", "iso8859-15", "utf-8", "gb18030")


@dataclass(frozen=True)
class ZvtSettings:
    """``busy_limit_s``: how long ``open`` waits for a payment that still runs in the terminal.

    ``no_transaction_codes``: result codes by which the terminal says that it holds no transaction.
    The specification names none, so each model must be asked at commissioning, before its first
    payment; empty is safe, and then only a result proves anything.

    ``characters``: in which the terminal sends texts, as a codec of Python. CP437 is the protocol's
    own; some makers send ISO 8859-1 all the same.
    """

    link: Link
    currency: str
    exchange: ExchangeTimes
    busy_limit_s: float
    busy_pause_s: float
    no_transaction_codes: frozenset[int]
    connect_timeout_s: float
    characters: str
    password: bytes = field(repr=False)

    @property
    def connect_s_max(self) -> float:
        """Connecting, waiting while it is busy, and three commands: state, registration, mending."""
        times = self.exchange
        commands_s = 3 * (times.answer_s + times.completion_s)
        return self.connect_timeout_s + self.busy_limit_s + self.busy_pause_s + commands_s


def read(settings: Mapping[str, Any]) -> ZvtSettings:
    """Raises BadSetting."""
    table = Table(settings)
    transport = table.choice("transport", ("tcp", "serial"), "tcp")
    tcp = transport == "tcp"
    host = table.text("host", "" if not tcp else "127.0.0.1")
    port = table.whole("port", DEFAULT_PORT, 1, 65535)
    device = table.text("device", "/dev/lobbypay-terminal")
    baud = table.whole("baud", 9600, 1200, 115200)
    connect_timeout_s = table.number("connect_timeout_s", 5.0, 0.1, 60)
    times = LinkTimes(
        byte_s=table.number("byte_timeout_s", 5.0 if tcp else 0.2, 0.05, 60),
        ack_s=table.number("t2_s", 5.0, 0.1, 60),
        write_s=table.number("write_timeout_s", 5.0, 0.1, 60),
    )
    characters = table.choice("characters", CHARACTERS, CP437)
    link: Link = (
        TcpLink(Tcp(host, port, connect_timeout_s), times)
        if tcp
        else SerialLink(Serial(device, baud), times)
    )
    result = ZvtSettings(
        link=TracedLink(link, characters) if table.flag("trace", False) else link,
        currency=table.choice("currency", tuple(NUMBERS), "CNY"),
        exchange=ExchangeTimes(
            answer_s=table.number("t3_s", 5.0, 0.1, 120),
            completion_s=table.number("t4_s", 180.0, 0.1, 1800),
            first_word_s=table.number("first_word_s", 15.0, 0, 1800),
        ),
        busy_limit_s=table.number("busy_limit_s", 90.0, 0, 1800),
        busy_pause_s=table.number("busy_pause_s", 1.0, 0.05, 60),
        no_transaction_codes=frozenset(table.raw_bytes("no_transaction_codes", b"")),
        connect_timeout_s=connect_timeout_s,
        characters=characters,
        password=_password(table.text("password", "000000")),
    )
    table.finish()
    return result


def _password(digits: str) -> bytes:
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        raise BadSetting("password", "(hidden)", "six digits in quotes")
    return bytes.fromhex(digits)
