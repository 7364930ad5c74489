"""Alipay: precreated orders (the resident scans our code) and payment codes (we scan the resident's),
through python-alipay-sdk, RSA2.

What the library leaves open is closed here: stamps are in Beijing time wherever the server stands,
requests go in the body and not in the address, every call has a time-out, the gateway comes from the
configuration, and only TRADE_SUCCESS or TRADE_FINISHED mean paid. A trade exists only once its code
was scanned, so "no such trade" is no failure.
"""

import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import requests
from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

from server.configuration import parse_section
from server.payments.channels.interface import (
    ChannelUnavailable,
    NotGenuine,
    Notification,
    Order,
    OrderState,
    OutcomeUnknown,
    RefundStanding,
    Standing,
)
from server.payments.channels.table import AlipayTable

log = logging.getLogger(__name__)

BEIJING = timezone(timedelta(hours=8))
CONNECT_S = 4.0
_AMOUNT = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)
DONE, FAILED = "10000", "40004"
NO_TRADE, UNSURE = "ACQ.TRADE_NOT_EXIST", ("20000", "ACQ.SYSTEM_ERROR")
PASSWORD_ASKED = "10003"
# Explicit refusals of a payment code (alipay.trade.pay, 业务错误码). What is not here is looked into:
# TRADE_HAS_SUCCESS and CONTEXT_INCONSISTENT may mean that it was paid.
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
_STANDING = {
    "WAIT_BUYER_PAY": Standing.WAITING,
    "TRADE_SUCCESS": Standing.PAID,
    "TRADE_FINISHED": Standing.PAID,
    "TRADE_CLOSED": Standing.CLOSED,
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
            app_private_key_string=table.app_private_key_file.read_text(),
            alipay_public_key_string=table.alipay_public_key_file.read_text(),
            sign_type="RSA2",
        )
        self._gateway = table.gateway
        self._limits = (CONNECT_S, table.timeout_s)
        self._session = requests.Session()
        self._session.trust_env = False

    def build_body(self, method: str, biz_content: Any = None, **more: Any) -> dict[str, Any]:
        stamp = datetime.now(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        return super().build_body(method, biz_content, **{"timestamp": stamp, **more})

    def verified_sync_response(self, data: dict[str, Any], response_type: str) -> dict[str, Any]:
        signed = dict(parse_qsl(self.sign_data(data), keep_blank_values=True))
        try:
            answer = self._session.post(
                self._gateway,
                params={"charset": "utf-8"},
                data=signed,
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

    def __init__(self, table: AlipayTable) -> None:
        self.simulated = table.simulated
        self._table, self._line = table, _Line(table)

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
        try:
            answer = self._line.server_api("alipay.trade.precreate", content)
        except _NoAnswer as error:
            log.warning("alipay precreate: %s", error)
            failure = OutcomeUnknown if error.sent else ChannelUnavailable
            raise failure(str(error)) from error
        if answer.get("code") == DONE and isinstance(answer.get("qr_code"), str):
            return answer["qr_code"]
        log.warning("alipay precreate: %s %s", answer.get("code"), answer.get("sub_code"))
        if answer.get("code") in UNSURE or answer.get("sub_code") in UNSURE:
            raise OutcomeUnknown(str(answer.get("sub_code")))
        raise ChannelUnavailable(str(answer.get("sub_code")))

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
            return OrderState(Standing.UNKNOWN)
        code, ours = answer.get("code"), answer.get("out_trade_no") == order.out_trade_no
        if code == DONE and ours:
            return _state({**answer, "trade_status": "TRADE_SUCCESS"}, "gmt_payment")
        log.warning("alipay charge: %s %s", code, answer.get("sub_code"))
        if code == PASSWORD_ASKED:
            return OrderState(Standing.WAITING)
        reason = _DECLINED.get(str(answer.get("sub_code"))) if code == FAILED else None
        return OrderState(Standing.DECLINED if reason else Standing.UNKNOWN, reason=reason or "")

    def reverse(self, out_trade_no: str) -> OrderState:
        """What a query says after the cancellation is the truth; ``retry_flag`` Y: it was not done."""
        try:
            answer = self._line.server_api("alipay.trade.cancel", {"out_trade_no": out_trade_no})
        except _NoAnswer as error:
            log.warning("alipay cancel: %s", error)
            return OrderState(Standing.UNKNOWN)
        known = self.query(out_trade_no)
        done = answer.get("code") == DONE and answer.get("retry_flag") != "Y"
        if known.standing is Standing.NOT_FOUND and done:
            return OrderState(Standing.CLOSED)
        return known

    def query(self, out_trade_no: str) -> OrderState:
        try:
            answer = self._line.server_api("alipay.trade.query", {"out_trade_no": out_trade_no})
        except _NoAnswer as error:
            log.warning("alipay query: %s", error)
            return OrderState(Standing.UNKNOWN)
        if answer.get("sub_code") == NO_TRADE:
            return OrderState(Standing.NOT_FOUND)
        if answer.get("code") != DONE or answer.get("out_trade_no") != out_trade_no:
            return OrderState(Standing.UNKNOWN)
        return _state(answer, "send_pay_date")

    def close(self, out_trade_no: str) -> OrderState:
        """Cancelling pays back what was paid, so it is asked first whether it was; the cancellation
        is needed for codes that nobody scanned yet, which cannot be closed."""
        known = self.query(out_trade_no)
        if known.standing not in (Standing.WAITING, Standing.NOT_FOUND):
            return known
        method = (
            "alipay.trade.close" if known.standing is Standing.WAITING else "alipay.trade.cancel"
        )
        try:
            answer = self._line.server_api(method, {"out_trade_no": out_trade_no})
        except _NoAnswer as error:
            log.warning("%s: %s", method, error)
            return OrderState(Standing.UNKNOWN)
        known = self.query(out_trade_no)
        if known.standing is Standing.NOT_FOUND and answer.get("code") == DONE:
            return OrderState(Standing.CLOSED)
        return known

    def refund(
        self, out_trade_no: str, refund_no: str, amount_minor: int, total_minor: int, reason: str
    ) -> RefundStanding:
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
            return RefundStanding.UNKNOWN
        done = answer.get("code") == DONE and answer.get("fund_change") == "Y"
        return RefundStanding.DONE if done else RefundStanding.UNKNOWN

    def query_refund(self, out_trade_no: str, refund_no: str) -> RefundStanding:
        content = {"out_trade_no": out_trade_no, "out_request_no": refund_no}
        try:
            answer = self._line.server_api("alipay.trade.fastpay.refund.query", content)
        except _NoAnswer:
            return RefundStanding.UNKNOWN
        if answer.get("code") != DONE:
            return RefundStanding.UNKNOWN
        done = answer.get("refund_status") == "REFUND_SUCCESS"
        return RefundStanding.DONE if done else RefundStanding.NOT_FOUND

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notification:
        try:
            told = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True))
            signature = told.pop("sign")
            if not self._line.verify(dict(told), signature):
                raise NotGenuine("signature")
        except NotGenuine:
            raise
        except Exception as error:  # the library raises what it likes on what it cannot read
            raise NotGenuine(f"content: {type(error).__name__}") from error
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
    """Only a complete, explicit answer counts; anything else is UNKNOWN."""
    standing = _STANDING.get(str(content.get("trade_status")), Standing.UNKNOWN)
    if standing is not Standing.PAID:
        return OrderState(standing)
    try:
        paid_at = datetime.fromisoformat(f"{content[paid_at_key]}+08:00")
        return OrderState(
            Standing.PAID,
            str(content["trade_no"]),
            fen(str(content["total_amount"])),
            paid_at,
        )
    except (KeyError, TypeError, ValueError):
        return OrderState(Standing.UNKNOWN)


def create(table: Mapping[str, Any]) -> AlipayChannel:
    """Raises ConfigMistake naming the key."""
    return AlipayChannel(parse_section(AlipayTable, table, "server.toml: channels.alipay"))
