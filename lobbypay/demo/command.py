"""``lobbypay demo``: the whole house to walk around in; with ``--script`` it plays by itself."""

import argparse
import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from lobbypay.demo.card_terminals import TERMINALS
from lobbypay.demo.display import Display, NeverSeen, NoDisplay
from lobbypay.demo.house import PASSWORD_ABOVE_YUAN, STAFF_PIN, House
from lobbypay.demo.processes import DidNotStart, Processes


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay demo", description=__doc__)
    parser.add_argument("--script", action="store_true", help="play four residents, then check")
    parser.add_argument("--out", type=Path, help="where --script leaves what it saw")
    parser.add_argument("--folder", type=Path, help="keep the demo's data here")
    parser.add_argument("--size", default="1080x1920", help="of the kiosk's window")
    parser.add_argument(
        "--card-terminal", choices=tuple(TERMINALS), default="zvt", help="what the kiosk pays with"
    )
    options = parser.parse_args(argv)
    if options.script and options.out is None:
        parser.error("--script needs --out DIR")
    width, height = (int(n) for n in options.size.split("x"))
    try:
        if options.script:
            from lobbypay.demo.script import play

            return play(options.out, (width, height), options.card_terminal)
        return _walk_around(options.folder, (width, height), options.card_terminal)
    except (DidNotStart, NoDisplay, NeverSeen) as problem:
        print(f"lobbypay demo: {problem}", file=sys.stderr)
        return 1


def _walk_around(folder: Path | None, size: tuple[int, int], card_terminal: str) -> int:
    with tempfile.TemporaryDirectory(prefix="lobbypay-") as temporary:
        base = (folder or Path(temporary)).resolve()
        display = Display(os.environ.get("DISPLAY"), size)
        with closing(display), Processes(base / "logs") as processes:
            house = House(base, processes, display.name, size, card_terminal=card_terminal)
            house.start()
            _tell(house, own=not os.environ.get("DISPLAY"))
            try:
                while house.running["kiosk"].alive:
                    time.sleep(0.5)
            except KeyboardInterrupt:
                print("\nending")
    return 0


def _tell(house: House, own: bool) -> None:
    camera = house.running["camera"].ready["control"]
    terminal = house.running["terminal"].ready["control"]
    wechat, alipay = (house.running[name].ready["phone"] for name in ("wechat", "alipay"))
    window = f"on a display of its own, {house.display}" if own else f"on {house.display}"
    print(
        f"""
LobbyPay demo. Everything is simulated; no real money moves. Ctrl-C ends it.

  Kiosk         {window}, {house.size[0]} x {house.size[1]}
  Staff page    {house.server_url}/staff/fleet/
  Login         demo / {house.staff_password}
  Staff screen  hold the community's name for 5 seconds on the start screen; PIN {STAFF_PIN}
  Bill to scan  {house.bill_pdf}  (unit {house.scanned_unit})
    hold it up: curl -X POST {camera}/show -d '{{"pdf": "{house.bill_pdf}"}}'
    take away:  curl -X POST {camera}/clear
  Pay by phone  {wechat}   (WeChat Pay)
                {alipay}   (Alipay)
    or hold the phone's payment code to the scanner, where the kiosk asks how to pay:
                curl -X POST {camera}/show -d "$(curl -sX POST {wechat}/code -d '{{}}')"
                curl -X POST {camera}/show -d "$(curl -sX POST {alipay}/code -d '{{}}')"
                above {PASSWORD_ABOVE_YUAN} yuan the phone's page asks for the password
  Card          accepted by itself; to be declined next time:
                curl -X POST {terminal}/next -d '{{"behaviour": "decline"}}'
  Receipts      {house.folder / "receipts"}
  Logs          {house.folder / "logs"}
""",
        flush=True,
    )
