"""``lobbypay demo``: the whole house to walk around in; with ``--script`` it plays by itself."""

import argparse
import os
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, closing
from pathlib import Path

from lobbypay.demo.card_terminals import TERMINALS
from lobbypay.demo.desk.words import in_both
from lobbypay.demo.display import Display, NeverSeen, NoDisplay
from lobbypay.demo.house import STAFF_PIN, House
from lobbypay.demo.processes import DidNotStart, Processes

ON_THIS_MACHINE = "127.0.0.1:0"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay demo", description=__doc__)
    parser.add_argument("--script", action="store_true", help="play four residents, then check")
    parser.add_argument("--out", type=Path, help="where --script leaves what it saw")
    parser.add_argument("--folder", type=Path, help="keep the demo's data here")
    parser.add_argument("--size", default="1080x1920", help="of the kiosk's window")
    parser.add_argument(
        "--card-terminal", choices=tuple(TERMINALS), default="zvt", help="what the kiosk pays with"
    )
    parser.add_argument(
        "--bind",
        default=ON_THIS_MACHINE,
        metavar="HOST:PORT",
        help="where the desk listens; others than this machine need the printed address too",
    )
    options = parser.parse_args(argv)
    if options.script and options.out is None:
        parser.error("--script needs --out DIR")
    width, height = (int(n) for n in options.size.split("x"))
    try:
        if options.script:
            from lobbypay.demo.script import play

            return play(options.out, (width, height), options.card_terminal)
        return _walk_around(options, (width, height))
    except (DidNotStart, NoDisplay, NeverSeen, OSError, ValueError) as problem:
        print(f"lobbypay demo: {problem}", file=sys.stderr)
        return 1


def _walk_around(options: argparse.Namespace, size: tuple[int, int]) -> int:
    from lobbypay.demo.desk.machine_clock import MachineClock
    from lobbypay.demo.desk.own_window import OwnWindow, placed, screen_of
    from lobbypay.demo.desk.props import Props
    from lobbypay.demo.desk.site import VIEWS, DeskSite
    from lobbypay.demo.desk.stage import Stage
    from simulators.control import host_and_port

    host, port = host_and_port(options.bind)
    began = time.monotonic()
    with ExitStack() as leaving:
        temporary = leaving.enter_context(tempfile.TemporaryDirectory(prefix="lobbypay-"))
        base = (options.folder or Path(temporary)).resolve()
        vnc = Path(temporary) / "window.sock"  # a short path: Unix sockets take no long ones
        display = leaving.enter_context(closing(Display(None, size, vnc)))
        processes = leaving.enter_context(Processes(base / "logs"))
        clock = MachineClock(base)
        house = House(
            base,
            processes,
            display.name,
            size,
            card_terminal=options.card_terminal,
            with_line=True,
            kiosk_program=clock.program,
        )
        house.start()
        stage = Stage(house, display, Props(house), clock)
        desk = leaving.enter_context(closing(DeskSite(stage, vnc, host, port)))
        desk.start()
        stage.props.prepare()
        desk.sign_in_ahead()
        _tell(house, desk.url, time.monotonic() - began)
        on = os.environ.get("DISPLAY", "")
        if on and (screen := screen_of(on)):
            for view, box in zip(VIEWS, placed(screen, size), strict=True):
                leaving.enter_context(closing(OwnWindow(desk.ticket_url(view), on, box)))
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("\nending")
    return 0


def _tell(house: House, url: str, seconds: float) -> None:
    print(
        f"""
LobbyPay demo, up in {seconds:.0f} s. Everything is simulated; no real money moves. Ctrl-C ends it.
{in_both("open_address")}
  {url}

  Staff         {house.server_url}/staff/fleet/   demo / {house.staff_password}
  Staff screen  hold the community's name for 5 seconds on the start screen; PIN {STAFF_PIN}
  Receipts      {house.folder / "receipts"}
  Logs          {house.folder / "logs"}
""",
        flush=True,
    )
