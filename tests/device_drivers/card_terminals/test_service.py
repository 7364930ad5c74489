"""What installers and staff do at the terminal, message by message, and the tool that they do it with."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device_drivers.card_terminals.interface import CardRequest, Outcome
from device_drivers.card_terminals.zvt import ZvtTerminal, create, tlv
from device_drivers.card_terminals.zvt.command import main
from device_drivers.errors import OutcomeUnknown, Refused
from device_drivers.status import Level
from tests.device_drivers.card_terminals.scripted import (
    APPROVED_12_34,
    PATIENT,
    READY,
    YES,
    Observed,
    Script,
    message,
    scripted,
)

TOTALS = "60f0f5f3 00010042" + "".join(f"{n:02x}{n * 100:012d}" for n in range(7))
REQUEST = CardRequest("p-1", 1234, "CNY")


def used(
    script: Callable[[Script], None], use: Callable[[ZvtTerminal], Any], **settings: Any
) -> Any:
    """What ``use`` gives with a terminal that follows the script behind its registration."""

    def whole(pt: Script) -> None:
        pt.registration()
        script(pt)

    with scripted(whole) as served:
        device = create({**PATIENT, "port": served.port, **settings})
        device.open()
        try:
            return use(device)
        finally:
            device.close()


def line(text: str, attribute: str = "00") -> str:
    return message("06d1", attribute + text.encode("cp437").hex())


def test_the_end_of_a_day_first_asks_what_it_may_make_forgotten() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("0620050000000303")
        pt.say(YES, APPROVED_12_34, "060f00")
        pt.state_asked()
        pt.expect("065003000000")
        pt.say(YES, message("04ff", "0f"), message("040f", TOTALS))
        pt.say(line("** KASSENSCHNITT **", "40"), line("", "81"), "060f00")
        pt.state_asked()

    day = used(script, lambda device: device.service.end_of_day())
    assert (day.totals["visa_count"], day.totals["visa_total"]) == (4, 400)
    assert (day.totals["receipt_from"], day.totals["receipt_to"]) == (1, 42)
    assert day.receipt_lines == ("** KASSENSCHNITT **", "")
    assert (day.last.receipt_no, day.last.amount_minor) == ("0042", 1234)


def test_a_terminal_that_wants_its_day_ended_gets_it() -> None:
    def script(pt: Script) -> None:
        pt.state_asked("060f01f0")
        pt.expect("0620")
        pt.say(YES, "061e01f0")
        pt.state_asked("060f01f0")
        pt.expect("0650")
        pt.say(YES, message("040f", TOTALS), "060f00")
        pt.state_asked()

    def use(device: ZvtTerminal) -> Any:
        day = device.service.end_of_day()
        return day, device.status()

    day, status = used(script, use)
    assert day.last is None
    assert status.level is Level.OK


def test_a_reservation_is_made_booked_and_cancelled() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("06220a04000000001234490156")
        pt.say(YES, APPROVED_12_34, "060f00")
        pt.state_asked()
        pt.expect("06240d87004204000000001000490156")
        pt.say(YES, message("040f", "2700 04000000001000 490156 870043"), "060f00")
        pt.state_asked()
        pt.expect("062506870043490156")
        pt.say(YES, message("040f", "2700 04000000000000 490156 870044"), "060f00")

    def use(device: ZvtTerminal) -> Any:
        service = device.service
        return (
            service.reserve("a", 1234, "CNY"),
            service.book_reservation("b", "0042", 1000, "CNY"),
            service.cancel_reservation("c", "0043", "CNY"),
        )

    assert [one.outcome for one in used(script, use)] == [Outcome.APPROVED] * 3


def test_a_reservation_in_doubt_is_not_repeated_and_found_again() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("0622")
        pt.say(YES)

    with pytest.raises(OutcomeUnknown):
        used(script, lambda device: device.service.reserve("a", 1234, "CNY"), t4_s=0.3)

    def later(pt: Script) -> None:
        pt.state_asked()
        pt.expect("06230387ffff")
        pt.say(YES, message("061e", "b8 870042"))

    assert used(later, lambda device: device.service.open_reservations()) == ("0042",)


@pytest.mark.parametrize(
    ("answer", "open_ones"),
    [
        ("b8 87ffff", ()),
        ("b8" + tlv.encode(0x06, bytes.fromhex("2308 08020042 08020051")).hex(), ("0042", "0051")),
    ],
)
def test_open_reservations(answer: str, open_ones: tuple[str, ...]) -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("0623")
        pt.say(YES, message("061e", answer))

    assert used(script, lambda device: device.service.open_reservations()) == open_ones


def test_what_cannot_be_right_is_refused_before_the_terminal_is_asked() -> None:
    def use(device: ZvtTerminal) -> None:
        for call in (
            lambda: device.service.refund("f", 0, "CNY"),
            lambda: device.service.refund("f", 100, "EUR"),
            lambda: device.service.reserve("f", 10**12, "CNY"),
            lambda: device.service.book_reservation("f", "12345", 100, "CNY"),
            lambda: device.service.cancel_reservation("f", "x", "CNY"),
        ):
            with pytest.raises(Refused):
                call()

    used(lambda pt: None, use)


def test_a_text_is_shown_on_the_terminal() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.expect("06e013f005" + "f1f0f74c6f6262792031" + "f2f0f4" + "3f204f4b")
        pt.say(YES)

    used(script, lambda device: device.service.show_text(("Lobby 1", "好 OK"), 5))


def test_receipts_are_told_apart_and_the_merchants_is_kept_apart() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.authorisation()
        pt.say(message("04ff", "0a 01" + shown.hex()), APPROVED_12_34)
        pt.say(line("Merchant copy"), line("", "81"), line("Customer copy"), line("Tschüß", "80"))
        pt.say("060f00")

    shown = tlv.encode(0x06, tlv.encode(0x24, tlv.encode(0x07, b"Bitte stecken Sie")))
    observer = Observed()
    result = used(script, lambda device: device.authorise(REQUEST, observer))
    assert result.receipt_lines == ("Customer copy", "Tschüß")
    assert result.merchant_lines == ("Merchant copy", "")
    assert observer.steps[0].terminal_text == "Bitte stecken Sie"
    assert observer.steps[0].text["zh"] == "请插卡或刷卡"


def test_the_terminal_hears_that_we_cannot_print() -> None:
    def script(pt: Script) -> None:
        pt.state_asked()
        pt.authorisation()
        pt.say(APPROVED_12_34)
        for printed in (line("Customer copy"), message("06d3", "0600")):
            pt.send(printed)
            pt.expect("84cc00")
        pt.say("060f00")

    def use(device: ZvtTerminal) -> Any:
        device.can_print = lambda: False
        return device.authorise(REQUEST, Observed())

    result = used(script, use)
    assert result.outcome is Outcome.APPROVED
    assert result.receipt_lines == ()


def test_a_payment_that_only_staff_can_make_possible_is_told_until_one_works() -> None:
    def script(pt: Script) -> None:
        for end in (["061e01f0"], [APPROVED_12_34, "060f00"]):
            pt.state_asked()
            pt.authorisation()
            pt.say(*end)

    def use(device: ZvtTerminal) -> Any:
        told = []
        for payment_id in ("p-1", "p-2"):
            device.authorise(replace(REQUEST, payment_id=payment_id), Observed())
            told.append([c.code for c in device.status().conditions])
        return told

    assert used(script, use) == [["card_terminal.result_f0"], []]


# --- the tool ----------------------------------------------------------------------------------------


def config(folder: Path, port: int, driver: str = "zvt") -> str:
    path = folder / "kiosk.toml"
    path.write_text(f'[card_terminal]\ndriver = "{driver}"\nhost = "127.0.0.1"\nport = {port}\n')
    return str(path)


def test_the_tool_tells_the_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked("060f01df")

    with scripted(script) as served:
        assert main(["status", "--config", config(tmp_path, served.port)]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["level"] == "error"
    assert said["conditions"][0]["code"] == "card_terminal.status_df"
    assert said["conditions"][0]["remedy"]["zh"]


def test_the_tool_shows_totals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def script(pt: Script) -> None:
        pt.registration()
        pt.state_asked()
        pt.expect("061003000000")
        pt.say(YES, message("040f", TOTALS), "060f00")
        pt.state_asked(READY)

    with scripted(script) as served:
        assert main(["totals", "--config", config(tmp_path, served.port)]) == 0
    assert json.loads(capsys.readouterr().out)["visa_total"] == 400


def test_the_tool_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--config", config(tmp_path, 1, driver="other")]) == 2
    assert "[card_terminal]" in capsys.readouterr().err
    assert main(["end-of-day", "--config", str(tmp_path / "missing.toml")]) == 2
    assert main(["totals", "--config", config(tmp_path, 1)]) == 2  # nobody listens there
    assert "127.0.0.1:1" in capsys.readouterr().err
