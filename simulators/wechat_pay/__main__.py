"""``python -m simulators.wechat_pay --bind HOST:PORT --keys DIR --state FILE``: WeChat Pay, API v3.

Native orders, H5 orders (a page in the browser), JSAPI orders (in WeChat's own window, with its OAuth
page and its bridge), payment codes, query, close, reversal, refunds, signed and encrypted notifications.
``/phone`` is the resident's phone; ``GET /admin/orders`` the books; ``POST /admin/faults``
makes things go wrong; ``POST /admin/password {"above_minor"}`` says above which amount a charged phone
asks for its password.
"""

import json
import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract.messages import Method
from simulators.channel_keys import APPID, MCHID, account_secret
from simulators.payment_channel import browser
from simulators.payment_channel.books import NotPossible, Ordered
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.faults import Faults
from simulators.payment_channel.notifier import Notifier
from simulators.payment_channel.site import Answer, Site, wallet_options
from simulators.wechat_pay import bills
from simulators.wechat_pay.signing import Signing
from simulators.wechat_pay.window import MARK, Window, prepay_id

SCANNED = "weixin://wxpay/bizpayurl?pr="
BEIJING = timezone(timedelta(hours=8))
_ORDERS = "/v3/pay/transactions/out-trade-no/"
_REFUNDS = "/v3/refund/domestic/refunds"
_STATES = {"waiting": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}
_STATES_CHARGED = {
    "asking": "USERPAYING",
    "refused": "PAYERROR",
    "paid": "SUCCESS",
    "closed": "REVOKED",
    "reversed": "REVOKED",
}
_NO = {  # our reason -> (status, WeChat Pay's code)
    "not_found": (404, "ORDER_NOT_EXIST"),
    "other_amount": (403, "OUT_TRADE_NO_USED"),
    "closed": (400, "ORDER_CLOSED"),
    "paid": (400, "ORDERPAID"),
    "not_paid": (400, "INVALID_REQUEST"),
    "too_much": (400, "INVALID_REQUEST"),
    "number_used": (403, "OUT_TRADE_NO_USED"),
    "code_invalid": (400, "AUTH_CODE_INVALID"),
    "code_used": (400, "AUTH_CODE_INVALID"),
    "code_expired": (400, "AUTH_CODE_EXPIRED"),
    "paying": (400, "USERPAYING"),
    "no_bill": (400, "NO_STATEMENT_EXIST"),
}


