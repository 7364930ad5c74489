"""What a resident's phone is told of a payment: where the money is, and nothing that is not certain."""

from dataclasses import dataclass

from contract.business_day import business_day
from contract.messages import Bill, BillLine, PaymentState, Text
from contract.money import Money
from server.billing.models import Bill as BillRow
from server.billing.models import BillState
from server.payments.models import PaymentOrder, Refund

_OPEN_MORE = Text(
    zh="付成了，账单自动销账；没付成，不会扣您的钱。多扣的钱会原路退回或记入预存。本页会自动更新。",
    en="If it went through, the bill is settled; if not, you are not charged. Anything charged twice is"
    " returned or credited. This page updates by itself.",
)
_LATE = Text(
    zh="这笔钱到账时订单已经取消，账单没有销账。要抵扣或退款，请联系物业。",
    en="The money came when the order had already ended, so it did not settle the bill. Ask the office"
    " to use it for a bill or to return it.",
)
_TWICE = Text(
    zh="账单已由别人先缴清。要抵扣以后的账单或退款，请联系物业。",
    en="Somebody else had paid the bill before. Ask the office to use it for another bill or to"
    " return it.",
)
_ON_ITS_WAY = Text(
    zh="钱会原路退回您的付款账户。退好后本页会自动显示。",
    en="It goes back to the account you paid from. This page says so when it is done.",
)
_OFFICE_LOOKS = Text(
    zh="金额与订单不符，物业正在核对", en="Another amount arrived; the office is checking it"
)
_NOT_RECEIVED = Text(
    zh="没有收到这笔款，账单没有销账", en="This money did not arrive; no bill was settled"
)
_ASK = Text(
    zh="如果您的账户已被扣款，请带付款凭证联系物业。",
    en="If your account was charged, please show the office the proof.",
)
_NOT_RETURNED = Text(
    zh="自动退款还没有成功，系统会继续尝试，物业也会处理。请保留查询号，也可以打电话问。",
    en="The automatic refund has not worked yet; it is tried again, and the office looks after it. Keep"
    " the reference, or call.",
)
_HOW = {
    Refund.How.CASH: Text(zh="物业已用现金退给您", en="The office returned it in cash"),
    Refund.How.BANK: Text(
        zh="物业已用银行转账退给您", en="The office returned it by bank transfer"
    ),
    Refund.How.CHANNEL: Text(
        zh="物业已让钱原路退回您的付款账户",
        en="The office had it sent back to the account you paid from",
    ),
}


@dataclass(frozen=True)
class ReceiptStatus:
    """``tone``: good, bad, waiting, quiet. ``moving``: the page looks again by itself."""

    tone: str
    title: Text
    more: Text | None = None
    moving: bool = False


def status_of(order: PaymentOrder) -> ReceiptStatus:
    match order.life:
        case PaymentState.APPROVED if order.credited_minor:
            return _credited(order)
        case PaymentState.APPROVED:
            return ReceiptStatus("good", Text(zh="缴费成功", en="Paid"))
        case PaymentState.DECLINED:
            return ReceiptStatus(
                "bad", Text(zh="没有付成，没有扣款", en="Not paid. You were not charged")
            )
        case PaymentState.CANCELLED:
            return ReceiptStatus(
                "quiet", Text(zh="已取消，没有扣款", en="Cancelled. You were not charged")
            )
        case PaymentState.REVERSED:
            return _returned(order)
    if order.held_minor:
        return ReceiptStatus("waiting", _OFFICE_LOOKS, _held(order), moving=True)
    title = Text(
        zh="付款结果还没有确认，请不要再付一次",
        en="We cannot confirm this payment yet. Please do not pay again",
    )
    return ReceiptStatus("waiting", title, _OPEN_MORE, moving=True)


def _held(order: PaymentOrder) -> Text:
    came, due = _money(order.held_minor, order), _money(order.amount_minor, order)
    return Text(
        zh=f"收到 {came}，订单是 {due}。钱已记在您房号名下，物业核对后会销账、转预存或退回。"
        "请不要再付一次。",
        en=f"{came} arrived, the order is for {due}. It is kept for your unit; the office settles"
        " the bill with it, keeps it as credit or returns it. Please do not pay again.",
    )


