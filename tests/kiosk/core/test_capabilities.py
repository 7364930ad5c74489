"""What is offered with what is left: every set of faults, and by hand every single and double one."""

import itertools
from dataclasses import replace

import pytest

from contract.messages import Flow, Method
from kiosk.core.capabilities import NEEDS, Need, offers, possible
from kiosk.core.model import Lobby, Screen
from kiosk.ui.screens.attract import present, troubles
from tests.kiosk.core.story import Story, config, devices

SCAN, TYPE, WECHAT, ALIPAY = Flow.SCAN_BILL, Flow.TYPE_UNIT, Flow.WECHAT_QR, Flow.ALIPAY_QR
CODE, CARD, PAPER, PHONE = (
    Flow.PAYMENT_CODE,
    Flow.CARD,
    Flow.PRINT_RECEIPT,
    Flow.PHONE_RECEIPT,
)
ALL = frozenset(Flow)
NOTHING = frozenset[Flow]()
DEVICES = ("scanner", "card_terminal", "printer", "touch")
FAULTS = (*DEVICES, "server")
EVERY_FAULT = (*FAULTS, "clock", "terminal_unread", "proof", "no_codes", "old_copy")


def lobby(*faults: str) -> Lobby:
    with_codes = {"payment_codes": [Method.WECHAT, Method.ALIPAY]}
    changes = {} if "no_codes" in faults else with_codes
    levels = {d: "error" if d in faults else "ok" for d in DEVICES}
    return Lobby(
        config=config(second_factor="proof" in faults, **changes),
        server_reachable="server" not in faults,
        devices=devices(**levels),
        clock_trusted="clock" not in faults,
        bills_cache_usable="old_copy" not in faults,
        terminal_known="terminal_unread" not in faults,
        recovering=False,
    )


def offered(*faults: str) -> frozenset[Flow]:
    return frozenset(offers(lobby(*faults)).flows)


def every_set():
    for count in range(len(EVERY_FAULT) + 1):
        yield from itertools.combinations(EVERY_FAULT, count)


@pytest.mark.parametrize(
    ("faults", "left"),
    [
        ((), ALL),
        (("scanner",), ALL - {SCAN, CODE}),
        (("card_terminal",), ALL - {CARD}),
        (("printer",), ALL - {PAPER}),
        (("touch",), {SCAN, CODE, PAPER}),
        (("server",), {SCAN, TYPE, CARD, PAPER}),
        (("scanner", "card_terminal"), {TYPE, WECHAT, ALIPAY, PAPER, PHONE}),
        (("scanner", "printer"), {TYPE, WECHAT, ALIPAY, CARD, PHONE}),
        (("scanner", "touch"), NOTHING),
        (("scanner", "server"), {TYPE, CARD, PAPER}),
        (("card_terminal", "printer"), ALL - {CARD, PAPER}),
        (("card_terminal", "touch"), {SCAN, CODE, PAPER}),
        (("card_terminal", "server"), NOTHING),
        (("printer", "touch"), {SCAN, CODE}),
        (("printer", "server"), NOTHING),  # no receipt of any kind: no card
        (("touch", "server"), NOTHING),
        (("server", "proof"), {SCAN, CARD, PAPER}),
        (("server", "proof", "scanner"), NOTHING),  # a typed unit is not answered from the copy
        (("touch", "no_codes"), NOTHING),
        (("server", "clock"), NOTHING),
        (("old_copy",), ALL),
        (("server", "old_copy"), NOTHING),  # nobody knows any bill
        (("terminal_unread",), ALL - {CARD}),
    ],
)
def test_what_is_left(faults: tuple[str, ...], left: frozenset[Flow]) -> None:
    assert offered(*faults) == left


@pytest.mark.parametrize(
    "stopped_by", [{"recording": False}, {"recovering": True}, {"stopped": "x"}]
)
def test_a_kiosk_that_takes_no_money_offers_nothing(stopped_by: dict) -> None:
    can = offers(replace(lobby(), **stopped_by))
    assert (can.flows, can.methods, can.in_order) == ((), (), False)


