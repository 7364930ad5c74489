"""Sample sessions of requests to the office, their answers and a notice in full."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from contract.messages import Method, PaymentState, RequestTopic, Text
from contract.service_requests import RequestStanding
from kiosk.core.asking import Asking, Fault, Invoice, Paper, Purpose
from kiosk.core.model import Lobby, Say, Screen, Sent, Session, UnitEntry
from kiosk.core.writing import Keys, Writing
from kiosk.ui.gallery.account_samples import ACCOUNTS
from kiosk.ui.gallery.part_scenes import ONE, PARTLY
from kiosk.ui.gallery.payment_samples import HISTORY, NOTHING_PAID
from kiosk.ui.gallery.samples import ACCOUNT, BILLS, WALL, lobby, record

_PHRASES = [
    Text(zh="厨房漏水", en="Water is leaking in the kitchen"),
    Text(zh="卫生间漏水", en="Water is leaking in the bathroom"),
    Text(zh="天花板漏水", en="Water comes through the ceiling"),
    Text(zh="下水道堵了", en="A drain is blocked"),
    Text(zh="家里没水", en="There is no water"),
]
TOPICS = [
    RequestTopic(
        id="1",
        kind="repair",
        name=Text(zh="漏水、堵塞", en="Leak or blocked drain"),
        phrases=_PHRASES,
    ),
    RequestTopic(id="2", kind="repair", name=Text(zh="停电、线路", en="Power or wiring")),
    RequestTopic(id="3", kind="repair", name=Text(zh="电梯", en="Lift")),
    RequestTopic(id="4", kind="repair", name=Text(zh="门禁、门锁", en="Doors and locks")),
    RequestTopic(id="5", kind="repair", name=Text(zh="公共区域", en="Common areas")),
    RequestTopic(id="6", kind="complaint", name=Text(zh="噪音", en="Noise")),
    RequestTopic(id="7", kind="question", name=Text(zh="费用、账单", en="Fees and bills")),
    RequestTopic(id="8", kind="praise", name=Text(zh="表扬", en="Praise")),
]
_ENTRY = UnitEntry(("3", "2", "1201"), active=2)
_LABEL = Text(zh="3栋2单元1201室", en="Building 3, Entrance 2, Room 1201")
_PAID = Invoice("K03-000123", "3-2-1201", _LABEL, 98_695, "CNY", WALL - timedelta(hours=2))
_URL = "https://pay.example.cn/r/0193b1c2-7e00-4a00-8a00-3f5b2c9d1e77"
_SPELT = ("漏水", "漏税", "楼", "漏", "露", "搂", "娄", "陋", "喽", "蝼", "篓")


def taking_requests() -> Lobby:
    there = lobby()
    assert there.config is not None
    config = there.config.model_copy(update={"topics": TOPICS, "notice_pages": True})
    return replace(there, config=config)


def service_scenes(session: Callable[..., Session]) -> dict[str, Session]:
    def scene(screen: Screen, asking: Asking = Asking(), **changes: Any) -> Session:  # noqa: B008
        where = changes.pop("where", None) or taking_requests()
        usual = {"account": None, "selected": (), "asking": asking}
        return session(screen, where=where, **(usual | changes))

    leak = Asking(kind="repair", topic="1")
    typed = replace(leak, phrase="厨房漏水")
    taken = Asking(sent=Sent.TAKEN, number="S000123", url=_URL)
    failed = replace(typed, sent=Sent.FAILED, fault=Fault.AWAY)
    asks = Asking(purpose=Purpose.ANSWERS)
    pinyin = Writing(
        text="厨房的水管", letters="loushui", shown="lou shui", candidates=_SPELT, asked=7
    )
    long = Writing(text="厨房水管从昨天晚上开始漏水，已经流到楼下，请尽快来修。" * 7)
    away = replace(taking_requests(), server_reachable=False)
    notices = away.config.notices if away.config else []
    return {
        "services-requests": scene(Screen.SERVICES),
        "services-away": scene(Screen.SERVICES, where=away),
        "topics": scene(Screen.TOPICS, leak),
        "phrases": scene(Screen.PHRASES, leak),
        "write": scene(Screen.WRITE, leak),
        "write-pinyin": scene(Screen.WRITE, replace(leak, writing=pinyin)),
        "write-latin": scene(
            Screen.WRITE,
            replace(leak, writing=Writing("The tap ", keys=Keys.LATIN, words=Keys.LATIN)),
        ),
        "write-marks": scene(Screen.WRITE, replace(leak, writing=replace(long, keys=Keys.MARKS))),
        "request-unit": scene(Screen.REQUEST_UNIT, typed, entry=_ENTRY),
        "request-unit-missed": scene(
            Screen.REQUEST_UNIT, replace(typed, fault=Fault.NO_UNIT), entry=_ENTRY
        ),
        "request-phone": scene(Screen.REQUEST_PHONE, typed, entry=_ENTRY),
        "request-phone-typed": scene(
            Screen.REQUEST_PHONE, replace(typed, phone="13855501234"), entry=_ENTRY
        ),
        "request-phone-known": scene(Screen.REQUEST_PHONE, typed, entry=_ENTRY, of_unit=_LABEL),
        "answer-key-known": scene(Screen.ANSWER_KEY, asks, entry=_ENTRY, of_unit=_LABEL),
        "request-sending": scene(
            Screen.REQUEST_SENT, replace(typed, sent=Sent.SENDING), entry=_ENTRY
        ),
        "request-sent": scene(Screen.REQUEST_SENT, taken, entry=_ENTRY),
        "request-sent-printed": scene(
            Screen.REQUEST_SENT, replace(taken, paper=Paper.PRINTED), entry=_ENTRY
        ),
        "request-failed": scene(Screen.REQUEST_SENT, failed, entry=_ENTRY),
        "request-too-many": scene(
            Screen.REQUEST_SENT, replace(failed, fault=Fault.TOO_MANY), entry=_ENTRY
        ),
        "answer-key": scene(Screen.ANSWER_KEY, replace(asks, key="1234"), entry=_ENTRY),
        "answer-key-wrong": scene(
            Screen.ANSWER_KEY, replace(asks, fault=Fault.NONE_FOUND), entry=_ENTRY
        ),
        "answers": scene(Screen.ANSWERS, replace(asks, found=_found()), entry=_ENTRY),
        **_public(scene),
        **_invoices(scene),
        **_payments(scene),
        "notice": scene(Screen.NOTICE, Asking(notice=notices[0].id if notices else "")),
    }


def _public(scene: Callable[..., Session]) -> dict[str, Session]:
    """What was made public, read at the kiosk, with the server and without."""
    there = taking_requests()
    assert there.config is not None
    config = there.config.model_copy(update={"accounts": ACCOUNTS})
    there = replace(there, config=config)
    seen = WALL - timedelta(hours=30)
    away = replace(there, config=config.model_copy(update={"server_time": seen}))
    away = replace(away, server_reachable=False)
    return {
        "services-accounts": scene(Screen.SERVICES, where=there),
        "accounts": scene(Screen.ACCOUNTS, where=there),
        "accounts-away": scene(Screen.ACCOUNTS, where=away),
        **{
            f"account-{one}": scene(Screen.ACCOUNT, Asking(account=one), where=there)
            for one in ("common", "standards", "energy")
        },
    }


def _invoices(scene: Callable[..., Session]) -> dict[str, Session]:
    """An invoice of a payment, for a company; none where nothing was paid here."""
    there = taking_requests()
    assert there.config is not None
    topic = RequestTopic(id="9", kind="invoice", name=Text(zh="开发票", en="Tax invoice"))
    config = there.config.model_copy(update={"topics": [*TOPICS, topic], "accounts": ACCOUNTS})
    there = replace(there, config=config)
    asks = Asking(purpose=Purpose.INVOICE, kind="invoice", invoice=_PAID)
    named = replace(asks, title="湖畔云帆科技有限公司", tax_number="91330106673959654P")
    writing = Writing(text="湖畔云帆科技有限")
    return {
        "services-all": scene(Screen.SERVICES, where=there),
        "invoice": scene(Screen.INVOICE, asks, where=there),
        "invoice-returned": scene(
            Screen.INVOICE, replace(asks, invoice=replace(_PAID, minor=0)), where=there
        ),
        "invoice-none": scene(Screen.INVOICE, replace(asks, invoice=None), where=there),
        "invoice-title": scene(Screen.WRITE, replace(asks, writing=writing), where=there),
        "tax-number": scene(
            Screen.TAX_NUMBER, replace(named, tax_number="9133010667"), where=there
        ),
        "tax-number-wrong": scene(
            Screen.TAX_NUMBER, replace(named, fault=Fault.TAX_NUMBER), where=there
        ),
    }


def _payments(scene: Callable[..., Session]) -> dict[str, Session]:
    """What the unit has paid, by all ways; the page of one, before its receipt is printed and after."""
    there = taking_requests()
    assert there.config is not None
    topic = RequestTopic(id="9", kind="invoice", name=Text(zh="开发票", en="Tax invoice"))
    more = {"topics": [*TOPICS, topic], "accounts": ACCOUNTS, "payment_history": True}
    there = replace(there, config=there.config.model_copy(update=more))
    asks = Asking(purpose=Purpose.PAYMENTS)
    full, none = replace(asks, history=HISTORY), replace(asks, history=NOTHING_PAID)
    one = replace(full, payment=HISTORY.payments[0].payment_id)
    part = replace(full, payment=HISTORY.payments[2].payment_id)
    cash = replace(full, payment=HISTORY.payments[3].payment_id)
    known = {"entry": _ENTRY, "where": there}
    no_printer = replace(
        there, devices=tuple(one for one in there.devices if one.role != "printer")
    )
    return {
        "services-payments": scene(Screen.SERVICES, where=there),
        "verify-payments": scene(Screen.VERIFY, asks, **known),
        "payments": scene(Screen.PAYMENTS, full, **known),
        "payments-none": scene(Screen.PAYMENTS, none, **known),
        "payments-busy": scene(Screen.PAYMENTS, asks, busy=True, **known),
        "payment": scene(Screen.PAYMENT, one, **known),
        "payment-printed": scene(Screen.PAYMENT, one, say=Say.PRINTED, **known),
        "payment-copies": scene(
            Screen.PAYMENT, one, say=Say.NOT_PRINTED, paper_trouble="copies", **known
        ),
        "payment-phone": scene(Screen.RECEIPT_PHONE, one, **known),
        "payment-part-returned": scene(
            Screen.PAYMENT, part, say=Say.NOT_PRINTED, paper_trouble="copies", **known
        ),
        "bills-payments": scene(
            Screen.BILLS, account=ACCOUNT, selected=(BILLS[0].number,), where=there
        ),
        "bills-part-payments": scene(Screen.BILLS, account=PARTLY, selected=ONE, where=there),
        "bills-receipt-payments": scene(
            Screen.BILLS,
            account=ACCOUNT,
            selected=(BILLS[0].number,),
            reprint=record(Method.WECHAT, PaymentState.APPROVED),
            where=there,
        ),
        "nothing-due-payments": scene(
            Screen.NOTHING_DUE, account=ACCOUNT.model_copy(update={"bills": []}), where=there
        ),
        "payment-counter": scene(Screen.PAYMENT, cash, entry=_ENTRY, where=no_printer),
        "invoice-chosen": scene(
            Screen.INVOICE,
            replace(one, purpose=Purpose.INVOICE, kind="invoice", invoice=_PAID),
            where=there,
        ),
        "invoice-others": scene(
            Screen.INVOICE,
            Asking(purpose=Purpose.INVOICE, kind="invoice", invoice=_PAID),
            where=there,
        ),
        "invoice-none-others": scene(
            Screen.INVOICE, Asking(purpose=Purpose.INVOICE, kind="invoice"), where=there
        ),
    }


def _found() -> tuple[RequestStanding, ...]:
    return (
        RequestStanding(
            number="S000123",
            topic=TOPICS[0].name,
            state="in_hand",
            opened_at=WALL - timedelta(hours=5),
            answer="师傅今天下午三点上门，请家里留人。",
            answered_at=WALL - timedelta(hours=4),
        ),
        RequestStanding(
            number="S000119",
            topic=TOPICS[2].name,
            state="new",
            opened_at=WALL - timedelta(days=2),
        ),
    )
