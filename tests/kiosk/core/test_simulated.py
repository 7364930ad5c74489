"""Play money and real residents are kept apart before any money moves; paper is no money."""

from dataclasses import replace

import pytest

from contract.heartbeat import DeviceReport
from contract.messages import Flow, Method
from kiosk.core.capabilities import offers
from kiosk.core.effects import AskTerminal, MakeOrder, Record
from kiosk.core.events import ConfigLoaded, DevicesSeen, ServerSeen
from kiosk.core.model import Action, Lobby, Say, Screen
from kiosk.ui.frame import present
from tests.kiosk.core.story import Story, config

ROLES = ("scanner", "card_terminal", "printer", "touch")
QR = {Flow.WECHAT_QR, Flow.ALIPAY_QR}


def community(test: bool, **changes):
    base = config(payment_codes=[Method.WECHAT], **changes)
    return base.model_copy(update={"community": base.community.model_copy(update={"test": test})})


def with_simulated(*roles: str) -> tuple[DeviceReport, ...]:
    return tuple(DeviceReport(role=r, driver=r, level="ok", simulated=r in roles) for r in ROLES)


def lobby(*roles: str, test: bool = False, server: bool = True, **changes) -> Lobby:
    return Lobby(
        config=community(test, **changes),
        devices=with_simulated(*roles),
        server_reachable=server,
        recovering=False,
    )


def offered(*roles: str, **changes) -> set[Flow]:
    return set(offers(lobby(*roles, **changes)).flows)


@pytest.mark.parametrize(
    ("simulated", "closed"),
    [
        ((), set()),
        (("printer",), {Flow.PRINT_RECEIPT}),
        (("card_terminal",), {Flow.CARD}),
        (("scanner",), {Flow.SCAN_BILL, Flow.PAYMENT_CODE}),
        (("printer", "card_terminal"), {Flow.PRINT_RECEIPT, Flow.CARD}),
    ],
)
def test_in_a_real_community_a_simulated_device_closes_what_needs_it_and_nothing_else(
    simulated, closed
):
    assert offered(*simulated) == set(Flow) - closed
    assert offered(*simulated, test=True) == set(Flow)


def test_a_simulated_terminal_takes_no_card_offline_either():
    assert Flow.CARD in offered(server=False)
    assert Flow.CARD not in offered("card_terminal", server=False)
    assert Flow.CARD in offered("card_terminal", server=False, test=True)


def test_a_channel_that_is_a_play_is_not_offered_in_a_real_community():
    """The server does not name it there; if a kept configuration does, it is not believed."""
    play = {"simulated": [Method.WECHAT]}
    can = offers(lobby(**play))
    assert Method.WECHAT not in can.methods and Method.ALIPAY in can.methods
    assert not {Flow.WECHAT_QR, Flow.PAYMENT_CODE} & set(can.flows)
    assert set(offers(lobby(test=True, **play)).flows) == set(Flow)


def test_a_community_that_is_not_known_is_a_real_one():
    known = Lobby(devices=with_simulated("card_terminal"), recovering=False, server_reachable=True)
    assert not known.test_community
    assert offers(known).flows == ()


def bills_of(*roles: str, server: bool = True, **changes) -> Story:
    story = Story.at_bills()
    story.plays(DevicesSeen(with_simulated(*roles)), ServerSeen(server))
    here = replace(story.session.lobby, config=community(**changes))
    story.session = replace(story.session, lobby=here)
    return story.taps(Action.PAY)


@pytest.mark.parametrize("server", [True, False], ids=["online", "offline"])
def test_a_real_card_beside_a_simulated_printer_is_real_money(server):
    """Marked as a play, the server would refuse what a real bank had charged."""
    simulated = ("printer",) if server else ("scanner",)
    story = bills_of(*simulated, test=False, server=server).taps(Action.METHOD, Method.CARD)
    assert story.did(MakeOrder if server else AskTerminal)
    assert [e.record.simulated for e in story.did(Record)] == [False] * (1 if server else 2)


@pytest.mark.parametrize("server", [True, False], ids=["online", "offline"])
def test_a_simulated_terminal_is_never_asked_for_a_real_residents_money(server):
    story = bills_of("card_terminal", test=False, server=server).taps(Action.METHOD, Method.CARD)
    assert (story.screen, story.visit.say) == (Screen.MESSAGE, Say.NO_METHOD)
    assert not story.did(Record) and not story.did(AskTerminal) and not story.did(MakeOrder)


@pytest.mark.parametrize(
    ("method", "roles", "play", "simulated"),
    [
        (Method.CARD, ("card_terminal",), [], True),
        (Method.CARD, ("printer", "scanner"), [Method.WECHAT], False),
        (Method.WECHAT, ("card_terminal", "printer", "scanner"), [], False),
        (Method.WECHAT, (), [Method.WECHAT], True),
        (Method.ALIPAY, (), [Method.WECHAT], False),
    ],
)
def test_a_payment_is_simulated_if_what_takes_the_money_is(method, roles, play, simulated):
    story = bills_of(*roles, test=True, simulated=play).taps(Action.METHOD, method)
    assert story.payment.simulated is simulated


@pytest.mark.parametrize(
    ("where", "words"),
    [
        (lobby(), ""),
        (lobby("printer"), "有模拟设备 · 收款是真的"),
        (lobby("card_terminal"), "有模拟设备 · 收款是真的"),
        (lobby("card_terminal", test=True), "银行卡是模拟的，不是真的收款"),
        (lobby("card_terminal", test=True, simulated=[Method.WECHAT]), "微信支付、银行卡"),
        (
            lobby("card_terminal", test=True, simulated=[Method.WECHAT, Method.ALIPAY]),
            "模拟设备 · 不是真的收款",
        ),
    ],
)
def test_the_banner_says_what_is_a_play_and_whether_money_is(where, words):
    story = Story.at_bills()
    said = present(replace(story.session, lobby=where)).simulated
    assert said.startswith(words) and bool(said) == bool(words)


def test_a_configuration_that_makes_the_community_real_closes_the_flow_at_once():
    story = Story.at_attract().plays(DevicesSeen(with_simulated("card_terminal")))
    assert Method.CARD in offers(story.session.lobby).methods
    story.plays(ConfigLoaded(community(False)))
    assert Method.CARD not in offers(story.session.lobby).methods
