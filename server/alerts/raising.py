"""Raises an alert once: a second time for the same thing changes nothing while the first is open."""

from datetime import datetime
from typing import Any

from contract.messages import Text
from server.alerts.models import Alert
from server.storable import storable

TEXTS = {
    "late_payment": Text(
        zh="订单取消后到账,已按小区规则处理",
        en="Money came for a cancelled order; handled by policy",
    ),
    "paid_twice": Text(
        zh="账单已由别人缴清,多付的钱已记入预存余额",
        en="The bill was paid by somebody else; the money was kept as credit",
    ),
    "more_than_due": Text(
        zh="付款多于应缴(账单和当日违约金),多付的钱已记入预存余额",
        en="More was paid than the bill and its late fee on that day; the rest was kept as credit",
    ),
    "told_unpaid": Text(
        zh="终端曾告诉付款人没有扣款,但渠道收到了这笔款,账单已销账。请告知付款人;要退款请在商户后台办理",
        en="A kiosk told its payer that no money was taken, but the channel has it and the bill is"
        " settled. Tell the payer; whoever wants it back is refunded in the channel's console",
    ),
    "currency_differs": Text(
        zh="终端报告的付款币种与小区币种不同,没有入账,请人工核对",
        en="The kiosk tells of a payment in another currency than the community's; it is not booked:"
        " check by hand",
    ),
    "amount_differs": Text(
        zh="渠道实收金额与订单不符,请人工核对",
        en="The channel took another amount than the order's; check by hand",
    ),
    "unknown_for_long": Text(
        zh="付款结果长时间不能确认,请人工核对",
        en="The outcome has been unknown for long; check by hand",
    ),
    "refund_failed": Text(
        zh="退款没有成功。系统会继续尝试,也可在待查款项中改为人工退回",
        en="A refund did not work. It is tried again, unless you return the money by hand: see open"
        " questions",
    ),
    "refunded_twice": Text(
        zh="已人工退回的款项,渠道又退了一次。请与付款人核对并收回",
        en="Money that was returned by hand was sent back by the channel too. Recover it from the"
        " payer",
    ),
    "refund_outside": Text(
        zh="在渠道商户后台退了一部分款。账单仍算已缴,请核对并决定这笔差额",
        en="A part was refunded in the channel's console. The bills still count as paid; decide about"
        " the difference",
    ),
    "refund_unclear": Text(
        zh="渠道说已退款,但没说退了多少。请在商户后台查明金额",
        en="The channel says that money was refunded but not how much. Look in its console",
    ),
    "unmatched_payment": Text(
        zh="渠道通知有一笔付款,但服务器没有这个订单。订单出现后会自动入账;否则请在商户后台查明",
        en="A channel tells of a payment whose order is not known here. It is booked once the order"
        " turns up; otherwise look it up in the channel's console",
    ),
    "decision_contradicted": Text(
        zh="人工认定与渠道或刷卡机的结果不一致,请重新核对",
        en="What staff decided is contradicted by the channel or the card terminal; look at it again",
    ),
    "simulated_money": Text(
        zh="非测试小区收到模拟设备的付款,未入账",
        en="Simulated money for a real community; it was not booked",
    ),
    "journal_broken": Text(
        zh="终端日志不连续或被改动,已停止接收",
        en="A kiosk's journal does not follow; it was refused",
    ),
    "journal_gap": Text(
        zh="终端日志缺少前面的条目", en="Entries are missing from a kiosk's journal"
    ),
    "journal_stands_still": Text(
        zh="终端在线,但它的缴费日志一直没有收进来。看服务器的日志,并联系维护人员",
        en="A kiosk is heard, but nothing of its journal arrives. Look into the server's log, and tell"
        " whoever maintains it",
    ),
    "change_refused": Text(
        zh="终端上报的付款变更比已知的旧,未采用,请核对",
        en="A kiosk told something older than what is known; it changed nothing; check it",
    ),
    "journal_unwritable": Text(
        zh="终端的缴费日志不能写入,已停止收款。检查磁盘空间和文件系统",
        en="A kiosk cannot write its journal and takes no money. Check its disk",
    ),
    "journal_damaged": Text(
        zh="终端的缴费日志损坏,原文件已保留。请把刷卡机当日交易与缴费记录核对,并检查磁盘",
        en="A kiosk's journal was damaged; the file is kept. Compare the terminal's transactions of"
        " the day with the payments, and check the disk",
    ),
    "kiosk_stopped": Text(
        zh="终端已停止收款:可能是旧磁盘镜像或同一身份的两台设备。查明后用新配对码重新配对",
        en="The kiosk takes no more money: an old disk image, or two machines with one identity."
        " Find out which, then pair it again with a new code",
    ),
    "kiosk_clock_wrong": Text(
        zh="终端上报的付款时间不可能,已按服务器收到的时间入账。检查终端时钟,核对付款日期",
        en="A kiosk told an impossible time of a payment; it is booked as of when it was received."
        " Check the kiosk's clock, and the day of the payment",
    ),
    "unreadable_record": Text(
        zh="终端上报的付款记录不能识别,请人工核对", en="A kiosk's payment record cannot be read"
    ),
}


def raise_alert(
    community_id: int,
    kind: str,
    subject: str,
    at: datetime,
    *,
    kiosk_code: str = "",
    **details: Any,
) -> None:
    text = TEXTS[kind]
    Alert.objects.get_or_create(
        community_id=community_id,
        kind=kind,
        subject=subject,
        resolved_at=None,
        defaults={
            "kiosk_code": kiosk_code,
            "text_zh": text.zh,
            "text_en": text.en,
            "details": storable(details),
            "raised_at": at,
        },
    )


def keep_up(
    community_id: int, kind: str, subject: str, at: datetime, *, kiosk_code: str, **details: Any
) -> None:
    """As ``raise_alert``; an alert that is open learns the newest details."""
    known = Alert.objects.filter(
        community_id=community_id, kind=kind, subject=subject, resolved_at=None
    )
    if not known.update(details=storable(details)):
        raise_alert(community_id, kind, subject, at, kiosk_code=kiosk_code, **details)


def resolve(community_id: int, kinds: tuple[str, ...], kiosk_code: str, at: datetime) -> None:
    """What a kiosk's alerts of these kinds were about is over."""
    Alert.objects.filter(
        community_id=community_id, kind__in=kinds, kiosk_code=kiosk_code, resolved_at=None
    ).update(resolved_at=at)


def resolve_one(community_id: int, kind: str, subject: str, at: datetime) -> None:
    """What this alert was about is over."""
    Alert.objects.filter(
        community_id=community_id, kind=kind, subject=subject, resolved_at=None
    ).update(resolved_at=at)
