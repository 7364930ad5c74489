"""What can be offered with the devices and lines that work now: pure, and the only place that decides.

A table says what each resident flow needs. A way to pay counts only with a way to the bill before it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from contract.messages import Flow, Method
from kiosk.core.model import Lobby, Session


class Need(StrEnum):
    """What may be missing, one thing at a time or several at once."""

    SCANNER = "scanner"
    TOUCH = "touch"
    SERVER = "server"
    TERMINAL = "terminal"  # it answers, and holds nothing of ours that is open
    RECEIPT = "receipt"  # some receipt is possible: paper, or the phone
    PRINTER = "printer"
    DATED = "dated"  # the kiosk knows what time it is
    BILLS = "bills"  # somebody knows them: the server, or a copy that is not too old
    UNIT_ENOUGH = "unit_enough"  # a typed unit is answered: by the server, or no proof is asked for


NEEDS: dict[Flow, frozenset[Need]] = {
    Flow.SCAN_BILL: frozenset({Need.SCANNER, Need.BILLS}),
    Flow.TYPE_UNIT: frozenset({Need.TOUCH, Need.BILLS, Need.UNIT_ENOUGH}),
    Flow.WECHAT_QR: frozenset({Need.SERVER, Need.TOUCH}),
    Flow.ALIPAY_QR: frozenset({Need.SERVER, Need.TOUCH}),
    Flow.PAYMENT_CODE: frozenset({Need.SERVER, Need.SCANNER}),
    Flow.CARD: frozenset({Need.TERMINAL, Need.TOUCH, Need.RECEIPT, Need.DATED}),
    Flow.PRINT_RECEIPT: frozenset({Need.PRINTER}),  # without touch it comes by itself
    Flow.PHONE_RECEIPT: frozenset({Need.SERVER, Need.TOUCH}),
}
TO_THE_BILL = (Flow.SCAN_BILL, Flow.TYPE_UNIT)
PAYING = {
    Flow.WECHAT_QR: Method.WECHAT,
    Flow.ALIPAY_QR: Method.ALIPAY,
    Flow.CARD: Method.CARD,
}


@dataclass(frozen=True)
class Offers:
    """What residents are told on the attract screen and may choose later."""

    flows: tuple[Flow, ...]  # what can be done, from the first touch or scan to the receipt
    scan: bool
    touch: bool
    methods: tuple[Method, ...]  # those that work now
    missing: tuple[Method, ...]  # set up for this kiosk, but not working now
    print: bool
    paper_low: bool
    server: bool

    @property
    def in_order(self) -> bool:
        return bool(self.methods)

    def can(self, flow: Flow) -> bool:
        return flow in self.flows


def offers(lobby: Lobby) -> Offers:
    """Nothing at all is offered until the configuration is known and the journal takes entries."""
    working = _working(lobby)
    flows = _flows(lobby, working)
    configured = tuple(lobby.config.methods) if lobby.config else ()
    codes = lobby.config.payment_codes if lobby.config and Flow.PAYMENT_CODE in flows else []
    by_touch = {PAYING[flow] for flow in flows if flow in PAYING}
    real_enough = _real_enough(lobby)
    methods = tuple(m for m in real_enough if m in by_touch or m in codes)
    printer = lobby.device("printer")
    return Offers(
        flows=flows,
        scan=Need.SCANNER in working,
        touch=Need.TOUCH in working,
        methods=methods,
        missing=tuple(m for m in configured if m not in methods),
        print=Need.PRINTER in working,
        paper_low=bool(printer and printer.level == "warning"),
        server=lobby.server_reachable,
    )


def closed(lobby: Lobby) -> Literal["", "hours", "outage"]:
    """Whether residents are told that it is closed, and by what; what is wrong here is told first."""
    wrong = not lobby.recording or lobby.stopped or lobby.cabinet.opened
    if lobby.hours.open or wrong or lobby.afar.out_of_service:
        return ""
    return "outage" if lobby.hours.outage else "hours"


def closed_but_well(lobby: Lobby) -> Literal["", "hours", "outage"]:
    """As ``closed``, where it would serve residents if it were open; an outage may take anything away."""
    by = closed(lobby)
    opened = replace(lobby, hours=replace(lobby.hours, open=True, outage=None))
    return by if by == "outage" or offers(opened).in_order else ""


def night_without_cards(lobby: Lobby) -> bool:
    return lobby.hours.night is not None and not lobby.hours.night.cards


def over_night_limit(lobby: Lobby, minor: int) -> bool:
    """Whether it is more than is taken at night, while it is night."""
    most = lobby.hours.night.max_minor if lobby.hours.night else 0
    return 0 < most < minor


def credit_covers(session: Session) -> bool:
    """Whether what is chosen can be paid out of the unit's credit: the server says how much that is."""
    visit, lobby = session.visit, session.lobby
    if visit.account is None or visit.offline or visit.in_part or not visit.chosen:
        return False
    taken_here = lobby.config is not None and lobby.config.credit
    possible_now = lobby.server_reachable and offers(lobby).in_order
    return taken_here and possible_now and visit.account.credit_minor >= visit.chosen.minor


