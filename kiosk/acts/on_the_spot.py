"""Acts that staff would else come for: a test page, a new roll, the self-test, a picture of the screen.

Nothing that leaves the kiosk here shows a resident: a picture is taken only of a screen that knows no
unit.
"""

import base64
import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from contract.remote_acts import Act
from device_drivers.printers.interface import Document
from device_drivers.printers.memory import Memory
from kiosk.acts.doing import Way
from kiosk.acts.store import Result
from kiosk.core.asking import Asking
from kiosk.core.model import Session
from kiosk.core.patience import RESTING

log = structlog.get_logger("acts")

PRINT_S, PICTURE_S, DOCTOR_S = 60.0, 10.0, 120.0
PICTURE_WIDTH = 540  # pixels
PICTURE_COLORS = 64
Page = Callable[[str], Document]
PrintPage = Callable[[Document, Callable[[str, str], None]], None]
Raw = tuple[int, int, bytes]  # width, height, RGB rows from the top


def test_page(page: Page, print_page: PrintPage) -> Way:
    """The job goes by the act's id: a printer that remembers jobs prints it once in any case."""

    def do(act: Act) -> Result:
        ended, said = threading.Event(), {}

        def end(outcome: str, detail: str) -> None:
            said.update(outcome=outcome, detail=detail)
            ended.set()

        print_page(page(act.act_id), end)
        if not ended.wait(PRINT_S):
            return Result("in_doubt", "printer_silent")
        if said["outcome"] == "printed":
            return Result()
        state = "in_doubt" if said["outcome"] == "uncertain" else "failed"
        return Result(state, said["detail"].split(",")[0].strip()[:60])

    return do


def paper(path: Path, tell: Callable[[Memory], None]) -> Way:
    """What staff did at the printer, as ``lobbypay printer`` tells it."""

    def do(act: Act) -> Result:
        memory = Memory(path)
        tell(memory)
        written = path.is_file() and Memory(path).read() == memory.read()
        return Result() if written else Result("failed", "cannot_be_written")

    return do


def self_test(config: Path) -> Way:
    """What ``lobbypay doctor`` finds while the kiosk runs. It is a process of its own: what it does wrong
    stays there."""
    words = [sys.executable, "-m", "kiosk.commands.doctor", "--config", str(config), "--json"]

    def do(act: Act) -> Result:
        try:
            run = subprocess.run(words, timeout=DOCTOR_S, capture_output=True, check=False)
            told = json.loads(run.stdout)
            findings = [_finding(one) for one in told["findings"] if one["subject"] != "kiosk"]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
            log.error("self_test_failed", error=type(error).__name__)
            return Result("failed", "self_test")
        return Result(more={"findings": findings[:60]})

    return do


def _finding(one: dict[str, Any]) -> dict[str, Any]:
    found = {"about": one["subject"], "level": one["level"], "what": one["what"]}
    return found | ({"remedy": one["remedy"]} if one.get("remedy") else {})


def may_be_shown(session: Session) -> bool:
    """Whether the screen, as it is drawn of this session, shows nothing of any resident: nobody is there,
    and nothing that somebody typed, scanned or paid is known."""
    visit = session.visit
    if visit.screen not in RESTING or session.may_hold_money:
        return False
    asks = visit.asking != Asking()
    known = (
        visit.account,
        visit.payment,
        visit.reprint,
        visit.bill_token,
        visit.callback.phone,
        asks,
    )
    return not any(known) and not any(visit.entry.parts[1:]) and not visit.entry.phone


def picture(take: Callable[[], Raw | None]) -> Way:
    """``take`` gives the screen, or None where it may not be shown or nothing is drawn."""

    def do(act: Act) -> Result:
        raw = take()
        if raw is None:
            return Result("failed", "somebody_there")
        content = base64.b64encode(_png(raw)).decode()
        return Result(more={"attachment": {"kind": "image/png", "content": content}})

    return do


def _png(raw: Raw) -> bytes:
    from PIL import Image

    width, height, pixels = raw
    image = Image.frombytes("RGB", (width, height), pixels)
    image.thumbnail((PICTURE_WIDTH, PICTURE_WIDTH * 4))
    stream = io.BytesIO()
    image.quantize(PICTURE_COLORS).save(stream, "PNG")
    return stream.getvalue()


def ask_window(
    schedule: Callable[[Callable[[], None]], None],
    session: Callable[[], Session | None],
    grab: Callable[[], Raw],
) -> Callable[[], Raw | None]:
    """Takes the picture on the window's own thread, of the session that is drawn there: no other can come
    between looking and taking."""

    def take() -> Raw | None:
        taken: list[Raw] = []
        ended = threading.Event()

        def look() -> None:
            try:
                drawn = session()
                if drawn is not None and may_be_shown(drawn):
                    taken.append(grab())
            finally:
                ended.set()

        schedule(look)
        ended.wait(PICTURE_S)
        return taken[0] if ended.is_set() and taken else None

    return take
