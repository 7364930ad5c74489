"""Touches a real window at random, with devices and the network failing and coming back. Run as:
``python -m tests.kiosk.ui.random_touches --seed 1 --touches 2000``: one JSON object on standard output.

The session's own rules run behind the window; server, terminal and printer answer at random. Each
``CALM_EVERY`` touches everything is mended and nobody touches any more: then the start must come back.
"""

import argparse
import json
import random
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.messages import CardData, Method, PaymentState, PaymentView
from kiosk.core.effects import (
    AskTerminal,
    CancelOrder,
    FindPayments,
    LookUp,
    MakeOrder,
    PrintEarlier,
    PrintReceipt,
)
from kiosk.core.events import (
    AccountFound,
    CardAnswered,
    DevicesSeen,
    Event,
    LookupFailed,
    OrderMade,
    OrderSeen,
    PaymentsSeen,
    ReceiptPrinted,
    ServerSeen,
    Tapped,
    Ticked,
)
from kiosk.core.model import Action, Moment, Screen, Session, UnitEntry, Visit
from kiosk.core.patience import RESTING
from kiosk.core.session import step
from kiosk.ui.gallery import pictures, samples
from kiosk.ui.gallery.payment_samples import HISTORY
from kiosk.ui.gallery.service_scenes import taking_requests

CALM_EVERY = 100
CALM_S = 900
ON_THE_MAIN_ONE = 8  # so many times as often as on another button
ON_A_BUTTON, UNIT_TYPED, FAULT, ANSWER = 0.9, 0.3, 0.06, 0.5
CAMERA_SHOWN = (640, 360)
FIRST_TOUCHES = 150  # what is made once is made by then
ENDS = (PaymentState.APPROVED, PaymentState.DECLINED, PaymentState.CANCELLED)
WALL = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


class RandomWorld:
    """Stands behind the window; what is asked of the world waits in ``open`` for its answer."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        self.seconds = 1000.0
        self.made = self.looks = 0
        self.app = None
        self.open: list[Event] = []
        self.now = Session(taking_requests(), Visit(screen=Screen.ATTRACT), now=self.seconds)

    def post(self, event: Event) -> None:
        self.made += 1
        moment = Moment(
            self.seconds,
            WALL + timedelta(seconds=self.seconds),
            f"01900000-0000-7000-8000-{self.made:012d}",
            f"K03-{self.made:06d}",
        )
        self.now, effects = step(self.now, event, moment)
        for effect in effects:
            self._ask(effect)
        if self.app:
            self.app.notify()

    def session(self) -> Session:
        return self.now

    def preview(self) -> tuple[int, int, bytes]:
        """A camera's picture, another each time."""
        width, height = CAMERA_SHOWN
        self.looks += 1
        return width, height, bytes((self.looks % 256,)) * (3 * width * height)

    def on_frame(self, monotonic: float) -> None:
        pass

    def _ask(self, effect) -> None:
        match effect:
            case LookUp():
                found = AccountFound(effect.visit, samples.ACCOUNT)
                self.open.append(
                    self.chance.choice([found, LookupFailed(effect.visit, "unit_not_found"), found])
                )
            case FindPayments():
                found = PaymentsSeen(effect.visit, HISTORY)
                wrong = PaymentsSeen(effect.visit, code="second_factor_wrong")
                self.open.append(self.chance.choice([found, wrong, found]))
            case PrintEarlier():
                outcome = self.chance.choice(["printed", "not_printed", "uncertain"])
                paper = ReceiptPrinted(effect.payment.payment_id, effect.job_id, outcome)
                self.open.append(paper)
            case MakeOrder():
                self.open.append(OrderMade(_view(effect.record, PaymentState.PENDING, 2)))
                if effect.record.method is not Method.CARD:
                    self.open.append(OrderSeen(_view(effect.record, self.chance.choice(ENDS), 3)))
            case CancelOrder():
                record = self.now.visit.payment
                if record is not None:
                    self.open.append(OrderSeen(_view(record, PaymentState.CANCELLED, 9)))
            case AskTerminal():
                outcome = self.chance.choice(["approved", "declined", "cancelled"])
                card = CardData(receipt_no="7", trace_no="42", terminal_id="52500001")
                payment_id = effect.record.payment_id
                self.open.append(CardAnswered(payment_id, outcome, "00", card))
            case PrintReceipt():
                outcome = self.chance.choice(["printed", "not_printed", "uncertain"])
                self.open.append(ReceiptPrinted(effect.record.payment_id, effect.job_id, outcome))

    def answer(self) -> None:
        if self.open:
            self.post(self.open.pop(0))

    def types_a_unit(self) -> None:
        """Chance alone hardly ever types one."""
        visit = self.now.visit
        if visit.screen is Screen.IDENTIFY and not visit.busy:
            entry = UnitEntry(("3", "2", "1201"), active=2)
            self.now = replace(self.now, visit=replace(visit, entry=entry))
            self.post(Tapped(Action.NEXT))

    def fault(self) -> None:
        if self.chance.random() < 0.5:
            self.post(ServerSeen(self.chance.random() < 0.5))
        else:
            role = self.chance.choice(["scanner", "card_terminal", "printer"])
            level = self.chance.choice(["ok", "error"])
            self.post(DevicesSeen(samples.lobby(**{role: level}).devices))

    def lets_pass(self, seconds: int) -> None:
        for _ in range(seconds):
            self.seconds += 1
            self.post(Ticked())

    def calms_down(self) -> str:
        """Mends everything and waits; the screen at the end."""
        self.post(ServerSeen(True))
        self.post(DevicesSeen(samples.lobby().devices))
        for _ in range(CALM_S):
            self.answer()
            self.lets_pass(1)
        return self.now.visit.screen.value


