"""WeChat Pay, API v3: native orders (the resident scans our code), H5 orders (the resident's browser
opens its page), JSAPI orders (paid in WeChat's own window) and payment codes (we scan the resident's),
through wechatpayv3.

What the library leaves open is closed in ``wechat_line``. Nothing is fetched when the channel is made
(public-key mode).
"""

import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from wechatpayv3 import WeChatPay, WeChatPayType

from contract.business_day import business_day
from contract.text_file import read_text
from server.configuration import parse_section
from server.payments.channels import wechat_bill, wechat_window
from server.payments.channels.interface import (
    Browser,
    ChannelStatus,
    ChannelUnavailable,
    EndAnswer,
    Ending,
    NotGenuine,
    Notification,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStatus,
)
from server.payments.channels.settings import WeChatTable
from server.payments.channels.wechat_line import Line, NoAnswer

log = logging.getLogger(__name__)

BEIJING = timezone(timedelta(hours=8))
BILLED_BY = "Asia/Shanghai"  # whose days the bills are of
_STATUS = {
    "SUCCESS": ChannelStatus.PAID,
    "REFUND": ChannelStatus.REFUNDED,  # all of it or a part
    "NOTPAY": ChannelStatus.WAITING,
    "USERPAYING": ChannelStatus.WAITING,
    "ACCEPT": ChannelStatus.WAITING,
    "CLOSED": ChannelStatus.CLOSED,
    "REVOKED": ChannelStatus.CLOSED,
    "PAYERROR": ChannelStatus.WAITING,  # the payer may try again until the order is closed
}
_NO_ORDER = ("ORDER_NOT_EXIST", "ORDERNOTEXIST")
_BY_PAYMENT_CODE = "MICROPAY"  # trade_type; there PAYERROR is the end of it
_PASSWORD_ASKED = 202  # with trade_state USERPAYING; 200 otherwise
# Explicit refusals of a payment code (doc/v3, code payment; with and without underscores by version).
# What is not here is looked into: ORDERPAID and OUT_TRADE_NO_USED may mean that it was paid.
_DECLINED = {
    "AUTHCODEEXPIRE": "code_expired",
    "AUTHCODEEXPIRED": "code_expired",
    "AUTHCODEERROR": "code_invalid",
    "AUTHCODEINVALID": "code_invalid",
    "NOTENOUGH": "no_money",
    "TRADEERROR": "refused",
    "NOTSUPORTCARD": "refused",
    "RULELIMIT": "refused",
    "BUYERMISMATCH": "refused",
    "USERACCOUNTABNORMAL": "refused",
    "NOAUTH": "channel_unavailable",
    "PARAMERROR": "channel_unavailable",
    "APPIDMCHIDNOTMATCH": "channel_unavailable",
}
# To one who makes an order: it is there, perhaps from before a backup, and may be paid.
_MADE_BEFORE = ("ORDERPAID", "OUTTRADENOUSED")
# What a close or a reversal answers, without underscores as above. What is not here is UNSURE.
_ENDINGS = {
    "ORDERPAID": Ending.REFUSED,
    "REVERSEEXPIRE": Ending.REFUSED,
    "USERPAYING": Ending.BUSY,
    "ORDERCLOSED": Ending.ACCEPTED,
    "ORDERREVERSED": Ending.ACCEPTED,
    "ORDERNOTEXIST": Ending.NOT_THERE,
}
_REFUND = {
    "SUCCESS": RefundStatus.DONE,
    "PROCESSING": RefundStatus.PROCESSING,
    "ABNORMAL": RefundStatus.FAILED,
    "CLOSED": RefundStatus.FAILED,
}


