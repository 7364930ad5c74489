"""Every event on every screen, in any order: nothing raises, nothing is charged twice, no dead end."""

from dataclasses import replace
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from contract.messages import CardData, ErrorCode, Method, PaymentState, RequestTopic, Text
from contract.remote_acts import OutOfService
from kiosk.core import events
from kiosk.core.asking import Fault
from kiosk.core.cabinet import Cabinet
from kiosk.core.effects import AskTerminal, MakeOrder, Record
from kiosk.core.events import (
    OFFLINE,
    AccountFound,
    ActEnded,
    ActWanted,
    BillsCacheSeen,
    BillsHeld,
    CallbackSeen,
    CallbackSent,
    CardAnswered,
    CardLost,
    CardNotAsked,
    CardStepped,
    ClockSeen,
    ConfigLoaded,
    DevicesSeen,
    FactsSeen,
    HeadsetSeen,
    LookupFailed,
    MessageSeen,
    OrderFailed,
    OrderMade,
    OrderOutOfSight,
    OrderSeen,
    OutOfServiceSeen,
    PaymentsSeen,
    PinChecked,
    ReceiptPrinted,
    RecordingSeen,
    RequestSent,
    RequestsSeen,
    ScanHinted,
    Scanned,
    SensorsSeen,
    ServerSeen,
    SlipPrinted,
    Spelt,
    StopSeen,
    Tapped,
    TerminalRead,
    TestEnded,
    Ticked,
    Touched,
)
from kiosk.core.from_afar import ScreenMessage
from kiosk.core.model import Action, CardProgress, KioskFacts, Screen, StaffTest
from kiosk.core.patience import RESTING
from kiosk.core.session import _HANDLERS
from tests.kiosk.core.story import START, Story, account, bill, bill_url, config, devices
from tests.kiosk.core.test_payment_history import HISTORY, NEWEST

BADGE = "LPSTAFF:1:" + "a" * 22
FACTS = KioskFacts("0.1", 60, 1, 1, False, 1, (), "https://pay.example.com", 0)
PAID = Story.paying(Method.CARD).terminal_says("approved").payment
VALUES = (
    "",
    "1",
    "a",
    "0",
    "repair",
    "latin",
    "scan",
    "payment",
    "wechat",
    "alipay",
    "card",
    "room",
    "B202610-3-2-1201",
    "无",
    NEWEST.payment_id,
)
_PAYING = (Screen.PAYING_QR, Screen.PAYING_CARD, Screen.PAYING_CODE, Screen.PAYING_CREDIT)
LEVELS = st.sampled_from(("ok", "warning", "error"))


def _view(story: Story, state: PaymentState):
    if story.visit.payment is None:
        story = Story.paying(Method.WECHAT)
    return story.view(state, 9, code_url="weixin://x")