def test_every_set_of_faults() -> None:
    """No set promises more than a smaller one, and whoever can pay can also find the bill."""
    everything = {faults: offered(*faults) for faults in every_set()}
    assert len(everything) == 2 ** len(EVERY_FAULT)
    for faults, left in everything.items():
        for mended in faults:
            fewer = tuple(f for f in faults if f != mended)
            assert left <= everything[fewer], (faults, mended)
        assert bool(left & {WECHAT, ALIPAY, CODE, CARD}) == bool(left & {SCAN, TYPE}), faults
        can = offers(lobby(*faults))
        assert can.in_order == bool(left)
        assert (Method.CARD in can.methods) == (CARD in left)
        assert (Method.WECHAT in can.methods) == bool(left & {WECHAT, CODE})
        assert not (left and {"touch"} <= set(faults) and left & {TYPE, WECHAT, ALIPAY, CARD})


def test_the_table_of_needs_is_whole() -> None:
    assert set(NEEDS) == set(Flow)
    for present_needs in range(2 ** len(Need)):
        working = frozenset(n for i, n in enumerate(Need) if present_needs >> i & 1)
        for flow in Flow:
            assert (flow in possible(working)) == (not NEEDS[flow] - working)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_attract_screen_tells_the_truth_about_every_set(language) -> None:
    for faults in every_set():
        story = Story.at_attract()
        lobby_now = lobby(*faults)
        story.session = replace(
            story.session,
            lobby=lobby_now,
            visit=replace(story.session.visit, language=language),
        )
        can = offers(lobby_now)
        if not can.in_order:
            continue
        view, told = present(story.session), troubles(story.session, can)
        assert (view.keypad, view.services) == (TYPE in can.flows, "touch" not in faults)
        assert view.scan or view.keypad
        assert bool(view.print_ready) == (PAPER in can.flows)
        missing = ALL - set(can.flows) - ({CODE} if "no_codes" in faults else set())
        known = {
            "proof",
            "clock",
            "no_codes",
            "old_copy",
        }  # alone they take nothing away from residents
        assert bool(told) == bool(missing and set(faults) - known), faults
        said = " ".join(head + body for head, body in told)
        words = "card" if language == "en" else "银行卡"
        if words in said and Method.CARD not in can.methods:
            assert "terminal_unread" in faults or "card_terminal" in faults, faults


def test_without_touch_a_bill_and_a_phone_held_to_the_scanner_pay_and_the_receipt_comes() -> None:
    from contract.messages import PaymentState
    from kiosk.core.effects import PrintReceipt
    from kiosk.core.events import AccountFound, DevicesSeen, OrderMade, Scanned
    from tests.kiosk.core.story import account, bill, bill_url

    story = Story.at_attract(payment_codes=[Method.WECHAT]).loses("touch")
    assert story.screen is Screen.ATTRACT
    number = "B202609-3-2-1201"
    story.plays(Scanned(bill_url(number)))
    story.plays(
        AccountFound(
            story.visit.number, account(bill(9, 30000), bill(10, 33208)), bill_number=number
        )
    )
    assert (story.screen, story.visit.selected) == (Screen.METHOD, (number,))
    story.plays(Scanned("134567890123456789"))
    assert story.screen is Screen.PAYING_CODE
    story.plays(OrderMade(story.view(PaymentState.APPROVED)))
    assert story.screen is Screen.PAID
    assert len(story.did(PrintReceipt)) == 1
    story.plays(DevicesSeen(devices())).waits(120)
    assert story.screen is Screen.ATTRACT


def test_a_copy_that_became_too_old_ends_what_was_offered_by_it_until_the_server_is_back() -> None:
    from kiosk.core.events import BillsCacheSeen, ServerSeen

    story = Story.at_attract().plays(ServerSeen(False))
    assert story.screen is Screen.ATTRACT
    story.plays(BillsCacheSeen(False))
    assert story.screen is Screen.OUT_OF_ORDER
    story.plays(ServerSeen(True))
    assert story.screen is Screen.ATTRACT
    story.plays(BillsCacheSeen(True), ServerSeen(False))
    assert story.screen is Screen.ATTRACT


def test_touch_that_comes_back_needs_no_restart() -> None:
    story = Story.at_attract().loses("touch")  # this community charges no phones
    assert story.screen is Screen.OUT_OF_ORDER
    story.loses("nothing")
    assert story.screen is Screen.ATTRACT
