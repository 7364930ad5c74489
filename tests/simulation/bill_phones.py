"""Phones that pay by themselves, by the code on a bill, at any time: while the bill stands open at a
kiosk or on another phone, with a form that is sent twice, a page that is left and found again, a payment
that is given up and made all the same. Some are in WeChat's own window: their channel is asked only once
WeChat has said who pays, which it may never do, or of two at the same moment.

What only such a phone began nobody tells a restored server of, but its channel: in runs with an earlier
backup none comes.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.test import RequestFactory

from contract.business_day import business_day
from contract.messages import Method, PaymentState
from kiosk.central.client import ServerAway
from server.billing.merged_units import living
from server.billing.unit_accounts import account_of
from server.estate.models import Unit
from server.payments import initiation, phone_orders
from server.payments.channels.interface import Browser, ChannelUnavailable, OutcomeUnknown
from server.payments.models import PaymentOrder, Place
from server.phone import choice, status_views
from tests.simulation.estate import ROOMS
from tests.simulation.faults import Faults
from tests.simulation.threads import wall

_ENDS = ("缴费成功", "款项已记入预存款", "款项已退回", "没有收到这笔款")

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

COME = 0.5  # in so many runs
PHONES = (1, 3)
PAYMENTS = (1, 4)
BETWEEN_S = (5.0, 150.0)
ANSWERS_S = 15.0
TRIES = 3  # of somebody whose page did not load
SENDS_TWICE, USES_CREDIT, ONE_BILL = 0.3, 0.3, 0.4
GIVES_UP, GOES_AWAY, PAYS_ALL_THE_SAME = 0.25, 0.15, 0.5
PAYS_AFTER_S, LOOKS_EVERY_S = 40.0, (2.0, 20.0)
LOOKS = 8
NOS: tuple[type[Exception], ...] = (
    *initiation.REFUSALS,
    initiation.RefusedBefore,
    ChannelUnavailable,
    OutcomeUnknown,
    phone_orders.TooManyBegun,
)
IN_WECHAT, NAMED, NAMED_TWICE = 0.5, 0.7, 0.2
BROWSER = Browser("203.0.113.7", "https://pay.example/p/1")
IN_WINDOW = replace(BROWSER, in_window=True)


class BillPhones:
    """``done`` when none comes any more."""

    def __init__(self, run: "Simulation", faults: Faults) -> None:
        self._run, self._seed = run, faults.seed
        rng = random.Random(f"bill phones {faults.seed}")
        backup = {"server_restored", "backup_restored"} & set(faults.enabled)
        come = rng.random() < COME and not backup
        self._open = rng.randint(*PHONES) if come else 0
        homes = faults.theme.homes
        for number in range(self._open):
            phone = random.Random(f"bill phone {faults.seed} {number}")
            run.scheduler.spawn(self._lives(phone, homes), run.scheduler.world, "bill phone")

    @property
    def done(self) -> bool:
        return not self._open

    def _lives(self, rng: random.Random, homes: int) -> Callable[[], None]:
        def life() -> None:
            for _ in range(rng.randint(*PAYMENTS)):
                self._run.scheduler.sleep(rng.uniform(*BETWEEN_S))
                self._pays(rng, rng.choice(ROOMS[:homes]))
            self._open -= 1

        return life

    def _asks(self, work: Callable[[], Any]) -> Any:
        """A page of the server's; None where nobody answers, or it says no."""

        def tried() -> Any:
            try:
                return work()
            except NOS:
                return None

        try:
            return self._run.server.does(tried, ANSWERS_S)
        except ServerAway:
            return None

    def _pays(self, rng: random.Random, room: str) -> None:
        form = self._asks(lambda: self._chosen(rng, room))
        if form is None:
            return
        payment_id = str(UUID(int=rng.getrandbits(128), version=4))
        unit, chosen, method = form
        wechat = method is Method.WECHAT and rng.random() < IN_WECHAT
        self._run.scheduler.sleep(rng.uniform(*LOOKS_EVERY_S))  # others pay meanwhile

        def send() -> str | None:
            order = phone_orders.begin(
                unit,
                payment_id,
                method,
                chosen.to_pay,
                credit_minor=chosen.credit_minor(method),
                browser=IN_WINDOW if wechat else BROWSER,
                now=wall(),
            )
            return order.payment_id

        if rng.random() < SENDS_TWICE:
            self._run.scheduler.spawn(lambda: self._asks(send), self._run.scheduler.world, "twice")
        for _ in range(TRIES):
            if self._asks(send) or rng.random() < GOES_AWAY:
                break
        self._at_its_page(rng, payment_id, method, wechat)

    def _chosen(self, rng: random.Random, room: str) -> Any:
        unit = Unit.objects.select_related("community", "merged_into").filter(room=room).first()
        if unit is None:
            return None
        today = business_day(wall(), unit.community.time_zone)
        unit = living(unit, today)
        account = account_of(unit, today)
        open_ones = choice.payable(account.bills)
        if not open_ones:
            return None
        numbers = [rng.choice(open_ones).number] if rng.random() < ONE_BILL else None
        credit = account.credit_minor if rng.random() < USES_CREDIT else 0
        chosen = choice.choose(account.bills, numbers, credit)
        method = Method.CREDIT if chosen.all_from_credit else rng.choice(tuple(self._run.channels))
        return unit, chosen, method

    def _at_its_page(
        self, rng: random.Random, payment_id: str, method: Method, wechat: bool
    ) -> None:
        """Pays a while after the page of the channel could be opened, gives up, or goes away."""
        gives_up, all_the_same = rng.random() < GIVES_UP, rng.random() < PAYS_ALL_THE_SAME
        sent = rng.random() < GOES_AWAY
        for _ in range(LOOKS):
            self._run.scheduler.sleep(rng.uniform(*LOOKS_EVERY_S))
            order = self._asks(lambda: self._looks(payment_id))
            if order is None:
                continue
            if order.life.final:
                return
            if order.life is PaymentState.CREATED:
                self._goes_on(rng, order, wechat)
            if phone_orders.payable(order, wall()) and not sent:
                sent = True
                if not gives_up or all_the_same:
                    self._pays_later(rng, method, order.code_url)
            if gives_up and sent:
                self._asks(lambda order=order: phone_orders.give_up(order, wall()))

    def _goes_on(self, rng: random.Random, order: PaymentOrder, wechat: bool) -> None:
        """As the order was read: it may have ended since, or be gone on with by another return."""
        if not wechat:
            self._asks(lambda: initiation.go_on(order, BROWSER, wall()))
            return
        if rng.random() > NAMED:
            return
        payers = [replace(IN_WINDOW, openid=f"o{rng.randrange(10**6):06d}") for _ in range(2)]
        works = [lambda one=one: initiation.go_on(order, one, wall()) for one in payers]
        if rng.random() < NAMED_TWICE:
            world = self._run.scheduler.world
            self._run.scheduler.spawn(lambda: self._asks(works[1]), world, "named twice")
        self._asks(works[0])

    def _looks(self, payment_id: str) -> PaymentOrder | None:
        found = PaymentOrder.objects.select_related("community", "unit")
        order = found.filter(payment_id=payment_id).first()
        return phone_orders.follow(order, wall()) if order is not None else None

    def _pays_later(self, rng: random.Random, method: Method, code_url: str) -> None:
        pause, channel = rng.expovariate(1 / PAYS_AFTER_S), self._run.channels[method]
        self._run.scheduler.spawn(
            lambda: channel.phones.pays(code_url), self._run.scheduler.world, "phone", pause
        )


def page_of(payment_id: str, reference: str) -> tuple[str, bool]:
    """What a payment's page on the phone says, and whether that is what became of it."""
    page = status_views.status(RequestFactory().get("/p/"), UUID(payment_id))
    text = page.content.decode()
    return text, reference in text and any(end in text for end in _ENDS)


def wrong() -> Iterator[str]:
    """No kiosk is named by what a phone began, and who paid reads on the page what became of it."""
    for order in PaymentOrder.objects.filter(place=Place.PHONE).select_related("community"):
        if order.kiosk_id or order.kiosk_state or order.offline or order.with_payment_code:
            yield f"{order.reference}: a kiosk is said to have a part in it"
        text, told = page_of(order.payment_id, order.reference)
        if order.captured_minor and not told:
            yield f"{order.reference}: paid, and its page does not say what became of it"
        if not order.captured_minor and "缴费成功" in text:
            yield f"{order.reference}: its page says that it is paid"
