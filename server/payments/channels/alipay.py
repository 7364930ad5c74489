"""Alipay: precreated orders (the resident scans our code), pages for a browser, and payment codes (we
scan the resident's), through python-alipay-sdk, RSA2.

What the library leaves open is closed here: stamps are in Beijing time wherever the server stands,
requests go in the body and not in the address, every call has a time-out, the gateway comes from the
configuration, and only TRADE_SUCCESS or TRADE_FINISHED mean paid. A trade exists only once its code
was scanned, so "no such trade" is no failure.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import requests
from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from contract.text_file import read_text
from server import request_id
from server.configuration import parse_section
from server.payments.channels import alipay_notification
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
from server.payments.channels.sessions import Sessions
from server.payments.channels.settings import AlipayTable

log = logging.getLogger(__name__)

BEIJING = timezone(timedelta(hours=8))
CONNECT_S = 4.0
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
DONE, FAILED = "10000", "40004"
NO_TRADE, UNSURE = "ACQ.TRADE_NOT_EXIST", ("20000", "ACQ.SYSTEM_ERROR")
PASSWORD_ASKED = "10003"
# Explicit refusals of a payment code (alipay.trade.pay, business error codes). What is not here is
# looked into: TRADE_HAS_SUCCESS and CONTEXT_INCONSISTENT may mean that it was paid.
_DECLINED = {
    "ACQ.PAYMENT_AUTH_CODE_INVALID": "code_invalid",
    "ACQ.AUTH_CODE_INVALID_OR_EXPIRE": "code_expired",
    "ACQ.BUYER_BALANCE_NOT_ENOUGH": "no_money",
    "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH": "no_money",
    "ACQ.NO_PAYMENT_INSTRUMENTS_AVAILABLE": "no_money",
    "ACQ.ERROR_BALANCE_PAYMENT_DISABLE": "refused",
    "ACQ.BUYER_SELLER_EQUAL": "refused",
    "ACQ.BUYER_ENABLE_STATUS_FORBID": "refused",
    "ACQ.PULL_MOBILE_CASHIER_FAIL": "refused",
    "ACQ.MOBILE_PAYMENT_SWITCH_OFF": "refused",
    "ACQ.USER_FACE_PAYMENT_SWITCH_OFF": "refused",
    "ACQ.PAYMENT_FAIL": "refused",
    "ACQ.BUYER_PAYMENT_AMOUNT_DAY_LIMIT_ERROR": "refused",
    "ACQ.BUYER_PAYMENT_AMOUNT_MONTH_LIMIT_ERROR": "refused",
    "ACQ.ERROR_BUYER_CERTIFY_LEVEL_LIMIT": "refused",
    "ACQ.PAYMENT_REQUEST_HAS_RISK": "refused",
    "ACQ.ACCESS_FORBIDDEN": "channel_unavailable",
    "ACQ.SELLER_BEEN_BLOCKED": "channel_unavailable",
    "ACQ.BEYOND_PAY_RESTRICTION": "channel_unavailable",
    "ACQ.BEYOND_PER_RECEIPT_RESTRICTION": "channel_unavailable",
    "ACQ.TOTAL_FEE_EXCEED": "channel_unavailable",
}
# To one who makes an order: it is there, perhaps from before a backup, and may be paid.
_MADE_BEFORE = ("ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_FINISHED", "ACQ.CONTEXT_INCONSISTENT")
# What a close or a cancellation answers as a business failure. What is not here is UNSURE.
_ENDINGS = {
    NO_TRADE: Ending.NOT_THERE,
    "ACQ.TRADE_HAS_FINISHED": Ending.REFUSED,
    "ACQ.CANCEL_NOT_ALLOWED": Ending.REFUSED,
    "ACQ.TRADE_CANCEL_TIME_OUT": Ending.REFUSED,
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": Ending.BUSY,
    "ACQ.REASON_TRADE_BEEN_FREEZEN": Ending.BUSY,
}
# Of a close only: after a cancellation they may mean that the money went back.
_ENDINGS_CLOSE = {
    "ACQ.TRADE_STATUS_ERROR": Ending.REFUSED,
    "ACQ.REASON_TRADE_STATUS_INVALID": Ending.REFUSED,
    "ACQ.TRADE_HAS_SUCCESS": Ending.REFUSED,
}
_STATUS = {
    "WAIT_BUYER_PAY": ChannelStatus.WAITING,
    "TRADE_SUCCESS": ChannelStatus.PAID,
    "TRADE_FINISHED": ChannelStatus.PAID,
    "TRADE_CLOSED": ChannelStatus.CLOSED,
}


class _NoAnswer(Exception):
    """The line failed, or what came back was not Alipay's. ``sent``: it may have been done."""

    def __init__(self, why: str, sent: bool) -> None:
        super().__init__(why)
        self.sent = sent


