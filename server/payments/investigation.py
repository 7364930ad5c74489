"""Everything that is known about a payment whose end is not: what staff need to find it out by hand."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from contract.business_day import local_time
from contract.messages import EntryKind, Method, Text
from contract.money import Money
from server.payments.models import JournalEntry, PaymentOrder

# By the kiosk's id: when it was last heard, and what it said of itself and its card terminal then.
LastWord = Callable[[str], dict[str, Any]]

LABELS = {
    "reference": Text(zh="查询号", en="Reference"),
    "payment_id": Text(zh="缴费编号", en="Payment"),
    "order_no": Text(zh="商户单号", en="Order no."),
    "channel_reference": Text(zh="渠道单号", en="Channel's number"),
    "unit": Text(zh="房屋", en="Unit"),
    "bills": Text(zh="账单", en="Bills"),
    "method": Text(zh="方式", en="Method"),
    "amount": Text(zh="金额", en="Amount"),
    "state": Text(zh="状态", en="State"),
    "reason": Text(zh="原因", en="Reason"),
    "created_at": Text(zh="创建", en="Created"),
    "received_at": Text(zh="服务器得知", en="Known to the server since"),
    "submitted_at": Text(zh="向渠道请求", en="Channel asked"),
    "expires_at": Text(zh="有效期", en="Expires"),
    "cancel_wanted": Text(zh="已要求取消", en="To be cancelled"),
    "asked_times": Text(zh="查询次数", en="Looked into"),
    "next_look": Text(zh="下次查询", en="Next look"),
    "channel_said": Text(zh="渠道的回答", en="Channel's answers"),
    "kiosk_said": Text(zh="终端日志", en="Kiosk's journal"),
    "card": Text(zh="卡片", en="Card"),
    "kiosk": Text(zh="终端", en="Kiosk"),
    "to_do": Text(zh="怎么办", en="What to do"),
}
INSIDE = {
    "asked": Text(zh="问", en="Asked"),
    "answer": Text(zh="答", en="Answer"),
    "ending": Text(zh="对终止的回答", en="Answer to the end"),
    "first": Text(zh="首次", en="First"),
    "last": Text(zh="最近", en="Last"),
    "times": Text(zh="次数", en="Times"),
    "at": Text(zh="时间", en="At"),
    "sequence": Text(zh="序号", en="Entry"),
    "offline": Text(zh="断网时", en="Offline"),
    "code": Text(zh="编号", en="Code"),
    "heard_at": Text(zh="最近心跳", en="Last heard"),
    "stopped": Text(zh="停用原因", en="Stopped"),
    "software": Text(zh="软件", en="Software"),
    "open_payments": Text(zh="未完结的缴费", en="Open payments"),
    "journal_last": Text(zh="日志写到", en="Journal written to"),
    "journal_acknowledged": Text(zh="终端确认已收到", en="Acknowledged to it"),
    "journal_received": Text(zh="服务器收到", en="Received here"),
    "card_terminal": Text(zh="刷卡机", en="Card terminal"),
    "level": Text(zh="状况", en="Level"),
    "conditions": Text(zh="故障", en="Faults"),
    "zh": Text(zh="中文", en=""),
    "en": Text(zh="", en="English"),
}
_TIMES = (
    "created_at",
    "received_at",
    "submitted_at",
    "expires_at",
    "next_look",
    "first",
    "last",
    "at",
    "heard_at",
)
_TO_DO = {
    True: Text(
        zh="在渠道的商户后台按商户单号查这笔订单。付了的会自动入账;没付的可在商户后台关闭。",
        en="Look the order number up in the channel's merchant console. If paid, it is booked by"
        " itself; if not, close it there.",
    ),
    False: Text(
        zh="看终端是否在线、刷卡机是否可用;联机后会自动查明。也可在刷卡机打印当日交易,按金额和时间核对;"
        "刷卡机已更换或已日结而查不到时,核实后在终端上用 lobbypay journal settle 了结。",
        en="See whether the kiosk and its card terminal can be reached; then it resolves by itself."
        " Or print the terminal's transactions of the day and compare amount and time; where the"
        " terminal was exchanged or has forgotten, end it at the kiosk with lobbypay journal settle.",
    ),
}


def facts(order: PaymentOrder, last_word: LastWord) -> dict[str, Any]:
    """As JSON, in the order of LABELS; what is empty is left out."""
    found: dict[str, Any] = {
        "reference": order.reference,
        "payment_id": order.payment_id,
        "order_no": order.out_trade_no if order.by_code else "",
        "channel_reference": order.channel_reference,
        "unit": order.unit.code,
        "bills": [bill["number"] for bill in order.bills],
        "method": order.method,
        "amount": Money(order.amount_minor, order.currency).display("zh_CN"),
        "state": order.state,
        "reason": order.reason,
        "created_at": order.created_at.isoformat(),
        "received_at": order.received_at.isoformat(),
        "submitted_at": order.submitted_at.isoformat() if order.submitted_at else "",
        "expires_at": order.expires_at.isoformat() if order.expires_at else "",
        "cancel_wanted": order.cancel_wanted,
        "asked_times": order.poll_count,
        "next_look": order.next_poll_at.isoformat() if order.next_poll_at else "",
        "channel_said": order.channel_responses,
        "kiosk_said": _kiosk_said(order),
        "card": order.card,
        "kiosk": last_word(order.kiosk_id),
        "to_do": _TO_DO[order.method != Method.CARD].model_dump(),
    }
    zone = order.community.time_zone
    return {name: _local(name, found[name], zone) for name in LABELS if found[name]}


def _local(name: str, value: Any, zone: str) -> Any:
    """Times as the clock on the community's wall shows them."""
    if isinstance(value, dict):
        return {inner: _local(inner, told, zone) for inner, told in value.items()}
    if isinstance(value, list):
        return [_local(name, told, zone) for told in value]
    if name in _TIMES:
        try:
            at = datetime.fromisoformat(value)
            return local_time(at, zone).strftime("%Y-%m-%d %H:%M:%S")
        except (ValueError, OverflowError):
            return value  # a kiosk may call anything a time
    return value


def _kiosk_said(order: PaymentOrder) -> dict[str, Any]:
    """The newest entry of its journal that is about this payment."""
    entry = (
        JournalEntry.objects.filter(
            kiosk_id=order.kiosk_id, kind=EntryKind.PAYMENT, payment_id=order.payment_id
        )
        .order_by("-sequence")
        .first()
    )
    if entry is None:
        return {}
    told = {name: entry.body.get(name) for name in ("state", "reason", "offline")}
    return {"sequence": entry.sequence, "at": entry.at} | {k: v for k, v in told.items() if v}