def _view(record, state: PaymentState, version: int) -> PaymentView:
    return PaymentView(
        payment_id=record.payment_id,
        reference=record.reference,
        method=record.method,
        state=state,
        version=version,
        amount_minor=record.amount_minor,
        currency=record.currency,
        code_url=samples.CODE_URL if record.method is not Method.CARD else None,
        expires_in_s=600,
        status_url=samples.STATUS_URL,
    )


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def touch(stage: pictures.Stage, chance: random.Random) -> None:
    from kivy.core.window import Window
    from kivy.tests.common import UnitTestTouch

    from kiosk.ui.probe import visible
    from kiosk.ui.widgets.buttons import Pressable

    shown = [
        box
        for w, box in visible(stage.app.frame)
        if isinstance(w, Pressable) and w.enabled
        for _ in range(ON_THE_MAIN_ONE if w.style == "primary" else 1)
    ]
    if shown and chance.random() < ON_A_BUTTON:
        left, top, width, height = chance.choice(shown)
        x, y = left + width / 2, Window.height - top - height / 2
    else:
        x, y = chance.uniform(0, Window.width), chance.uniform(0, Window.height)
    finger = UnitTestTouch(x, y)
    finger.touch_down()
    if chance.random() < 0.1:
        finger.touch_move(x + chance.uniform(-300, 300), y + chance.uniform(-300, 300))
    finger.touch_up()


def play(stage: pictures.Stage, world: RandomWorld, touches: int, painted_every: int) -> dict:
    seen: dict[str, int] = {}
    stuck: list[str] = []
    first = most = 0.0
    for number in range(1, touches + 1):
        touch(stage, world.chance)
        if world.chance.random() < UNIT_TYPED:
            world.types_a_unit()
        if world.chance.random() < FAULT:
            world.fault()
        if world.chance.random() < ANSWER:
            world.answer()
        world.lets_pass(world.chance.choice([0, 0, 1, 1, 3, 12]))
        if number % CALM_EVERY == 0 and (screen := world.calms_down()) not in RESTING:
            stuck.append(f"after touch {number}: {screen}")
            world.now = replace(world.now, visit=Visit(screen=Screen.ATTRACT))
        stage.show(world.now)
        if number % painted_every == 0:
            stage.paint()
        screen = world.now.visit.screen.value
        seen[screen] = seen.get(screen, 0) + 1
        most = max(most, resident_mb())
        if number <= FIRST_TOUCHES:
            first = most  # a peak is compared with peaks: pictures come and go
    memory = {"first_mb": first, "last_mb": resident_mb(), "most_mb": most}
    return memory | {"screens": seen, "stuck": stuck}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--touches", type=int, default=2000)
    parser.add_argument("--size", default="1080x1920")
    parser.add_argument("--painted-every", type=int, default=20, help="draw after so many touches")
    wish = parser.parse_args()
    width, height = (int(part) for part in wish.size.split("x"))
    with pictures.display((width, height)):
        pictures.prepare((width, height))
        from kiosk.ui import app

        app.SETTLING_S = 0.0
        world = RandomWorld(random.Random(wish.seed))
        stage = pictures.Stage(world.now)
        stage.app.kiosk = world
        world.app = stage.app
        json.dump(play(stage, world, wish.touches, wish.painted_every), sys.stdout)
        stage.close()


if __name__ == "__main__":
    main()