class _Line(AliPay):
    """The library with Beijing time, a time-out and the request in the body."""

    def __init__(self, table: AlipayTable) -> None:
        super().__init__(
            appid=table.app_id,
            app_notify_url=table.notify_url,
            app_private_key_string=read_text(table.app_private_key_file),
            alipay_public_key_string=read_text(table.alipay_public_key_file),
            sign_type="RSA2",
        )
        self._gateway = table.gateway
        self._limits = (CONNECT_S, table.timeout_s)
        self._sessions = Sessions()

    def build_body(self, method: str, biz_content: Any = None, **more: Any) -> dict[str, Any]:
        stamp = datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        return super().build_body(method, biz_content, **{"timestamp": stamp, **more})

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> dict[str, Any]:
        signed = dict(parse_qsl(self.sign_data(data), keep_blank_values=True))
        try:
            answer = self._sessions.mine.post(
                self._gateway,
                params={"charset": "utf-8"},
                data=signed,
                headers={request_id.HEADER: request_id.current()},
                timeout=self._limits,
                allow_redirects=False,
            )
            answer.raise_for_status()
            text = answer.content.decode()
        except requests.ConnectTimeout as error:
            raise _NoAnswer("not connected", sent=False) from error
        except (requests.RequestException, UnicodeDecodeError) as error:
            raise _NoAnswer(type(error).__name__, sent=True) from error
        try:
            content = self._verify_and_return_sync_response(text, response_type)
        except (AliPayException, AliPayValidationError, ValueError, KeyError) as error:
            raise _NoAnswer(f"not Alipay's: {type(error).__name__}", sent=True) from error
        if not isinstance(content, dict):
            raise _NoAnswer("the answer is not an object", sent=True)
        return content


