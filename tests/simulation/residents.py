"""Residents: they come, look at the screen, touch something sensible, pay with their phones when it suits
them, and sometimes walk away. They see only what the screen shows."""

import random

from contract.messages import Method
from kiosk.core import part_payment, top_up
from kiosk.core.capabilities import credit_covers, credit_part, offers
from kiosk.core.model import Action, Screen
from tests.simulation.channel import SimulatedChannel
from tests.simulation.estate import ROOMS
from tests.simulation.faults import Faults
from tests.simulation.lobby import SimulatedKiosk
from tests.simulation.scheduler import Scheduler

VISITS = (3, 6)
LOOKS_EVERY_S = (0.5, 3.0)
READS_FOR_S = (0.0, 45.0)  # why it did not work, and what now
COMES_BACK_S = (60.0, 300.0)
VISIT_TOUCHES_MAX = 60
LOOKS_AT_RESULT = 0.1
PAYS_A_PART = 0.3  # of those who are shown that a part of a bill can be paid
TOPS_UP = 0.5  # of those of whom nothing is due
USES_CREDIT = 0.8  # of those who are shown that it covers what they chose, or a part of it
CANCELS_UNSEEN = 0.2  # of the impatient: before a code is shown


class Residents:
    """Those of one kiosk, one after another. ``done`` when nobody comes any more."""

    def __init__(
        self,
        kiosk: SimulatedKiosk,
        channels: dict[Method, SimulatedChannel],
        scheduler: Scheduler,
        faults: Faults,
    ) -> None:
        self._kiosk, self._channels, self._scheduler = kiosk, channels, scheduler
        self._faults, self.done = faults, False
        self._random = random.Random(f"residents {faults.seed} {kiosk.code}")
        self._thrift = random.Random(f"credit {faults.seed} {kiosk.code}")
        self._frugal = random.Random(f"part {faults.seed} {kiosk.code}")
        self._seen: set[str] = set()
        self._phone_code, self._codes_shown = "", 0
        self._phone_held_in = (0, 0)  # which life and visit of the kiosk
        scheduler.spawn(self._come_and_go, scheduler.world, f"residents of {kiosk.code}")

    def _come_and_go(self) -> None:
        for _ in range(self._random.randint(*VISITS)):
            self._scheduler.sleep(self._random.uniform(*self._faults.theme.between_visits_s))
            self._visit()
        self.done = True

    def _visit(self) -> None:
        self._kiosk.terminal.wish = self._random.choices(
            ["approve", "decline", "nothing"], [6, 1, 1]
        )[0]
        room = self._random.choice(ROOMS[: self._faults.theme.homes])
        for _ in range(VISIT_TOUCHES_MAX):
            self._scheduler.sleep(self._random.uniform(*LOOKS_EVERY_S))
            if self._faults.strikes("resident_walks_away"):
                return
            session = self._kiosk.session
            if session is None:
                continue
            if self._touches(session.visit.screen, room):
                return

    def _touches(self, screen: Screen, room: str) -> bool:
        """One touch; True when the resident leaves."""
        match screen:
            case Screen.ATTRACT:
                self._kiosk.taps(Action.KEYPAD)
            case Screen.IDENTIFY:
                self._types(room)
            case Screen.BILLS:
                return self._chooses()
            case Screen.CREDIT if self._thrift.random() < USES_CREDIT:
                self._kiosk.taps(Action.USE_CREDIT)
            case Screen.METHOD:
                self._picks_method()
            case Screen.PAYING_QR:
                self._at_the_code()
            case Screen.PAYING_CARD | Screen.PAYING_CODE:
                if self._random.random() < 0.08:
                    self._kiosk.taps(Action.CANCEL_PAYMENT)
            case Screen.PAID:
                return self._takes_receipt()
            case Screen.DECLINED if self._random.random() < 0.4:
                self._scheduler.sleep(self._random.uniform(*READS_FOR_S))
            case Screen.DECLINED | Screen.MESSAGE if self._random.random() < 0.4:
                self._holds_phone()
            case Screen.UNKNOWN:
                self._kiosk.taps(self._random.choice([Action.PRINT_SLIP, Action.UNDERSTOOD]))
                return self._random.random() < 0.5
            case Screen.NOTHING_DUE if self._tops_up():
                self._kiosk.taps(Action.TOP_UP)
            case Screen.TOP_UP:
                self._pays_in()
            case Screen.PART:
                self._pays_a_part()
            case Screen.NOTHING_DUE:
                self._kiosk.taps(Action.END)
                return True
            case _:
                self._kiosk.taps(self._random.choice([Action.BACK, Action.DONE, Action.END]))
                return self._random.random() < 0.2
        return False

    def _tops_up(self) -> bool:
        session = self._kiosk.session
        return session is not None and top_up.offered(session) and self._thrift.random() < TOPS_UP

    def _pays_in(self) -> None:
        session = self._kiosk.session
        assert session is not None
        if session.visit.typed:
            self._kiosk.taps(Action.PAY)
        else:
            amount = self._thrift.choice(top_up.choices(session) or ("",))
            self._kiosk.taps(Action.TOP_UP if amount else Action.BACK, str(amount))

    def _pays_a_part(self) -> None:
        session = self._kiosk.session
        assert session is not None
        if session.visit.typed:
            self._kiosk.taps(Action.PAY)
        else:
            amount = self._frugal.choice(part_payment.choices(session) or ("",))
            self._kiosk.taps(Action.PART if amount else Action.BACK, str(amount))

    def _types(self, room: str) -> None:
        for digits in ("3", "2", room):
            for digit in digits:
                self._kiosk.taps(Action.DIGIT, digit)
            self._kiosk.taps(Action.NEXT)

    def _chooses(self) -> bool:
        """Among what can be paid. A bill that waits for an earlier payment leads to that; who finds
        nothing else leaves."""
        session = self._kiosk.session
        assert session is not None and session.visit.account is not None
        bills, waiting = session.visit.account.bills, session.visit.waiting
        if waiting and self._random.random() < (LOOKS_AT_RESULT if bills else 0.5):
            self._kiosk.taps(Action.VIEW_RESULT, self._random.choice(waiting).number)
            return False
        if not bills:
            self._kiosk.taps(Action.END)
            return True
        if self._random.random() < 0.4:
            self._kiosk.taps(Action.TOGGLE_BILL, self._random.choice(bills).number)
        if part_payment.offered(session) and self._frugal.random() < PAYS_A_PART:
            self._kiosk.taps(Action.PART)
        elif credit_covers(session) and self._thrift.random() < USES_CREDIT:
            self._kiosk.taps(Action.USE_CREDIT)
        else:
            self._kiosk.taps(Action.PAY)
        return False

    def _picks_method(self) -> None:
        session = self._kiosk.session
        assert session is not None
        methods = offers(session.lobby).methods
        if not methods:
            self._kiosk.taps(Action.END)
            return
        part = credit_part(session) and not session.visit.from_credit
        if part and self._thrift.random() < USES_CREDIT:
            self._kiosk.taps(Action.USE_CREDIT)
            return
        theme = self._faults.theme
        if self._random.random() < theme.by_phone:
            self._holds_phone()
            return
        channels = [m for m in methods if m is not Method.CARD]
        method = self._random.choice(channels if theme.by_channel and channels else methods)
        if Method.CARD in methods and self._random.random() < theme.by_card:
            method = Method.CARD
        self._kiosk.taps(Action.METHOD, method.value)

    def _at_the_code(self) -> None:
        session = self._kiosk.session
        assert session is not None
        visit = session.visit
        if visit.code_url and visit.payment and visit.code_url not in self._seen:
            self._seen.add(visit.code_url)
            never = 0 if self._faults.theme.impatient else 2
            for _ in range(self._random.choices([0, 1, 2], [never, 6, 1])[0]):
                self._pays_later(visit.payment.method, visit.code_url)
        if self._faults.theme.patient:
            return
        chance = self._random.random()
        unseen = not visit.code_url and self._random.random() > CANCELS_UNSEEN
        if self._faults.theme.impatient and chance > 0.8 and not unseen:
            self._kiosk.taps(Action.CANCEL_PAYMENT)
        elif chance < 0.02:
            self._holds_phone()
        elif chance < 0.04:
            self._kiosk.taps(Action.CANCEL_PAYMENT)
        elif chance < 0.07:
            self._kiosk.taps(Action.CHANGE_METHOD)

    def _holds_phone(self) -> None:
        """To the scanner, with the code that the phone shows: within a visit it may be the one that was
        read already, because a phone shows it for a minute."""
        assert self._kiosk.session is not None
        visit = (self._kiosk.lives, self._kiosk.session.visit.number)
        if visit != self._phone_held_in:
            self._phone_held_in = visit
            self._new_code()
        self._kiosk.scans(self._phone_code)
        if self._random.random() < 0.6:
            self._new_code()

    def _new_code(self) -> None:
        self._codes_shown += 1
        wallet = self._random.choice(("13", "28"))
        self._phone_code = f"{wallet}{self._kiosk.code[1:]}{self._codes_shown:014d}"

    def _pays_later(self, method: Method, code_url: str) -> None:
        channel = self._channels[method]
        pause = self._random.expovariate(1 / 40.0)
        if self._faults.strikes("scanned_late"):
            pause += self._random.uniform(*COMES_BACK_S)  # by a photo of the screen
        self._scheduler.spawn(
            lambda: channel.phones.pays(code_url), self._scheduler.world, "phone", pause
        )

    def _takes_receipt(self) -> bool:
        choice = self._random.random()
        if choice < 0.5:
            self._kiosk.taps(Action.PRINT)
            return False
        if choice < 0.7:
            self._kiosk.taps(Action.PHONE)
        self._kiosk.taps(Action.DONE)
        return True