class WeChatPay:
    def __init__(
        self, books: ChargingBooks, signing: Signing, faults: Faults, window: Window
    ) -> None:
        self._books, self._signing, self._faults = books, signing, faults
        self._bills = bills.Bills(books)
        self.window = window

    def api(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if target.startswith(("/connect/", "/sns/")):
            return self.window.oauth.answer(target, headers)
        authorization = headers.get("authorization", "")
        if not self._signing.is_the_merchants(method, target, authorization, body):
            return self._signed(401, {"code": "SIGN_ERROR", "message": "签名错误"})
        try:
            path = urlsplit(target).path
            if path == bills.FETCHED:
                return 200, {"Content-Type": "text/plain"}, self._bills.file(target)
            if path == bills.ASKED:
                return self._signed(200, self._bills.told(target, headers["host"]))
            if path.endswith(("/reverse", "/close")):
                return self._signed(*self._end(method, path, target, body))
            return self._signed(*self._call(method, path, target, body, headers.get("host", "")))
        except NotPossible as no:
            status, code = _NO[no.code]
            return self._signed(status, {"code": code, "message": no.code})
        except (KeyError, ValueError, TypeError) as error:
            return self._signed(400, {"code": "PARAM_ERROR", "message": str(error)})

    def _signed(self, status: int, content: dict[str, Any] | None) -> Answer:
        body = json.dumps(content, ensure_ascii=False).encode() if content is not None else b""
        return status, {"Content-Type": "application/json", **self._signing.headers(body)}, body

    def _call(
        self, method: str, path: str, target: str, body: bytes, host: str = ""
    ) -> tuple[int, dict[str, Any] | None]:
        told = json.loads(body) if body else {}
        if (method, path) == ("POST", "/v3/pay/transactions/native"):
            return 200, {"code_url": self._order(told).code_url}
        if (method, path) == ("POST", "/v3/pay/transactions/h5"):
            return 200, {"h5_url": self._page(told, host)}
        if (method, path) == ("POST", "/v3/pay/transactions/jsapi"):
            named = self.window.name_of(told["payer"]["openid"])
            return 200, {"prepay_id": prepay_id(self._order(told, named))}
        if (method, path) == ("POST", "/v3/pay/transactions/codepay"):
            return self._charge(told)
        if path.startswith(_ORDERS) and path.endswith("/reverse") and method == "POST":
            return 200, self._reverse(path[len(_ORDERS) : -len("/reverse")], told)
        if path.startswith(_ORDERS) and path.endswith("/close") and method == "POST":
            self._books.close(path[len(_ORDERS) : -len("/close")])
            return 204, None
        if path.startswith(_ORDERS) and method == "GET":
            if parse_qs(urlsplit(target).query).get("mchid") != [MCHID]:
                raise ValueError("mchid")
            return 200, transaction(self._books.must(path[len(_ORDERS) :]))
        if (method, path) == ("POST", _REFUNDS):
            return 200, self._refund(told)
        if path.startswith(_REFUNDS + "/") and method == "GET":
            known = self._books.find_refund(path[len(_REFUNDS) + 1 :])
            if known is None:
                return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"}
            amount = {"refund": known[0], "currency": "CNY"}
            return 200, {"status": "SUCCESS", "refund_id": known[1], "amount": amount}
        return 404, {"code": "NOT_FOUND", "message": path}

    def _end(
        self, method: str, path: str, target: str, body: bytes
    ) -> tuple[int, dict[str, Any] | None]:
        """A close or a reversal; with a fault nobody can tell by its answer whether it was done."""
        unsure = 500, {"code": "SYSTEM_ERROR", "message": "系统异常"}
        if self._faults.take("end_unsure"):
            return unsure
        answer = self._call(method, path, target, body)
        return unsure if self._faults.take("end_done_unsure") else answer

    def _charge(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """202 while the payer is asked for the password; no notification ever follows."""
        total = _total(told)
        if not told["scene_info"]["store_info"]:
            raise ValueError("scene_info.store_info")
        if "notify_url" in told:
            raise ValueError("notify_url")
        code = told["payer"]["auth_code"]
        order = self._books.charge(told["out_trade_no"], code, total, told["description"], "")
        return (202 if order.state == "asking" else 200), transaction(order)

    def _reverse(self, out_trade_no: str, told: dict[str, Any]) -> dict[str, Any]:
        _check_merchant(told)
        if not self._books.must(out_trade_no).charged:
            raise ValueError("it was not paid by payment code")
        if self._faults.take("reverse_refused"):
            raise NotPossible("paying")
        self._books.reverse(out_trade_no)
        return {"appid": APPID, "mchid": MCHID, "out_trade_no": out_trade_no}

    def _page(self, told: dict[str, Any], host: str) -> str:
        scene = told["scene_info"]
        if not scene["payer_client_ip"] or scene["h5_info"]["type"] not in (
            "iOS",
            "Android",
            "Wap",
        ):
            raise ValueError("scene_info")
        return browser.address(host, self._order(told, browser.MARK).code_url)

    def _order(self, told: dict[str, Any], named: str = "") -> Ordered:
        total, amount = _total(told), told["amount"]
        made = self._books.order(
            told["out_trade_no"],
            total,
            amount.get("currency", "CNY"),
            told["description"],
            datetime.fromisoformat(told["time_expire"]),
            told["notify_url"],
            named,
        )
        if not made.code_url.startswith(named or SCANNED):
            raise NotPossible("number_used")  # by another kind of order, or for another payer
        return made

    def _refund(self, told: dict[str, Any]) -> dict[str, Any]:
        refund_id = self._books.refund(
            told["out_trade_no"], told["out_refund_no"], told["amount"]["refund"]
        )
        return {
            "refund_id": refund_id,
            "out_refund_no": told["out_refund_no"],
            "out_trade_no": told["out_trade_no"],
            "status": "SUCCESS",
        }

    def notification(self, order: Ordered) -> tuple[dict[str, str], bytes]:
        content = {
            "id": secrets.token_hex(16),
            "create_time": datetime.now(BEIJING).isoformat(timespec="seconds"),
            "resource_type": "encrypt-resource",
            "event_type": "TRANSACTION.SUCCESS",
            "summary": "支付成功",
            "resource": self._signing.encrypted(transaction(order)),
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        return {"Content-Type": "application/json", **self._signing.headers(body)}, body


def _check_merchant(told: dict[str, Any]) -> None:
    if told["mchid"] != MCHID or told["appid"] != APPID:
        raise ValueError("mchid or appid")


def _total(told: dict[str, Any]) -> int:
    _check_merchant(told)
    total = told["amount"]["total"]
    if type(total) is not int or total <= 0:
        raise ValueError("amount.total")
    return total


def new_code() -> str:
    """18 digits that begin with 10 to 15 (rules of payment codes)."""
    return f"1{secrets.randbelow(6)}{secrets.randbelow(10**16):016d}"


def transaction(order: Ordered) -> dict[str, Any]:
    """A transaction as queries and notifications tell it."""
    states = _STATES_CHARGED if order.charged else _STATES
    refunded = order.refunded_minor and order.state == "paid"
    told: dict[str, Any] = {
        "appid": APPID,
        "mchid": MCHID,
        "out_trade_no": order.out_trade_no,
        "trade_state": "REFUND" if refunded else states[order.state],
        "trade_type": _trade_type(order),
        "amount": {
            "total": order.amount_minor,
            "payer_total": order.amount_minor,
            "currency": order.currency,
            "payer_currency": order.currency,
        },
    }
    if order.state == "paid":
        paid_at = datetime.fromisoformat(order.paid_at).astimezone(BEIJING)
        told |= {
            "transaction_id": order.transaction_id,
            "success_time": paid_at.isoformat(timespec="seconds"),
        }
    return told


def _trade_type(order: Ordered) -> str:
    if order.charged:
        return "MICROPAY"
    if order.code_url.startswith(MARK):
        return "JSAPI"
    return "MWEB" if order.code_url.startswith(browser.MARK) else "NATIVE"


def main() -> None:
    options = wallet_options(__doc__ or "")
    faults = Faults()
    books = ChargingBooks(
        options.state,
        lambda: datetime.now(UTC),
        "waiting",
        SCANNED,
        new_code,
        options.password_above * 100,
    )
    signing = Signing(options.keys, faults)
    window = Window(books, signing, account_secret(options.keys).read_text().strip())
    channel = WeChatPay(books, signing, faults, window)
    notifier = Notifier(channel.notification, lambda status, _: status == 200, faults)
    site = Site(Method.WECHAT, books, faults, notifier, channel.api)
    site.bridge = window.bridge
    site.serve(options.bind)


if __name__ == "__main__":
    main()