class AlipayChannel:
    name = "alipay"
    closes_unscanned = False

    def __init__(self, table: AlipayTable) -> None:
        self.simulated = table.simulated
        self._table, self._line = table, _Line(table)
        self._alipays_key = table.alipays_key()

    def create(self, order: Order) -> str:
        if order.currency != "CNY":
            raise ChannelUnavailable("Alipay takes CNY only")
        content = {
            "out_trade_no": order.out_trade_no,
            "total_amount": yuan(order.amount_minor),
            "subject": order.subject[:128],
            "seller_id": self._table.seller_id,
            "time_expire": order.expires_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        }
        if order.browser:
            return self._page(content, order.browser)
        try:
            answer = self._line.server_api("alipay.trade.precreate", content)
        except _NoAnswer as error:
            log.warning("alipay precreate: %s", error)
            failure = OutcomeUnknown if error.sent else ChannelUnavailable
            raise failure(str(error)) from error
        if answer.get("code") == DONE and isinstance(answer.get("qr_code"), str):
            return answer["qr_code"]
        log.warning("alipay precreate: %s %s", answer.get("code"), answer.get("sub_code"))
        unsure = (*UNSURE, *_MADE_BEFORE)
        if answer.get("code") in UNSURE or answer.get("sub_code") in unsure:
            raise OutcomeUnknown(str(answer.get("sub_code")))
        raise ChannelUnavailable(str(answer.get("sub_code")))

    def _page(self, content: dict[str, str], browser: Browser) -> str:
        """A signed address (alipay.trade.wap.pay): nobody is asked, and there is a trade only once the
        payer is on that page. Until ``time_expire`` whoever has it can make one."""
        about = {**content, "product_code": "QUICK_WAP_PAY", "quit_url": browser.comes_back_to}
        signed = self._line.client_api(
            "alipay.trade.wap.pay",
            about,
            return_url=browser.comes_back_to,
            notify_url=self._table.notify_url,
        )
        return f"{self._table.gateway}?{signed}"

    def charge(self, order: Order, payment_code: str) -> OrderState:
        content = {
            "out_trade_no": order.out_trade_no,
            "scene": "bar_code",
            "auth_code": payment_code,
            "product_code": "FACE_TO_FACE_PAYMENT",
            "total_amount": yuan(order.amount_minor),
            "subject": order.subject[:128],
            "seller_id": self._table.seller_id,
            "terminal_id": order.device[:32],
            "timeout_express": "2m",  # a last safeguard: we end it much earlier
        }
        if order.currency != "CNY":
            raise ChannelUnavailable("Alipay takes CNY only")
        try:
            answer = self._line.server_api("alipay.trade.pay", content)
        except _NoAnswer as error:
            log.warning("alipay charge: %s", error)
            if not error.sent:
                raise ChannelUnavailable(str(error)) from error
            return OrderState(ChannelStatus.UNKNOWN)
        code, ours = answer.get("code"), answer.get("out_trade_no") == order.out_trade_no
        if code == DONE and ours:
            return _state({**answer, "trade_status": "TRADE_SUCCESS"}, "gmt_payment")
        log.warning("alipay charge: %s %s", code, answer.get("sub_code"))
        if code == PASSWORD_ASKED:
            return OrderState(ChannelStatus.WAITING)
        reason = _DECLINED.get(str(answer.get("sub_code"))) if code == FAILED else None
        return OrderState(
            ChannelStatus.DECLINED if reason else ChannelStatus.UNKNOWN, reason=reason or ""
        )

    def reverse(self, out_trade_no: str) -> EndAnswer:
        """``retry_flag`` Y and 20000 leave open whether it was or will be done (alipay.trade.cancel).
        It succeeds without an ``action`` where there is no trade; some answers say TRADE_NOT_EXIST."""
        return self._end("alipay.trade.cancel", out_trade_no, _ENDINGS)

    def query(self, out_trade_no: str) -> OrderState:
        try:
            answer = self._line.server_api("alipay.trade.query", {"out_trade_no": out_trade_no})
        except _NoAnswer as error:
            log.warning("alipay query: %s", error)
            return OrderState(ChannelStatus.UNKNOWN)
        if answer.get("sub_code") == NO_TRADE:
            return OrderState(ChannelStatus.NOT_FOUND)
        if answer.get("code") != DONE or answer.get("out_trade_no") != out_trade_no:
            return OrderState(ChannelStatus.UNKNOWN)
        return _state(answer, "send_pay_date")

    def close(self, out_trade_no: str) -> EndAnswer:
        """Refused for what is paid, and TRADE_NOT_EXIST for a code that nobody scanned yet."""
        return self._end("alipay.trade.close", out_trade_no, _ENDINGS | _ENDINGS_CLOSE)

    def _end(self, method: str, out_trade_no: str, words: Mapping[str, Ending]) -> EndAnswer:
        try:
            answer = self._line.server_api(method, {"out_trade_no": out_trade_no})
        except _NoAnswer as error:
            log.warning("%s: %s", method, error)
            return EndAnswer(Ending.UNSURE)
        if answer.get("code") == DONE:
            ending = Ending.UNSURE if answer.get("retry_flag") == "Y" else Ending.ACCEPTED
        else:
            log.warning("%s: %s %s", method, answer.get("code"), answer.get("sub_code"))
            refused = answer.get("code") == FAILED
            ending = words.get(str(answer.get("sub_code"))) if refused else None
        return EndAnswer(ending or Ending.UNSURE, self.query(out_trade_no))

    def refunded(
        self, out_trade_no: str, paid_at: datetime, refund_nos: Sequence[str]
    ) -> int | None:
        """A refund without a number of its own has that of the order (alipay.trade.fastpay.refund.
        query, out_request_no); those made in the console are told by notification."""
        found = [self._refund_amount(out_trade_no, no) for no in (*refund_nos, out_trade_no)]
        known = [amount for amount in found if amount is not None]
        return sum(known) if len(known) == len(found) and sum(known) else None

    def _refund_amount(self, out_trade_no: str, refund_no: str) -> int | None:
        content = {"out_trade_no": out_trade_no, "out_request_no": refund_no}
        try:
            answer = self._line.server_api("alipay.trade.fastpay.refund.query", content)
            if answer.get("code") != DONE:
                return None
            return fen(str(answer["refund_amount"])) if "refund_amount" in answer else 0
        except (_NoAnswer, ValueError):
            return None

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStatus:
        content = {
            "out_trade_no": out_trade_no,
            "refund_amount": yuan(amount_minor),
            "out_request_no": refund_no,
            "refund_reason": reason,
        }
        try:
            answer = self._line.server_api("alipay.trade.refund", content)
        except _NoAnswer as error:
            log.warning("alipay refund: %s", error)
            return RefundStatus.UNKNOWN
        done = answer.get("code") == DONE and answer.get("fund_change") == "Y"
        return RefundStatus.DONE if done else RefundStatus.UNKNOWN

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStatus:
        content = {"out_trade_no": out_trade_no, "out_request_no": refund_no}
        try:
            answer = self._line.server_api("alipay.trade.fastpay.refund.query", content)
        except _NoAnswer:
            return RefundStatus.UNKNOWN
        if answer.get("code") != DONE:
            return RefundStatus.UNKNOWN
        done = answer.get("refund_status") == "REFUND_SUCCESS"
        return RefundStatus.DONE if done else RefundStatus.NOT_FOUND

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        told = alipay_notification.read(body, self._alipays_key)
        if told.get("app_id") != self._table.app_id:
            raise NotGenuine("it is about another app")
        if told.get("seller_id") != self._table.seller_id:
            raise NotGenuine("it is about another merchant")
        return Notification(told.get("out_trade_no", ""), _state(told, "gmt_payment"))

    def acknowledgement(self) -> tuple[int, str, bytes]:
        return 200, "text/plain", b"success"