@st.composite
def happenings(draw):
    """One thing that may happen, as a function of the story so far."""
    kind = draw(st.integers(0, 39))
    state = draw(st.sampled_from(list(PaymentState)))
    code = draw(st.sampled_from([*ErrorCode, OFFLINE]))
    outcome = draw(st.sampled_from(["approved", "declined", "cancelled", "reversed"]))
    flag = draw(st.booleans())

    def paid_id(story: Story) -> str:
        return story.visit.payment.payment_id if story.visit.payment and flag else "another"

    makers = [
        lambda s: Tapped(action, value),
        lambda s: Tapped(action, value),
        lambda s: Tapped(action, value),
        lambda s: Ticked(),
        lambda s: Touched() if flag else HeadsetSeen(code is OFFLINE),
        lambda s: Scanned(text),
        lambda s: ScanHinted(level),
        lambda s: ServerSeen(flag),
        lambda s: DevicesSeen(devices(printer=level, card_terminal=level)),
        lambda s: RecordingSeen(flag),
        lambda s: AccountFound(s.visit.number, account(bill(9, 100), bill(10, 200))),
        lambda s: LookupFailed(s.visit.number, code),
        lambda s: OrderMade(_view(s, state)),
        lambda s: OrderSeen(_view(s, state)),
        lambda s: OrderFailed(paid_id(s), code),
        lambda s: OrderOutOfSight(paid_id(s), seen_again=level == "ok"),
        lambda s: CardStepped(paid_id(s), CardProgress("enter_pin")),
        lambda s: CardAnswered(paid_id(s), outcome, "00", CardData(receipt_no="7")),
        lambda s: CardLost(paid_id(s), "silence"),
        lambda s: CardNotAsked(paid_id(s), "away"),
        lambda s: ReceiptPrinted(paid_id(s), next(iter(s.visit.paper_jobs), ""), "printed"),
        lambda s: StopSeen("twin" if flag else ""),
        lambda s: ClockSeen(flag),
        lambda s: CallbackSent(s.visit.number, flag) if text else CallbackSeen(s.visit.number),
        lambda s: PinChecked(s.visit.number, flag),
        lambda s: FactsSeen(FACTS),
        lambda s: TestEnded(test, outcome),
        lambda s: BillsCacheSeen(flag),
        lambda s: BillsHeld((PAID,)),
        lambda s: AccountFound(s.visit.number, account(bill(9, 100), bill(10, 200)), held=(PAID,)),
        lambda s: ActWanted("act", holds=flag),
        lambda s: ActEnded("act"),
        lambda s: OutOfServiceSeen(OutOfService(by="boss") if flag else None),
        lambda s: SensorsSeen(Cabinet(opened=flag, present=level == "ok") if text else None),
        lambda s: MessageSeen(ScreenMessage(Text(zh="停水", en="No water"), START)),
        lambda s: Spelt(s.visit.number, s.visit.asking.writing.asked, "a", ("啊",), text[:1]),
        lambda s: RequestSent(s.visit.number, "S000001", "u", fault),
        lambda s: RequestsSeen(s.visit.number, fault=fault),
        lambda s: PaymentsSeen(s.visit.number, HISTORY if flag else None, code),
        lambda s: SlipPrinted(s.visit.asking.job_id, flag),
    ]
    action = draw(st.sampled_from(list(Action)))
    value = draw(st.sampled_from(VALUES))
    level = draw(LEVELS)
    test = draw(st.sampled_from(list(StaffTest)))
    fault = draw(st.sampled_from(list(Fault)))
    text = draw(st.sampled_from([bill_url("B1"), "not ours", BADGE]) | st.text(max_size=40))
    return makers[kind], draw(st.sampled_from([1, 1, 5, 70]))


@settings(max_examples=150, deadline=None)
@given(st.lists(happenings(), max_size=60))
def test_any_sequence_of_events_keeps_the_promises(sequence):
    story = Story.at_bills()
    topic = RequestTopic(id="1", kind="repair", name=Text(zh="漏水", en="Leak"))
    there = config(topics=[topic], payment_history=True)
    lobby = replace(story.session.lobby, staff_pin=True, config=there)
    story.session = replace(story.session, lobby=lobby)
    for make, seconds in sequence:
        story.seconds += seconds
        story.plays(make(story))
        assert story.screen in Screen
    versions: dict[str, list[int]] = {}
    asked: list[str] = []
    for effect in story.effects:
        if isinstance(effect, Record):
            versions.setdefault(effect.record.payment_id, []).append(effect.record.version)
        elif isinstance(effect, AskTerminal):
            recorded = [
                e.record for e in story.effects[: story.effects.index(effect)] if type(e) is Record
            ]
            assert effect.record in recorded, "asked before it was recorded"
            asked.append(effect.record.payment_id)
        elif isinstance(effect, MakeOrder):
            assert effect.record.payment_id in versions
    assert len(asked) == len(set(asked)), "a terminal was asked twice for one payment"
    for payment_id, seen in versions.items():
        assert seen == list(range(1, len(seen) + 1)), payment_id


def test_no_screen_is_a_dead_end_when_left_alone():
    """Whatever the screen, an hour without anybody ends at the start (or waits for money's word)."""
    for screen in Screen:
        story = Story.at_bills()
        visit = replace(story.visit, screen=screen, touched=story.seconds)
        story.session = replace(story.session, visit=visit)
        story.waits(3600)
        if screen in _PAYING:
            continue  # without a payment nobody gets there; with one, its own deadlines hold
        assert story.screen in RESTING, screen


def test_every_kind_of_event_has_a_handler():
    assert set(get_args(events.Event)) == set(_HANDLERS)


def test_configuration_and_terminal_news_are_taken_at_any_time():
    for story in (Story(), Story.at_bills(), Story.paying(Method.CARD)):
        story.plays(ConfigLoaded(config()), TerminalRead(CardData(receipt_no="9")))
        assert story.session.lobby.last_card == CardData(receipt_no="9")