class WeChatChannel:
    name = "wechat"
    closes_unscanned = True

    def __init__(self, table: WeChatTable) -> None:
        self.simulated = table.simulated
        self.account = table.account()
        self._table = table
        self._pay = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=table.mchid,
            private_key=read_text(table.merchant_key_file),
            cert_serial_no=table.merchant_serial,
            appid=table.appid,
            apiv3_key=read_text(table.apiv3_key_file).strip(),
            notify_url=table.notify_url,
            public_key=read_text(table.platform_public_key_file),
            public_key_id=table.platform_public_key_id,
        )
        self._line = self._pay._core = Line(table)

    def create(self, order: Order) -> str:
        _must_be_cny(order)
        browser = order.browser
        by, more = _way(browser)
        try:
            status, content = self._pay.pay(
                description=order.subject[:120],
                out_trade_no=order.out_trade_no,
                amount={"total": order.amount_minor, "currency": order.currency},
                time_expire=order.expires_at.astimezone(BEIJING).isoformat(timespec="seconds"),
                pay_type=by,
                **more,
            )
        except NoAnswer as error:
            log.warning("wechat create: %s", error)
            failure = OutcomeUnknown if error.sent else ChannelUnavailable
            raise failure(str(error)) from error
        told = self._told(by, content, browser) if status == 200 else None
        if told is not None:
            return told
        log.warning("wechat create: %s %s", status, content.get("code"))
        known_there = str(content.get("code")).replace("_", "") in _MADE_BEFORE
        if 400 <= status < 500 and not known_there:
            raise ChannelUnavailable(str(content.get("code")))
        raise OutcomeUnknown(f"status {status}")

    def _told(
        self, by: WeChatPayType, content: Mapping[str, Any], browser: Browser | None
    ) -> str | None:
        """What is kept of an order that was made; None where the answer is not understood."""
        if by is WeChatPayType.JSAPI:
            return wechat_window.kept(content.get("prepay_id"))
        told = content.get("h5_url" if browser else "code_url")
        if not isinstance(told, str) or browser is None:
            return told if isinstance(told, str) else None
        back = urlencode({"redirect_url": browser.comes_back_to})
        return f"{told}&{back}" if self._is_its_page(told) else None

    def window_call(self, told: str) -> dict[str, str]:
        at_s, nonce = int(time.time()), secrets.token_hex(16)
        return wechat_window.call(self._table.appid, told, at_s, nonce, self._pay.sign)

    def _is_its_page(self, address: str) -> bool:
        """No phone is sent anywhere but by https, or to the simulator on this machine."""
        here = self._table.gateway.startswith("http://") and address.startswith("http://127.0.0.1:")
        return (here or address.startswith("https://")) and "?" in address

    def charge(self, order: Order, payment_code: str) -> OrderState:
        _must_be_cny(order)
        try:
            status, content = self._pay.pay(
                description=order.subject[:120],
                out_trade_no=order.out_trade_no,
                amount={"total": order.amount_minor, "currency": order.currency},
                payer={"auth_code": payment_code},
                scene_info={
                    "device_id": order.device[:16],
                    "store_info": {"out_id": order.device[:32]},
                },
                pay_type=WeChatPayType.CODEPAY,
            )
        except NoAnswer as error:
            log.warning("wechat charge: %s", error)
            if not error.sent:
                raise ChannelUnavailable(str(error)) from error
            return OrderState(ChannelStatus.UNKNOWN)
        if status in (200, _PASSWORD_ASKED):
            ours = content.get("out_trade_no") == order.out_trade_no
            return self._state(content) if ours else OrderState(ChannelStatus.UNKNOWN)
        code = str(content.get("code"))
        log.warning("wechat charge: %s %s", status, code)
        if code == "USERPAYING":
            return OrderState(ChannelStatus.WAITING)
        reason = _DECLINED.get(code.replace("_", "")) if status < 500 else None
        return OrderState(
            ChannelStatus.DECLINED if reason else ChannelStatus.UNKNOWN, reason=reason or ""
        )

    def reverse(self, out_trade_no: str) -> EndAnswer:
        """Refused with USERPAYING while the payer types. ``recall`` Y, SYSTEM_ERROR and whatever else
        is not understood leave open what becomes of it (doc/v3, reverse an order)."""
        try:
            status, content = self._pay.codepay_reverse(out_trade_no=out_trade_no)
        except NoAnswer as error:
            log.warning("wechat reverse: %s", error)
            return EndAnswer(Ending.UNSURE)
        ending = _ending("reverse", status, content)
        return EndAnswer(ending, self.query(out_trade_no))

    def query(self, out_trade_no: str) -> OrderState:
        try:
            status, content = self._pay.query(out_trade_no=out_trade_no)
        except NoAnswer as error:
            log.warning("wechat query: %s", error)
            return OrderState(ChannelStatus.UNKNOWN)
        if status == 404 and content.get("code") in _NO_ORDER:
            return OrderState(ChannelStatus.NOT_FOUND)
        if status != 200 or content.get("out_trade_no") != out_trade_no:
            return OrderState(ChannelStatus.UNKNOWN)
        return self._state(content)

    def close(self, out_trade_no: str) -> EndAnswer:
        """Closing a paid order is refused by WeChat Pay (doc/v3, close an order)."""
        try:
            status, content = self._pay.close(out_trade_no=out_trade_no)
        except NoAnswer as error:
            log.warning("wechat close: %s", error)
            return EndAnswer(Ending.UNSURE, self.query(out_trade_no))
        ending = _ending("close", status, content)
        return EndAnswer(ending, self.query(out_trade_no))

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        """API v3 lists no refunds of an order: ours are known by number, those of the merchant's console
        are named in the bills of the days since."""
        first, today = (business_day(m, BILLED_BY) for m in (paid_at, datetime.now(BEIJING)))
        try:
            billed = wechat_bill.refund_numbers(self._line, out_trade_no, first, today)
            amounts = [self._refund_amount(no) for no in dict.fromkeys((*refund_nos, *billed))]
        except (NoAnswer, wechat_bill.BillMissing) as error:
            log.warning("wechat refunds: %s", error)
            return None
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if len(known) == len(amounts) and sum(known) else None

    def _refund_amount(self, refund_no: str) -> int | None:
        """What went back under a number, in minor units; None: it cannot be said. Raises NoAnswer."""
        status, content = self._pay.query_refund(out_refund_no=refund_no)
        if status == 404:
            return 0
        status = _REFUND.get(str(content.get("status"))) if status == 200 else None
        if status is RefundStatus.FAILED:
            return 0
        amount = content.get("amount")
        refund = amount.get("refund") if isinstance(amount, dict) else None
        return refund if status is RefundStatus.DONE and type(refund) is int else None

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStatus:
        try:
            status, content = self._pay.refund(
                out_refund_no=refund_no,
                amount={"refund": amount_minor, "total": total_minor, "currency": "CNY"},
                out_trade_no=out_trade_no,
                reason=reason,
            )
        except NoAnswer as error:
            log.warning("wechat refund: %s", error)
            return RefundStatus.UNKNOWN
        if status == 200:
            return _REFUND.get(str(content.get("status")), RefundStatus.UNKNOWN)
        return RefundStatus.UNKNOWN

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStatus:
        try:
            status, content = self._pay.query_refund(out_refund_no=refund_no)
        except NoAnswer:
            return RefundStatus.UNKNOWN
        if status == 404:
            return RefundStatus.NOT_FOUND
        if status != 200:
            return RefundStatus.UNKNOWN
        return _REFUND.get(str(content.get("status")), RefundStatus.UNKNOWN)

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        if not self._line.is_genuine(headers, body):
            raise NotGenuine("signature, key or age")
        try:
            told = self._line.callback(dict(headers), body)
            content = told["resource"]
            if content["mchid"] != self._table.mchid or content["appid"] != self._table.appid:
                raise NotGenuine("it is about another merchant")
            return Notification(str(content["out_trade_no"]), self._state(content))
        except NotGenuine:
            raise
        except Exception as error:  # the library raises what it likes on what it cannot decrypt
            raise NotGenuine(f"content: {type(error).__name__}") from error

    def acknowledgement(self) -> tuple[int, str, bytes]:
        return 200, "application/json", b'{"code":"SUCCESS","message":"OK"}'

    def _state(self, content: Mapping[str, Any]) -> OrderState:
        """Only a complete, explicit answer counts; anything else is UNKNOWN."""
        told = str(content.get("trade_state"))
        if told == "PAYERROR" and content.get("trade_type") == _BY_PAYMENT_CODE:
            return OrderState(ChannelStatus.DECLINED, reason="refused")
        status = _STATUS.get(told, ChannelStatus.UNKNOWN)
        if status not in (ChannelStatus.PAID, ChannelStatus.REFUNDED):
            return OrderState(status)
        try:
            amount = content["amount"]
            if amount["currency"] != "CNY" or content["appid"] != self._table.appid:
                return OrderState(ChannelStatus.UNKNOWN)
            return OrderState(
                status,
                str(content["transaction_id"]),
                int(amount["total"]),
                datetime.fromisoformat(content["success_time"]),
                refunded_minor=None if status is ChannelStatus.REFUNDED else 0,
            )
        except (KeyError, TypeError, ValueError):
            return OrderState(ChannelStatus.UNKNOWN)


