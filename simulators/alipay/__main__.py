"""``python -m simulators.alipay --bind HOST:PORT --keys DIR --state FILE``: Alipay's gateway.do.

Precreate, wap pay (a page in the browser), pay (by the phone's code), query, cancel, close, refund,
refund query, signed notifications.
As at Alipay, a precreated trade exists only once its code was scanned. ``/phone`` is the resident's
phone; ``GET /admin/orders`` the books; ``POST /admin/faults`` makes things go wrong; ``POST
/admin/password {"above_minor"}`` says above which amount a charged phone asks for its password.
"""

import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from contract.messages import Method
from contract.money import Money
from simulators.alipay.signing import Signing
from simulators.channel_keys import ALIPAY_APP_ID, ALIPAY_SELLER_ID
from simulators.payment_channel import browser
from simulators.payment_channel.books import NotPossible, Ordered
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.faults import Faults
from simulators.payment_channel.notifier import Notifier
from simulators.payment_channel.site import Answer, Site, wallet_options

BEIJING = timezone(timedelta(hours=8))
STAMP = "%Y-%m-%d %H:%M:%S"
_WAP = "alipay.trade.wap.pay"
CLOCK_TOLERANCE = timedelta(minutes=15)
_STATUS = {
    "waiting": "WAIT_BUYER_PAY",
    "asking": "WAIT_BUYER_PAY",
    "refused": "WAIT_BUYER_PAY",  # until it is cancelled or its time is over
    "paid": "TRADE_SUCCESS",
    "closed": "TRADE_CLOSED",
    "reversed": "TRADE_CLOSED",
}
_NO = {
    "not_found": "ACQ.TRADE_NOT_EXIST",
    "other_amount": "ACQ.CONTEXT_INCONSISTENT",
    "closed": "ACQ.TRADE_HAS_CLOSE",
    "paid": "ACQ.TRADE_HAS_SUCCESS",
    "not_paid": "ACQ.TRADE_STATUS_ERROR",
    "too_much": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "number_used": "ACQ.CONTEXT_INCONSISTENT",
    "code_invalid": "ACQ.PAYMENT_AUTH_CODE_INVALID",
    "code_used": "ACQ.PAYMENT_AUTH_CODE_INVALID",
    "code_expired": "ACQ.AUTH_CODE_INVALID_OR_EXPIRE",
}


