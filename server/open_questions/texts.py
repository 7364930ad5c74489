"""What the page of open questions calls things, in both languages: no code stands there alone."""

from contract.messages import Text
from contract.methods import METHODS
from server.payments.investigation import INSIDE, LABELS

KINDS = {
    "payment": Text(zh="付款结果不明", en="Paid or not?"),
    "amount": Text(zh="金额不符", en="Another amount came"),
    "outside": Text(zh="渠道后台退过款", en="Refunded in the console"),
    "contradicted": Text(zh="人工认定有出入", en="A decision is contradicted"),
    "refund": Text(zh="退款没完成", en="Refund not done"),
    "journal": Text(zh="终端日志", en="Kiosk's journal"),
    "alert": Text(zh="告警", en="Alert"),
}
VALUES = {
    **{method.value: shown.name for method, shown in METHODS.items()},
    "created": Text(zh="已建，还没请求", en="made, not asked yet"),
    "pending": Text(zh="等待结果", en="waiting for the result"),
    "unknown": Text(zh="结果不明", en="not known"),
    "approved": Text(zh="已付", en="paid"),
    "declined": Text(zh="被拒绝", en="declined"),
    "cancelled": Text(zh="已取消", en="cancelled"),
    "reversed": Text(zh="退回（见退款）", en="going back, or gone"),
    "query": Text(zh="查询", en="Asked"),
    "close": Text(zh="关闭订单", en="Close"),
    "reverse": Text(zh="撤销", en="Reverse"),
    "charge": Text(zh="扣款", en="Charge"),
    "notification": Text(zh="渠道通知", en="Told unasked"),
    "not_found": Text(zh="没有这笔订单", en="no such order"),
    "waiting": Text(zh="还可以付，没付", en="can still be paid"),
    "paid": Text(zh="已付", en="paid"),
    "unpaid": Text(zh="未付", en="not paid"),
    "closed": Text(zh="已关闭，没付", en="closed, not paid"),
    "refunded": Text(zh="已退款", en="refunded"),
    "lost": Text(zh="没有收到结果", en="the answer was lost"),
    "no_answer": Text(zh="渠道没有回答", en="the channel did not answer"),
    "amount_differs": Text(zh="实收与订单不符", en="another amount came"),
    "terminal": Text(zh="刷卡机的结果", en="the terminal's word"),
    "late": Text(zh="订单结束后到账", en="came after the order's end"),
    "staff": Text(zh="人工认定", en="decided by staff"),
    "failed": Text(zh="明确拒绝", en="refused"),
    "processing": Text(zh="正在处理", en="under way"),
    "done": Text(zh="已完成", en="done"),
    "ok": Text(zh="正常", en="well"),
    "warning": Text(zh="注意", en="attention"),
    "error": Text(zh="故障", en="fault"),
    "idle": Text(zh="空闲", en="idle"),
    "in_session": Text(zh="有人使用", en="in use"),
    "out_of_order": Text(zh="暂停服务", en="out of service"),
    "cash": Text(zh="现金", en="cash"),
    "bank": Text(zh="银行转账", en="bank transfer"),
    "bills": Text(zh="销账，余额转预存", en="settle the bills, the rest is credit"),
    "credit": Text(zh="全部转预存", en="all is credit"),
    "refund": Text(zh="全部退回", en="all goes back"),
    "twin": Text(zh="两台设备使用同一身份", en="two machines with one identity"),
    "behind": Text(zh="磁盘恢复到旧备份", en="started from an old disk image"),
    "forked": Text(zh="日志与已收到的不一致", en="its journal contradicts what was received"),
    "damaged": Text(zh="日志损坏，有条目丢失", en="its journal lost entries"),
    "not_signed": Text(zh="日志签名不对", en="its journal is not signed by it"),
}
MORE_LABELS = {
    "decided": Text(zh="人工认定为", en="Staff decided"),
    "said": Text(zh="回答", en="Answer"),
    "channel_minor": Text(zh="渠道实收", en="Channel took"),
    "amount_minor": Text(zh="金额", en="Amount"),
    "credited_minor": Text(zh="转预存", en="Kept as credit"),
    "refunded_minor": Text(zh="已退", en="Went back"),
    "paid_at": Text(zh="付款时间", en="Paid at"),
    "kiosk_code": Text(zh="终端", en="Kiosk"),
    "refund_no": Text(zh="退款单号", en="Refund no."),
    "poll_count": Text(zh="已试次数", en="Tried"),
    "received": Text(zh="服务器收到", en="Received here"),
    "told": Text(zh="终端说", en="The kiosk said"),
    "known": Text(zh="已知", en="Known here"),
    "readable_to": Text(zh="可读到", en="Readable to"),
    "whole_from": Text(zh="完整自", en="Whole from"),
    "expected": Text(zh="应为", en="Expected"),
}
REFUND_SAID = {
    "": Text(zh="还没有回答", en="none yet"),
    "failed": Text(zh="拒绝退款", en="refused"),
    "not_found": Text(zh="没有这笔退款", en="no such refund"),
    "processing": Text(zh="正在退", en="under way"),
    "unknown": Text(zh="没有回答", en="no answer"),
    "done": Text(zh="已退", en="done"),
}
ACTS = {
    "look_again": Text(zh="再查一次", en="Look again"),
    "book_as_paid": Text(zh="按已付入账", en="Book as paid"),
    "book_as_unpaid": Text(zh="按未付结束", en="Book as not paid"),
    "release_bills": Text(zh="放开账单", en="Release the bills"),
    "settle_amount": Text(zh="决定这笔钱的用途", en="Say what the money is for"),
    "settle_outside": Text(zh="决定差额由谁承担", en="Say who bears it"),
    "refund_again": Text(zh="现在再退一次", en="Try the refund now"),
    "returned_by_hand": Text(zh="已人工退回", en="Returned by hand"),
    "resolve_alert": Text(zh="已处理", en="Dealt with"),
}
STANDS = Text(zh="维持认定", en="The decision stands")
EFFECTS = {
    "look_again": Text(
        zh="马上向渠道查询，按渠道的回答处理。",
        en="Asks the channel at once; its answer counts.",
    ),
    "book_as_paid": Text(
        zh="您已查明钱到账了。账单销账；以后查明没付，会再来问您。",
        en="You found out that the money is there. The bills are settled; should it turn out otherwise,"
        " you are asked again.",
    ),
    "book_as_unpaid": Text(
        zh="您已查明没有扣款。账单可以再付；钱以后到了，会退回或转预存。",
        en="You found out that nothing was charged. The bills can be paid again; money that comes after"
        " all goes back or becomes credit.",
    ),
    "stands": Text(
        zh="您已重新核对，人工认定不变。",
        en="You checked it again: what was decided stands.",
    ),
    "take_back": Text(
        zh="撤销人工入账：账单重新变为未缴。",
        en="Takes the booking back: its bills are open again.",
    ),
    "release_bills": Text(
        zh="结果还不知道，但账单可以再付。这笔若已付，钱会转为预存。",
        en="It stays open, but its bills can be paid again. If it was paid, that money becomes credit.",
    ),
    "settle_amount": Text(
        zh="钱从暂挂科目转出一次，不能改。",
        en="The money leaves the suspense account, once.",
    ),
    "settle_outside": Text(
        zh="账单仍算已缴。差额从这户的预存扣，或由物业承担。",
        en="The bills stay paid. The difference is taken from the unit's credit or written off.",
    ),
    "refund_again": Text(zh="不等下一次，现在就试。", en="Does not wait for the next try."),
    "returned_by_hand": Text(
        zh="您已经把钱退给付款人。系统以后不会再退这笔款。",
        en="You gave the money back. It is never sent by the machine then.",
    ),
    "resolve_alert": Text(
        zh="您已查明并处理好。告警从这里消失，记录留下。",
        en="You looked into it and dealt with it. It leaves this page; the record stays.",
    ),
}


def label(name: str) -> Text:
    return LABELS.get(name) or INSIDE.get(name) or MORE_LABELS.get(name) or Text(zh=name, en=name)


def value(code: object) -> Text:
    """A code in words; what is none stays as it is."""
    text = str(code)
    if isinstance(code, bool):
        return Text(zh="是", en="yes") if code else Text(zh="否", en="no")
    return VALUES.get(text, Text(zh=text, en=text))


def lasting(seconds: float) -> Text:
    """How long something has been waiting."""
    minutes = max(0, int(seconds // 60))
    if minutes < 100:
        return Text(zh=f"{minutes} 分钟", en=f"{minutes} min")
    if minutes < 48 * 60:
        return Text(zh=f"{minutes // 60} 小时", en=f"{minutes // 60} h")
    return Text(zh=f"{minutes // 1440} 天", en=f"{minutes // 1440} days")
