"""The simulated printer's own parser, tried on bytes of python-escpos and on noise."""

from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from simulators.receipt_printer.tokens import Tokenizer


def names(data: bytes) -> list[str]:
    return [token.name for token in Tokenizer().feed(data)]


def test_commands_of_python_escpos_are_all_known():
    printer = Dummy()
    printer.hw("INIT")
    printer.set(align="center", bold=True, underline=1, custom_size=True, width=2, height=2)
    printer.line_spacing(40)
    printer.text("receipt\n")
    printer.qr("https://pay.example", native=True)
    printer.image(Image.new("1", (16, 30), 0))
    printer.image(Image.new("1", (16, 30), 0), impl="bitImageColumn")
    printer.print_and_feed(3)
    printer.cashdraw(2)
    printer.cut()
    found = names(printer.output)
    assert not [name for name in found if name.startswith("unknown")]
    for name in ("ESC @", "GS ( k", "GS v 0", "ESC *", "GS V", "ESC d", "ESC p", "text", "LF"):
        assert name in found


def test_bytes_inside_a_picture_are_no_commands():
    picture = b"\x1dv0\x00\x02\x00\x02\x00" + b"\x10\x04\x1b@"
    assert names(picture + b"\n") == ["GS v 0", "LF"]


def test_a_status_request_between_two_lines_is_found():
    assert names(b"A\n\x10\x04\x01B\n") == ["text", "LF", "DLE EOT", "text", "LF"]


def test_a_chinese_character_is_not_torn_by_the_cable():
    tokenizer = Tokenizer()
    text = "合计".encode("gb18030")
    found = tokenizer.feed(text[:3]) + tokenizer.feed(text[3:] + b"\n")
    assert b"".join(t.args for t in found if t.name == "text").decode("gb18030") == "合计"
    assert all(t.args.decode("gb18030") for t in found if t.name == "text")


@given(st.binary(max_size=400), st.integers(1, 50))
def test_noise_never_raises_and_fragmentation_changes_nothing_but_text_runs(noise, step):
    whole = Tokenizer().feed(noise)
    pieces = Tokenizer()
    parts = [t for at in range(0, len(noise), step) for t in pieces.feed(noise[at : at + step])]
    raw = b"".join(t.raw for t in parts)
    assert noise.startswith(raw)
    commands = [(t.name, t.raw) for t in whole if t.name != "text"]
    assert [(t.name, t.raw) for t in parts if t.name != "text"] == commands