def yuan(minor: int) -> str:
    """33208 -> "332.08"."""
    return f"{minor // 100}.{minor % 100:02d}"


def fen(text: str) -> int:
    """ "332.08" -> 33208. Raises ValueError for anything that is not a whole number of fen."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount in yuan and fen")
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))


def _state(content: Mapping[str, Any], paid_at_key: str) -> OrderState:
    """Only a complete, explicit answer counts; anything else is UNKNOWN. ``refund_fee`` is what went
    back in all (asynchronous notification): TRADE_SUCCESS with it was refunded in part."""
    status = _STATUS.get(str(content.get("trade_status")), ChannelStatus.UNKNOWN)
    if status is not ChannelStatus.PAID:
        return OrderState(status)
    try:
        paid_at = datetime.fromisoformat(f"{content[paid_at_key]}+08:00")
        refunded = fen(str(content.get("refund_fee") or "0"))
        return OrderState(
            ChannelStatus.REFUNDED if refunded else ChannelStatus.PAID,
            str(content["trade_no"]),
            fen(str(content["total_amount"])),
            paid_at,
            refunded,
        )
    except (KeyError, TypeError, ValueError):
        return OrderState(ChannelStatus.UNKNOWN)


def create(table: Mapping[str, Any]) -> AlipayChannel:
    """Raises ConfigMistake naming the key."""
    return AlipayChannel(parse_section(AlipayTable, table, "server.toml: channels.alipay"))