def _credited(order: PaymentOrder) -> ReceiptStatus:
    if order.reason == "amount_differs":
        return _decided(order)
    if order.credited_minor < order.captured_minor:
        return ReceiptStatus("good", Text(zh="缴费成功", en="Paid"), _TWICE)
    title = Text(zh="款项已记入预存余额", en="Your money is kept as credit for the unit")
    return ReceiptStatus("quiet", title, _LATE if order.reason == "late" else _TWICE)


def _decided(order: PaymentOrder) -> ReceiptStatus:
    """Another amount than the order's came, and staff said what it is for."""
    came, due = _money(order.captured_minor, order), _money(order.amount_minor, order)
    kept = _money(order.credited_minor, order)
    if not order.allocated_minor:
        title = Text(zh="款项已记入预存余额", en="Your money is kept as credit for the unit")
        more = Text(
            zh=f"收到 {came}，订单是 {due}，账单没有销账。要抵扣或退款，请联系物业。",
            en=f"{came} arrived, the order was for {due}, so no bill was settled. Ask the office to use"
            " it for a bill or to return it.",
        )
        return ReceiptStatus("quiet", title, more)
    more = Text(
        zh=f"收到 {came}，订单是 {due}。够付的账单已销账，余下 {kept} 记入预存。",
        en=f"{came} arrived, the order was for {due}. The bills that it covers are settled; {kept} is"
        " kept as credit.",
    )
    return ReceiptStatus("good", Text(zh="缴费成功", en="Paid"), more)


def _returned(order: PaymentOrder) -> ReceiptStatus:
    done = Text(zh="款项已退回", en="The money was returned")
    if order.reason == "not_received":
        return ReceiptStatus("bad", _NOT_RECEIVED, _ASK)
    refund = order.refunds.order_by("-pk").first()
    if refund is None or refund.state == Refund.State.DONE:
        return ReceiptStatus("quiet", done)
    if refund.state == Refund.State.BY_HAND:
        return ReceiptStatus("quiet", done, _by_hand(refund))
    if refund.trouble_since is not None:
        title = Text(zh="退款还没有完成", en="Not returned yet")
        return ReceiptStatus("waiting", title, _NOT_RETURNED, moving=True)
    title = Text(zh="款项正在退回", en="The money is being returned")
    return ReceiptStatus("waiting", title, _ON_ITS_WAY, moving=True)


def returned_minor(order: PaymentOrder) -> int:
    """What went back to the payer: nothing of what never arrived."""
    return 0 if order.reason == "not_received" else order.refunded_minor


def _by_hand(refund: Refund) -> Text:
    assert refund.done_at is not None
    how = _HOW[Refund.How(refund.how)]
    day = business_day(refund.done_at, refund.order.community.time_zone)
    return Text(
        zh=f"{how.zh}（{day.year}年{day.month}月{day.day}日）。没有收到，请联系物业。",
        en=f"{how.en} on {day.isoformat()}. Call the office if you did not get it.",
    )


@dataclass(frozen=True)
class BillTold:
    """A bill as the payment keeps it, whatever became of the bill later, and whether it is paid now."""

    bill: Bill
    lines: list[tuple[BillLine, str]]
    late_fee: str
    amount: str
    paid: bool


def bills_told(order: PaymentOrder) -> list[BillTold]:
    kept = [Bill.model_validate(bill) for bill in order.bills]
    rows = BillRow.objects.filter(
        community=order.community, number__in=[b.number for b in kept], state=BillState.PAID
    )
    paid = set(rows.values_list("number", flat=True))
    return [_bill(bill, bill.number in paid) for bill in kept]


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display()


def _bill(bill: Bill, paid: bool) -> BillTold:
    def shown(minor: int) -> str:
        return Money(minor, bill.currency).display()

    return BillTold(
        bill,
        [(line, shown(line.amount_minor)) for line in bill.lines],
        shown(bill.late_fee_minor) if bill.late_fee_minor else "",
        shown(bill.amount_minor),
        paid,
    )