class Alipay:
    def __init__(
        self,
        books: ChargingBooks,
        signing: Signing,
        faults: Faults,
        tell: Callable[[Ordered], None],
    ) -> None:
        self._books, self._signing, self._faults, self._tell = books, signing, faults, tell
        self._calls: dict[str, Callable[[dict[str, Any], dict[str, str]], dict[str, Any]]] = {
            "alipay.trade.precreate": self._precreate,
            "alipay.trade.pay": self._pay,
            "alipay.trade.query": self._query,
            "alipay.trade.cancel": self._cancel,
            "alipay.trade.close": self._close,
            "alipay.trade.refund": self._refund,
            "alipay.trade.fastpay.refund.query": self._refund_query,
        }

    def api(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(target)
        if parts.path != "/gateway.do":
            return 404, {"Content-Type": "text/plain"}, b"not here"
        told = dict(parse_qsl(parts.query, keep_blank_values=True))
        told |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        name = told.get("method", "")
        if name == _WAP and method == "GET":
            return self._page(told)
        answer = self._judged(told, name)
        key = "error_response" if name not in self._calls else name.replace(".", "_") + "_response"
        content = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        signature = self._signing.sign(content.encode())
        whole = f'{{"{key}":{content},"sign":"{signature}"}}'
        return 200, {"Content-Type": "text/html;charset=utf-8"}, whole.encode()

    def _judged(self, told: dict[str, str], name: str) -> dict[str, Any]:
        if not self._signing.is_the_apps(told):
            return _no("40002", "isv.invalid-signature")
        if told.get("app_id") != ALIPAY_APP_ID:
            return _no("40002", "isv.invalid-app-id")
        if not _is_now(told.get("timestamp", "")):
            return _no("40002", "isv.invalid-timestamp")
        if name not in self._calls:
            return _no("40004", "isv.invalid-method")
        try:
            return {
                "code": "10000",
                "msg": "Success",
                **self._calls[name](json.loads(told["biz_content"]), told),
            }
        except NotPossible as no:
            if no.code == "unsure":
                return _no("20000", "ACQ.SYSTEM_ERROR")
            return _no("40004", _NO[no.code])
        except (KeyError, ValueError, ArithmeticError):
            return _no("40002", "isv.invalid-parameter")

    def _page(self, told: dict[str, str]) -> Answer:
        """A signed address that the payer's browser opens: only then is there a trade, and only until
        its time is over."""
        try:
            if not self._signing.is_the_apps(told) or told.get("app_id") != ALIPAY_APP_ID:
                raise ValueError("sign")
            content = json.loads(told["biz_content"])
            if content["product_code"] != "QUICK_WAP_PAY" or content["quit_url"] == "":
                raise ValueError("product_code or quit_url")
            order = self._books.find(content["out_trade_no"])
            expires_at = datetime.fromisoformat(content["time_expire"] + "+08:00")
            if order is None and expires_at > datetime.now(UTC):
                order = self._precreated(content, told, browser.MARK)
            code, back = order.code_url if order else "", told.get("return_url", "")
            if order and order.state == "unscanned":
                self._books.scan(order.out_trade_no)
        except (NotPossible, KeyError, ValueError, ArithmeticError) as error:
            return 400, {"Content-Type": "text/plain"}, f"illegal sign or content: {error}".encode()
        shown = browser.page(Method.ALIPAY, self._books, code, back)
        return 200, {"Content-Type": "text/html; charset=utf-8"}, shown.encode()

    def _precreate(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        order = self._precreated(content, told)
        return {"out_trade_no": order.out_trade_no, "qr_code": order.code_url}

    def _precreated(
        self, content: dict[str, Any], told: dict[str, str], named: str = ""
    ) -> Ordered:
        if content["seller_id"] != ALIPAY_SELLER_ID:
            raise ValueError("seller_id")
        return self._books.order(
            content["out_trade_no"],
            fen(content["total_amount"]),
            "CNY",
            content["subject"],
            datetime.fromisoformat(content["time_expire"] + "+08:00"),
            told["notify_url"],
            named,
        )

    def _pay(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        """Code 10003 while the payer is asked for the password."""
        if content["scene"] != "bar_code" or content["seller_id"] != ALIPAY_SELLER_ID:
            raise ValueError("scene or seller_id")
        amount = fen(content["total_amount"])
        number, code = content["out_trade_no"], content["auth_code"]
        order = self._books.charge(number, code, amount, content["subject"], told["notify_url"])
        if order.state == "asking":
            return {"code": "10003", "msg": "order success pay inprocess", "out_trade_no": number}
        self._tell(order)
        answer = trade(order) | {"gmt_payment": _stamp(order.paid_at)}
        del answer["trade_status"]
        return answer

    def _trade(self, content: dict[str, Any]) -> Ordered:
        order = self._books.must(content["out_trade_no"])
        if order.state == "unscanned":
            raise NotPossible("not_found")
        return order

    def _query(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        order = self._trade(content)
        return trade(order) | ({"send_pay_date": _stamp(order.paid_at)} if order.paid_at else {})

    def _cancel(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        """Ends an order in whatever state; what was paid goes back."""
        number = content["out_trade_no"]
        if self._faults.take("reverse_refused"):
            return {"out_trade_no": number, "retry_flag": "Y"}
        order = self._books.find(number)
        if (order is None or order.state == "unscanned") and self._faults.take("not_there"):
            raise NotPossible("not_found")
        if self._faults.take("end_unsure"):
            raise NotPossible("unsure")
        action = ""
        if order:
            action = "refund" if order.state == "paid" else "close"
            self._books.reverse(number)
        if self._faults.take("end_done_unsure"):
            raise NotPossible("unsure")
        return {"out_trade_no": number, "retry_flag": "N", "action": action}

    def _close(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        order = self._books.close(self._trade(content).out_trade_no)
        return {"out_trade_no": order.out_trade_no}

    def _refund(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        number = content["out_trade_no"]
        again = self._books.find_refund(content["out_request_no"]) is not None
        amount = fen(content["refund_amount"])
        self._books.refund(number, content["out_request_no"], amount)
        return {
            "out_trade_no": number,
            "fund_change": "N" if again else "Y",
            "refund_fee": content["refund_amount"],
        }

    def _refund_query(self, content: dict[str, Any], told: dict[str, str]) -> dict[str, Any]:
        known = self._books.find_refund(content["out_request_no"])
        if known is None:
            return {}
        return {
            "out_request_no": content["out_request_no"],
            "refund_status": "REFUND_SUCCESS",
            "refund_amount": yuan(known[0]),
        }


def notification(order: Ordered, signing: Signing) -> tuple[dict[str, str], bytes]:
    told = {
        "notify_type": "trade_status_sync",
        "notify_time": datetime.now(BEIJING).strftime(STAMP),
        "app_id": ALIPAY_APP_ID,
        "seller_id": ALIPAY_SELLER_ID,
        "charset": "utf-8",
        "version": "1.0",
        "sign_type": "RSA2",
        "gmt_payment": _stamp(order.paid_at),
        "subject": order.subject,
        **trade(order),
    }
    if order.refunded_minor:
        told |= {"refund_fee": yuan(order.refunded_minor), "gmt_refund": told["notify_time"]}
    told["sign"] = signing.sign_notification(told)
    return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(told).encode()


def trade(order: Ordered) -> dict[str, Any]:
    return {
        "out_trade_no": order.out_trade_no,
        "trade_no": order.transaction_id or f"2026{order.out_trade_no[:24]}",
        "trade_status": "TRADE_CLOSED" if _all_back(order) else _STATUS[order.state],
        "total_amount": yuan(order.amount_minor),
    }


def _all_back(order: Ordered) -> bool:
    return order.state == "paid" and order.refunded_minor >= order.amount_minor


def new_code() -> str:
    """16 to 24 digits that begin with 25 to 30 (rules of payment codes)."""
    return f"{25 + secrets.randbelow(6)}{secrets.randbelow(10**16):016d}"


def yuan(minor: int) -> str:
    return str(Money(minor).decimal)


def fen(text: str) -> int:
    """Raises ValueError for anything that is not yuan with at most two decimals."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", text, re.ASCII) is None:
        raise ValueError(f"{text!r} is not an amount in yuan and fen")
    return Money.of(Decimal(text), "CNY").minor


def _stamp(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(BEIJING).strftime(STAMP)


def _is_now(stamp: str) -> bool:
    """Stamps are Beijing time; a merchant in another zone who forgets that is found out here."""
    try:
        moment = datetime.fromisoformat(f"{stamp}+08:00")
    except ValueError:
        return False
    return abs(datetime.now(UTC) - moment) <= CLOCK_TOLERANCE


def _no(code: str, sub_code: str) -> dict[str, Any]:
    return {"code": code, "msg": "Business Failed", "sub_code": sub_code, "sub_msg": sub_code}


def main() -> None:
    options = wallet_options(__doc__ or "")
    faults = Faults()
    books = ChargingBooks(
        options.state,
        lambda: datetime.now(UTC),
        "unscanned",
        "https://qr.alipay.com/bax",
        new_code,
        options.password_above * 100,
    )

    def accepted(status: int, body: bytes) -> bool:
        return status == 200 and body.strip() == b"success"

    signing = Signing(options.keys, faults)
    notifier = Notifier(lambda order: notification(order, signing), accepted, faults)
    channel = Alipay(books, signing, faults, notifier.tell)
    site = Site(Method.ALIPAY, books, faults, notifier, channel.api, tells_of_refunds=True)
    site.serve(options.bind)


if __name__ == "__main__":
    main()
