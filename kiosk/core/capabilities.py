"""What can be offered with the devices and lines that work now: pure, and the only place that decides."""

from dataclasses import dataclass

from contract.messages import Method
from kiosk.core.model import METHODS_QR, Lobby


@dataclass(frozen=True)
class Offers:
    """What residents are told on the attract screen and may choose later."""

    scan: bool
    methods: tuple[Method, ...]  # those that work now
    missing: tuple[Method, ...]  # set up for this kiosk, but not working now
    print: bool
    paper_low: bool
    server: bool

    @property
    def in_order(self) -> bool:
        return bool(self.methods)


def offers(lobby: Lobby) -> Offers:
    """Nothing at all is offered until the configuration is known and the journal takes entries."""
    configured = tuple(lobby.config.methods) if lobby.config else ()
    usable = lobby.recording and not lobby.recovering and not lobby.stopped
    methods = tuple(m for m in configured if usable and _works(m, lobby))
    printer = lobby.device("printer")
    scanner = lobby.device("scanner")
    return Offers(
        scan=bool(scanner and scanner.level != "error"),
        methods=methods,
        missing=tuple(m for m in configured if m not in methods),
        print=bool(printer and printer.level != "error"),
        paper_low=bool(printer and printer.level == "warning"),
        server=lobby.server_reachable,
    )


def _works(method: Method, lobby: Lobby) -> bool:
    if method in METHODS_QR:
        return lobby.server_reachable
    terminal, printer = lobby.device("card_terminal"), lobby.device("printer")
    receipt_possible = lobby.server_reachable or bool(printer and printer.level != "error")
    terminal_ready = bool(terminal and terminal.level != "error")
    nothing_open = lobby.terminal_known and not lobby.card_unresolved
    dated = lobby.clock_trusted or lobby.server_reachable
    return terminal_ready and receipt_possible and nothing_open and dated
