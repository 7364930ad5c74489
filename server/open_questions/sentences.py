"""Each open question in one plain sentence, in both languages."""

from contract.messages import Method, Text
from contract.methods import METHODS
from contract.money import Money
from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.open_questions.texts import REFUND_SAID, value
from server.payments.models import PaymentOrder, Refund


def payment(order: PaymentOrder) -> Text:
    if order.method == Method.CARD:
        return Text(
            zh=f"终端 {order.kiosk_code} 的刷卡结果还不知道：可能扣了款，也可能没有。",
            en=f"Whether the card was charged at kiosk {order.kiosk_code} is not known: perhaps it was.",
        )
    channel = METHODS[Method(order.method)].name
    return Text(
        zh=f"{channel.zh}还没有说清这笔订单付没付。查明以前，账单不能再付。",
        en=f"{channel.en} has not said clearly whether this was paid. Until that is known, its bills"
        " cannot be paid again.",
    )


def amount(order: PaymentOrder) -> Text:
    channel = METHODS[Method(order.method)].name
    came, due = _money(order.held_minor, order), _money(order.amount_minor, order)
    return Text(
        zh=f"{channel.zh}实收 {came}，订单是 {due}。钱在暂挂科目里，等您决定用途。",
        en=f"{channel.en} took {came}, the order is for {due}. The money is in the suspense account"
        " until you say what it is for.",
    )


def outside(order: PaymentOrder) -> Text:
    gone, paid = _money(order.refunded_minor, order), _money(order.captured_minor, order)
    channel = METHODS[Method(order.method)].name
    return Text(
        zh=f"有人在{channel.zh}商户后台退了 {gone}（共付 {paid}）。"
        "账单仍算已缴，请决定这笔差额由谁承担。",
        en=f"{gone} of {paid} was refunded in the console of {channel.en}. The bills stay paid: say who"
        " bears the difference.",
    )


def contradicted(order: PaymentOrder, alert: Alert) -> Text:
    decided, said = value(alert.details.get("decided")), value(alert.details.get("said"))
    card = order.method == Method.CARD
    who = Text(zh="刷卡机", en="the card terminal") if card else METHODS[Method(order.method)].name
    return Text(
        zh=f"人工认定为“{decided.zh}”，后来{who.zh}说“{said.zh}”。请重新核对。",
        en=f'Staff decided "{decided.en}"; since then {who.en} says "{said.en}". Check it again.',
    )


def refund(refund: Refund) -> Text:
    order = refund.order
    if not order.by_code:
        return Text(
            zh="银行卡的钱系统退不了，请人工退回。",
            en="The machine cannot return money to a card: return it by hand.",
        )
    channel, said = (
        METHODS[Method(order.method)].name,
        REFUND_SAID.get(refund.said, value(refund.said)),
    )
    return Text(
        zh=f"{channel.zh}还没有退成（试了 {refund.poll_count} 次，最近的回答：{said.zh}）。"
        "系统会继续退；您要自己退，就在这里登记，系统不再退。",
        en=f"{channel.en} has not returned it (tried {refund.poll_count} times, last answer: {said.en})."
        " It is tried on; if you return it yourself, say so here and it is not sent any more.",
    )


def stopped(kiosk: Kiosk, advice: Text) -> Text:
    return Text(
        zh=f"终端 {kiosk.code} 已停止收款。{advice.zh}。",
        en=f"Kiosk {kiosk.code} takes no money. {advice.en}.",
    )


def stands_still(kiosk: Kiosk) -> Text:
    return Text(
        zh=f"终端 {kiosk.code} 有心跳，但日志没有送来。重启终端程序；还不行，请联系维护。",
        en=f"Kiosk {kiosk.code} is heard, but its journal does not come. Restart its program; if that"
        " does not help, call for service.",
    )


def _money(minor: int, order: PaymentOrder) -> str:
    return Money(minor, order.currency).display("zh_CN")