def _ending(asked: str, status: int, content: Mapping[str, Any]) -> Ending:
    if status < 300:
        return Ending.UNSURE if content.get("recall") == "Y" else Ending.ACCEPTED
    log.warning("wechat %s: %s %s", asked, status, content.get("code"))
    code = str(content.get("code")).replace("_", "")
    return _ENDINGS.get(code, Ending.UNSURE) if status < 500 else Ending.UNSURE


def create(table: Mapping[str, Any]) -> WeChatChannel:
    """Raises ConfigMistake naming the key."""
    return WeChatChannel(parse_section(WeChatTable, table, "server.toml: channels.wechat"))


def _way(browser: Browser | None) -> tuple[WeChatPayType, dict[str, Any]]:
    """By which kind of order it is paid, with what that kind needs besides."""
    if browser is None:
        return WeChatPayType.NATIVE, {}
    if browser.in_window:
        return WeChatPayType.JSAPI, {"payer": {"openid": browser.openid}}
    return WeChatPayType.H5, {"scene_info": _scene(browser)}


def _scene(browser: Browser) -> dict[str, Any]:
    """Of an H5 order (doc/v3, H5 pay: payer_client_ip and h5_info are required)."""
    return {"payer_client_ip": browser.address[:45], "h5_info": {"type": "Wap"}}


def _must_be_cny(order: Order) -> None:
    if order.currency != "CNY":
        raise ChannelUnavailable("WeChat Pay takes CNY only")