def credit_part(session: Session) -> int:
    """Minor units of the unit's credit that can pay a part of the chosen bills, whose rest another method
    pays; nought where there is none, or where it covers them."""
    visit, lobby = session.visit, session.lobby
    if visit.account is None or visit.offline or visit.topping_up or not visit.chosen:
        return 0
    if visit.in_part:
        return 0
    taken_here = lobby.config is not None and lobby.config.credit_in_part
    if not (taken_here and lobby.server_reachable and offers(lobby).in_order):
        return 0
    there = visit.account.credit_minor
    return there if there < visit.chosen.minor else 0


def possible(working: frozenset[Need]) -> frozenset[Flow]:
    """The flows whose needs are all met, set up or not."""
    return frozenset(flow for flow, needs in NEEDS.items() if needs <= working)


def _flows(lobby: Lobby, working: frozenset[Need]) -> tuple[Flow, ...]:
    """Those that are set up, possible, and part of a whole way from the bill to the payment."""
    config = lobby.config
    if config is None or not lobby.recording or lobby.recovering or lobby.stopped:
        return ()
    if lobby.afar.out_of_service or lobby.afar.holds:
        return ()
    if not lobby.hours.open or lobby.cabinet.opened:
        return ()
    methods = _real_enough(lobby)
    not_set_up = {flow for flow, method in PAYING.items() if method not in methods}
    if not set(config.payment_codes) & set(methods):
        not_set_up.add(Flow.PAYMENT_CODE)
    if night_without_cards(lobby) or lobby.cabinet.battery_low:
        not_set_up.add(Flow.CARD)
    found = possible(working) - not_set_up
    pays = found & {*PAYING, Flow.PAYMENT_CODE}
    if not pays or not found.intersection(TO_THE_BILL):
        return ()
    return tuple(flow for flow in Flow if flow in found)


def _real_enough(lobby: Lobby) -> tuple[Method, ...]:
    """The methods that are set up; in a real community without those by which no real money moves."""
    configured = lobby.config.methods if lobby.config else []
    return tuple(m for m in configured if lobby.test_community or not lobby.simulates(m))


def _working(lobby: Lobby) -> frozenset[Need]:
    server = lobby.server_reachable
    printer = lobby.config is not None and _serves(
        lobby, "printer"
    )  # a receipt names the community
    open_at_terminal = lobby.card_unresolved or not lobby.terminal_known
    touch = lobby.device("touch")
    works = {
        Need.SCANNER: _serves(lobby, "scanner"),
        Need.TOUCH: touch is None or touch.level != "error",
        Need.SERVER: server,
        Need.TERMINAL: _serves(lobby, "card_terminal") and not open_at_terminal,
        Need.RECEIPT: server or printer,
        Need.PRINTER: printer,
        Need.DATED: lobby.clock_trusted or server,
        Need.BILLS: server or lobby.bills_cache_usable,
        Need.UNIT_ENOUGH: server or not (lobby.config and lobby.config.second_factor),
    }
    return frozenset(need for need, true in works.items() if true)


def _serves(lobby: Lobby, role: str) -> bool:
    """A simulated device serves a test community only: in a real one it would take, read or print
    nothing real, and the server would refuse what it had done."""
    device = lobby.device(role)
    if device is None or device.level == "error":
        return False
    return lobby.test_community or not device.simulated
