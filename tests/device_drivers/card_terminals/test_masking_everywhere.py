"""A card number in clear reaches nothing that people or files see, wherever the terminal puts it."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from device_drivers.card_terminals.interface import CardRequest
from device_drivers.card_terminals.masking import holds_pan, without_pans
from device_drivers.card_terminals.zvt import (
    ZvtTerminal,
    answers,
    apdu,
    create,
    fields,
    tables,
    tlv,
)
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.command import main
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.card_terminals.zvt.describe import describe
from device_drivers.card_terminals.zvt.framing import frame
from tests.device_drivers.card_terminals.scripted import (
    PATIENT,
    REGISTERED,
    YES,
    Observed,
    Script,
    message,
    scripted,
)

PAN = "6225880137706868"
MIDDLE = PAN[6:12]
SPACED = " ".join(PAN[at : at + 4] for at in range(0, 16, 4))
PACKED, CHARACTERS = bytes.fromhex(PAN), PAN.encode()
TRACK1 = f"%B{PAN}^CHEN/MING^30122010000000001?".encode()
TRACK2 = f";{PAN}=30122010000000001?".encode()


def shown(said: Any) -> str:
    """As JSON and as Python shows it, without what may stand between digits."""
    text = json.dumps(said, ensure_ascii=False, default=repr) + repr(said)
    return "".join(c for c in text if c not in " -\n\t")


def hides(said: Any) -> bool:
    text = shown(said)
    return (
        PAN not in text
        and MIDDLE not in text
        and CHARACTERS.hex()[12:24] not in text
        and "CHEN/MING" not in text
    )


def counted(number: int, value: bytes, digits: int) -> bytes:
    counter = bytes(0xF0 | int(d) for d in str(len(value)).rjust(digits, "0"))
    return bytes([number]) + counter + value


def every_field() -> Iterator[tuple[str, bytes]]:
    """Every field that is long enough, with a card number in every form."""
    for number, known in tables.BMPS.items():
        for form in (PACKED, CHARACTERS, SPACED.encode(), TRACK1, TRACK2):
            if known.length in ("LLVAR", "LLLVAR"):
                raw = counted(number, form, 2 if known.length == "LLVAR" else 3)
            elif isinstance(known.length, int) and known.length >= len(form):
                raw = bytes([number]) + form.ljust(known.length, b" ")
            else:
                continue
            yield f"{number:02X} {form[:3]!r}", raw


@pytest.mark.parametrize("command", [apdu.STATUS_INFORMATION, apdu.COMPLETION, 0x0601, 0x06E0])
def test_every_numbered_field(command: int) -> None:
    for name, raw in every_field():
        assert hides(fields.read(raw)), name
        assert hides(describe(Apdu(command, raw))), name
        result = answers.card_result(fields.read(b"\x27\x00" + raw))
        assert result is not None
        assert hides(asdict(result)), name


@pytest.mark.parametrize("high", range(16))
def test_every_tag_alone_and_in_containers(high: int) -> None:
    for tag in (tag for tag in tables.TAGS if tag & 0xF == high):
        _in_containers(tag)


def _in_containers(tag: int) -> None:
    for form in (PACKED, b"\x00" + PACKED, CHARACTERS, SPACED.encode(), TRACK1, TRACK2):
        for outer in (None, 0x60, 0x25, 0x24, 0xFF40):
            node = tlv.encode(tag, form)
            for _ in range(1 if outer is None else 10):
                node = node if outer is None else tlv.encode(outer, node)
            raw = tlv.encode(0x06, node)
            assert hides(fields.read(raw)), (tag, outer, form)
            assert hides(describe(Apdu(apdu.STATUS_INFORMATION, raw))), (tag, outer, form)


def test_every_command_with_card_data_anywhere() -> None:
    for command, known in tables.COMMANDS.items():
        heads = (b"\x00", b"\x0a", b"\x00\x00\x00", b"\x00" * 6, *(() if known.fixed else (b"",)))
        for head in heads:
            for form in (CHARACTERS, SPACED.encode(), TRACK1, TRACK2):
                assert hides(describe(Apdu(command, head + form))), (command, head, form)


@pytest.mark.parametrize(
    "text",
    [
        f"KARTE{PAN}",
        f"Nr.{PAN}12",
        f"000000{PAN}",
        f"{SPACED} 12 28",
        f"12 {SPACED}",
        SPACED.replace(" ", "  "),
        SPACED.replace(" ", "-"),
        SPACED.replace(" ", "\u00a0"),
        f"{PAN[:6]} {PAN[6:]}",
        " ".join(PAN),
        f"{PAN}D3012",
        TRACK1.decode(),
        TRACK2.decode(),
        f"ÄÖ{PAN}é",
    ],
)
def test_texts(text: str) -> None:
    assert hides(without_pans(text))


def luhn_complete(digits: str) -> str:
    return next(
        digits + check
        for check in "0123456789"
        if sum(
            sum(divmod(int(d) * 2, 10)) if place % 2 else int(d)
            for place, d in enumerate(reversed(digits + check))
        )
        % 10
        == 0
    )


PANS = st.builds(
    lambda first, rest: luhn_complete(first + rest),
    st.sampled_from("23456789"),
    st.text("0123456789", min_size=11, max_size=17),
)


@given(
    PANS, st.sampled_from(["", "Karte ", "PAN:", "x"]), st.sampled_from(["", " 12/28", "x", "\n"])
)
def test_any_card_number_in_any_text(pan: str, before: str, after: str) -> None:
    assert pan not in without_pans(before + pan + after)
    assert sum(c.isdigit() for c in without_pans(pan)) <= 10
    grouped = " ".join(pan[at : at + 4] for at in range(0, len(pan), 4))
    assert grouped not in without_pans(before + grouped + after)
    assert holds_pan(bytes.fromhex(pan.rjust(20, "f")))
    assert holds_pan(pan.encode())


HARMLESS = (
    "Terminal-ID:    28004869",
    "VU-Nr:         100461763",
    "02.11.2023      08:35:32",
    "0000013    0004      000001",
    "AID: A0000000041010",
    "Betrag EUR  25,00",
    "Nr:  **** **** **** 4821",
    "GER-APP-v2.0.9;cS02.01.01-10.10-2-2;CC26",
)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_card_number_stays(text: str) -> None:
    assert without_pans(text) == text


# --- a whole payment ---------------------------------------------------------------------------------

BLOCK = tlv.encode(0x25, tlv.encode(0x07, f"Card {SPACED}".encode())).hex()
RESULT = message(
    "040f",
    "2700 04000000001234 490156 870042 0b000123"
    + ("22f0f8" + PAN)
    + counted(0x23, bytes.fromhex(PAN + "d3012201000000000100"), 2).hex()
    + counted(0x24, bytes.fromhex("01" + PAN), 3).hex()
    + counted(0x2D, f"B{PAN}^CHEN/MING^3012".encode(), 2).hex()
    + counted(0x3C, f"Card {PAN} thanks".encode(), 3).hex()
    + tlv.encode(
        0x06, tlv.encode(0x1F09, PACKED) + tlv.encode(0x60, tlv.encode(0x5A, PACKED))
    ).hex(),
)
STEP = message(
    "04ff", "ff 01" + tlv.encode(0x06, tlv.encode(0x24, tlv.encode(0x07, SPACED.encode()))).hex()
)


def leaking_terminal(pt: Script) -> None:
    pt.registration()
    pt.state_asked()
    pt.authorisation()
    pt.say(STEP, RESULT, message("06d1", "00" + f"Karte {PAN}".encode().hex()))
    pt.say(message("06d3", tlv.encode(0x06, bytes.fromhex(BLOCK)).hex()))
    pt.send(message("9999", PAN))
    pt.expect("848300")
    pt.say("060f00")
    pt.state_asked(message("060f", counted(0, PAN.encode(), 3).hex()[2:] + "00"))


def pay(device: ZvtTerminal) -> list[Any]:
    observer = Observed()
    device.open()
    result = device.authorise(CardRequest("p-1", 1234, "CNY"), observer)
    status = device.probe()
    device.close()
    return [result, observer.steps, observer.results, status]


def test_a_whole_payment_with_the_trace_on(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    written = io.StringIO()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=written))
    try:
        with scripted(leaking_terminal) as served:
            said = pay(create({**PATIENT, "port": served.port, "trace": True}))
    finally:
        structlog.reset_defaults()
    assert [hides(one) for one in said] == [True] * 4
    log = written.getvalue()
    assert "622588******6868" in log
    assert REGISTERED not in log
    assert hides(log)
    printed = capsys.readouterr()
    assert hides(printed.out + printed.err + caplog.text)


@pytest.mark.parametrize("serial", [False, True])
def test_the_tool_shows_none(
    serial: bool, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    messages = [bytes.fromhex(m) for m in (STEP, RESULT, YES)]
    raw = b"\x06".join(frame(m) for m in messages) if serial else b"".join(messages)
    for cut in (
        raw,
        raw[:-20],
        raw[5:],
        raw[: len(raw) // 2],
        PACKED + raw,
        TRACK2 + raw,
        raw + TRACK1,
    ):
        path = tmp_path / "capture"
        path.write_bytes(cut)
        main(["decode", str(path)])
        printed = capsys.readouterr()
        assert hides(printed.out + printed.err)


@given(st.lists(st.sampled_from([PACKED, CHARACTERS, TRACK2, b"\x10\x02", bytes.fromhex(RESULT)])))
def test_no_order_of_card_data_gets_through_the_tool(parts: list[bytes]) -> None:
    assert hides(list(decoded(b"\x00".join(parts))))
