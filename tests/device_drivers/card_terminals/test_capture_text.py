"""Logs and dumps of many tools mean the same bytes; what is not understood is said, never guessed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_drivers.card_terminals.zvt import apdu, commands
from device_drivers.card_terminals.zvt.apdu import Apdu
from device_drivers.card_terminals.zvt.capture_text import read
from device_drivers.card_terminals.zvt.command import main
from device_drivers.card_terminals.zvt.decode import decoded
from device_drivers.card_terminals.zvt.framing import frame

REGISTER = commands.register(bytes.fromhex("123456"), "EUR")
YES, DONE = apdu.YES, Apdu(apdu.COMPLETION)
STATE = Apdu(apdu.COMPLETION, bytes.fromhex("f0f1f5") + b"GER-APP-v2.0.9;" + b"\x00")
PAY = commands.authorise(1234, "EUR")
TALK = (REGISTER, YES, STATE, YES, PAY, YES, DONE, YES)
RAW = b"".join(message.encode() for message in TALK)
NAMES = [f"{message.command >> 8:02X} {message.command & 0xFF:02X}" for message in TALK]


def names(text: str | bytes) -> list[str]:
    """The commands that a text decodes to, and nothing else in it."""
    said = list(decoded(text.encode() if isinstance(text, str) else text))
    assert not [entry for entry in said if "problem" in entry], said
    return [entry["command"] for entry in said]


def letters(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in raw)


def rows(raw: bytes) -> list[tuple[int, bytes]]:
    return [(at, raw[at : at + 16]) for at in range(0, len(raw), 16)]


def xxd(raw: bytes) -> str:
    return "".join(f"{at:08x}: {row.hex(' ', -2):<39}  {letters(row)}\n" for at, row in rows(raw))


def hexdump(raw: bytes) -> str:
    lines = [
        f"{at:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{letters(row)}|\n"
        for at, row in rows(raw)
    ]
    return "".join(lines) + f"{len(raw):08x}\n"


def od(raw: bytes) -> str:
    lines = [f"{at:07o} {row.hex(' ')}\n" for at, row in rows(raw)]
    return "".join(lines) + f"{len(raw):07o}\n"


def od_with_letters(raw: bytes) -> str:
    lines = [f"{at:06x} {row.hex(' '):<47}  >{letters(row)}<\n" for at, row in rows(raw)]
    return "".join(lines) + f"{len(raw):06x}\n"


def wireshark(raw: bytes) -> str:
    return "".join(f"{at:04x}   {row.hex(' '):<47}   {letters(row)}\n" for at, row in rows(raw))


def tshark(raw: bytes) -> str:
    return (
        "".join(f"{at:04x}  {row.hex(' '):<47}  {letters(row)}\n" for at, row in rows(raw)) + "\n"
    )


DUMPS = (xxd, hexdump, od, od_with_letters, wireshark, tshark)


@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_is_its_bytes(dump) -> None:
    assert read(dump(RAW).encode()).data == RAW
    assert names(dump(RAW)) == NAMES


@pytest.mark.parametrize("dump", DUMPS)
@settings(max_examples=60)
@given(raw=st.binary(min_size=1, max_size=70))
def test_whatever_the_bytes_the_letters_beside_them_are_no_data(dump, raw: bytes) -> None:
    captured = read(dump(raw).encode())
    assert captured.data == raw
    assert captured.problems == ()


@pytest.mark.parametrize(
    "tool",
    [("xxd",), ("xxd", "-g1"), ("xxd", "-p"), ("xxd", "-i"), ("hexdump", "-C"), ("od", "-tx1")],
)
def test_the_tools_themselves(tmp_path: Path, tool: tuple[str, ...]) -> None:
    if shutil.which(tool[0]) is None:
        pytest.skip(f"no {tool[0]}")
    raw = RAW + bytes(64) + RAW  # hexdump writes a star for the noughts
    (tmp_path / "raw").write_bytes(raw)
    said = subprocess.run([*tool, str(tmp_path / "raw")], capture_output=True, check=True).stdout
    assert read(said).data == raw


def test_words_in_the_machines_order_are_told() -> None:
    swapped = "".join(
        f"{at:07x} " + " ".join(row[n : n + 2][::-1].hex() for n in range(0, len(row), 2)) + "\n"
        for at, row in rows(RAW[:48])
    )
    captured = read((swapped + "0000030\n").encode())
    assert captured.data == b""
    assert "hexdump -C" in captured.problems[0]


def test_a_dump_with_a_row_missing_is_told() -> None:
    lines = xxd(RAW).splitlines()
    captured = read("\n".join([lines[0], *lines[2:]]).encode())
    assert captured.data == b""
    assert captured.problems == ("a dump whose offsets do not fit its bytes",)


def test_a_capture_file_is_told() -> None:
    for head in ("d4c3b2a1", "a1b2c3d4", "0a0d0d0a"):
        said = list(decoded(bytes.fromhex(head) + RAW))
        assert [set(entry) for entry in said] == [{"problem"}]
        assert "tshark" in said[0]["problem"]


# --- logs -----------------------------------------------------------------------------------------------

STYLES = (
    "{way}: {hex}",
    "{way}:{hex}",
    "{way} {hex}",
    "[{way}] {hex}",
    "{way} ({count}): {hex}",
    "{way}[{count}]: {hex}",
    "2024-05-01 12:00:01.123 {way}: {hex}",
    "2024-05-01T12:00:01,123Z DEBUG zvt.link {way} {count} bytes: {hex}",
    "12:00:01 {way} {hex}",
    "[12:00:01] {way} => {hex}   ....4V..x..",
    "{way}: {hex}  |..<..>.|",
)
WAYS = (
    ("TX", "RX"),
    ("tx", "rx"),
    ("ECR ->", "PT ->"),
    (">", "<"),
    ("-->", "<--"),
    ("Sent", "Received"),
)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("ways", WAYS)
@pytest.mark.parametrize("upper", [False, True])
def test_a_log_is_its_bytes(style: str, ways: tuple[str, str], upper: bool) -> None:
    till = {REGISTER, PAY}
    lines = []
    for index, message in enumerate(TALK):
        raw = message.encode()
        sent = message in till or index in (3, 7)
        text = raw.hex(" ").upper() if upper else raw.hex()
        lines.append(style.format(way=ways[0 if sent else 1], hex=text, count=len(raw)))
    assert names("\n".join(lines)) == NAMES


def test_a_time_without_a_direction_is_no_data() -> None:
    assert names("12:00:01 06 0F 00\n12:00:02 80 00 00\n") == ["06 0F", "80 00"]
    assert names("06:0F:00:80:00:00") == ["06 0F", "80 00"]


def test_a_frame_that_came_in_pieces_is_one() -> None:
    raw = frame(STATE.encode())
    log = f"RX: {raw[:5].hex(' ')}\nRX: {raw[5:9].hex(' ')}\nRX: {raw[9:].hex(' ')}\nTX: 06\n"
    said = list(decoded(log.encode()))
    assert [entry.get("command", entry.get("signal")) for entry in said] == ["06 0F", "ACK"]
    assert not any("problem" in entry for entry in said)


def test_one_line_of_wrong_length_leaves_the_others_alone() -> None:
    log = "TX: 06 01 14 04 00 00 00 00 12 34 49 09 78\nRX: 80 00 00\nRX: 06 0F 00\n"
    said = list(decoded(log.encode()))
    assert [entry["command"] for entry in said] == ["06 01", "80 00", "06 0F"]
    assert ["problem" in entry for entry in said] == [True, False, False]


def test_a_line_that_is_no_hex_is_told_and_never_quoted() -> None:
    said = list(decoded(b"opened COM3, card 4111111111111111\nTX: 06 0F 00\nTX: 06 0G 00\n"))
    assert said[:2] == [{"problem": "line 1 is no hex"}, {"problem": "line 3 is no hex"}]
    assert said[2]["command"] == "06 0F"
    assert "4111" not in json.dumps(said)


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    json.dumps(list(decoded(text.encode("utf-8", "surrogatepass"))))


# --- network packets ------------------------------------------------------------------------------------


def tcp(payload: bytes, till: bool) -> bytes:
    ports = (40000, 20007) if till else (20007, 40000)
    head = b"".join(port.to_bytes(2) for port in ports) + bytes(8) + b"\x50\x18" + bytes(6)
    return head + payload


def ip4(segment: bytes) -> bytes:
    return b"\x45\x00" + (20 + len(segment)).to_bytes(2) + bytes(5) + b"\x06" + bytes(10) + segment


def ip6(segment: bytes) -> bytes:
    return b"\x60\x00\x00\x00" + len(segment).to_bytes(2) + b"\x06\x40" + bytes(32) + segment


PACKETS = {
    "ethernet": lambda segment: bytes(12) + b"\x08\x00" + ip4(segment) + bytes(6),  # with padding
    "vlan": lambda segment: bytes(12) + b"\x81\x00\x00\x05\x08\x00" + ip4(segment),
    "ethernet, IPv6": lambda segment: bytes(12) + b"\x86\xdd" + ip6(segment),
    "cooked": lambda segment: bytes(14) + b"\x08\x00" + ip4(segment),
    "cooked 2": lambda segment: b"\x08\x00" + bytes(18) + ip4(segment),
    "loopback": lambda segment: b"\x02\x00\x00\x00" + ip4(segment),
    "bare": ip4,
}


@pytest.mark.parametrize("dump", [wireshark, tshark, hexdump])
@pytest.mark.parametrize("packet", PACKETS.values(), ids=PACKETS)
def test_of_network_packets_only_what_tcp_carried_is_read(packet, dump) -> None:
    told = [PACKETS["ethernet"](tcp(b"", till=False))] if packet is PACKETS["ethernet"] else []
    told += [packet(tcp(m.encode(), till=index % 2 == 0)) for index, m in enumerate(TALK)]
    captions = ["Frame 1: 78 bytes on wire\n", "\n"]
    assert names("".join(captions[0] + dump(raw) + captions[1] for raw in told)) == NAMES


def test_a_packet_without_tcp_is_told() -> None:
    arp = bytes(12) + b"\x08\x06" + bytes(28)
    said = list(decoded((tshark(arp) + tshark(ip4(tcp(DONE.encode(), True)))).encode()))
    assert said[0] == {"problem": "packet 1 carries no TCP"}
    assert said[1]["command"] == "06 0F"


def test_a_followed_stream_counts_each_direction_for_itself() -> None:
    counts, text = [0, 0], ""
    for index, message in enumerate(TALK):
        raw, way = message.encode(), 0 if message in (REGISTER, PAY) or index in (3, 7) else 1
        for at, row in rows(raw):
            middle = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
            text += " " * 4 * way + f"{counts[way] + at:08X}  {middle}   {letters(row)}\n"
        counts[way] += len(raw)
    assert names(text) == NAMES


def test_the_tool_reads_a_dump(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "capture.txt").write_text(xxd(RAW))
    assert main(["decode", str(tmp_path / "capture.txt")]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(TALK)
    (tmp_path / "capture.txt").write_text("nothing to see")
    assert main(["decode", str(tmp_path / "capture.txt")]) == 1
