"""Refusals in the contract's words, in both languages. A kiosk never sees a traceback."""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from contract.messages import ApiError, ErrorCode, Text
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.unit_accounts import BillNotFound, UnitNotFound
from server.payments.channels.interface import ChannelUnavailable, OutcomeUnknown
from server.payments.initiation import (
    AmountChanged,
    BillUnknown,
    IdempotencyConflict,
    SimulatedMoney,
)
from server.payments.journal.intake import JournalBroken, JournalGap, JournalNotSigned
from server.payments.payment_codes import OtherWallet

log = logging.getLogger(__name__)

_E = ErrorCode
TEXTS: dict[ErrorCode, tuple[int, Text]] = {
    _E.BAD_REQUEST: (422, Text(zh="请求内容不对", en="The request is not well-formed")),
    _E.NOT_SIGNED: (401, Text(zh="请求没有有效签名", en="The request is not validly signed")),
    _E.KEY_UNKNOWN: (
        401,
        Text(
            zh="服务器不认识这把密钥,请在后台重新配对终端",
            en="This key is not known here; pair the kiosk again",
        ),
    ),
    _E.CLOCK: (401, Text(zh="终端时钟不准", en="The kiosk's clock is off")),
    _E.REPLAYED: (401, Text(zh="请求已用过", en="This request was made before")),
    _E.PAIRING_CODE: (
        403,
        Text(
            zh="配对码无效、已用过或已过期,请在后台重新生成",
            en="The pairing code is unknown, used or expired; make a new one in the back office",
        ),
    ),
    _E.NOT_FOUND: (404, Text(zh="没有找到", en="Not found")),
    _E.UNIT_NOT_FOUND: (404, Text(zh="没有这个房号,请核对", en="No such unit. Please check")),
    _E.SECOND_FACTOR_NEEDED: (
        403,
        Text(zh="请输入手机号后四位", en="Please enter the last four digits of the phone"),
    ),
    _E.SECOND_FACTOR_WRONG: (
        403,
        Text(zh="手机号后四位不对", en="The last four digits do not match"),
    ),
    _E.RATE_LIMITED: (429, Text(zh="查询太频繁,请稍候", en="Too many lookups; please wait")),
    _E.BILL_PAID: (409, Text(zh="这笔账单已缴清", en="This bill is paid")),
    _E.BILL_LEASED: (
        409,
        Text(zh="这笔账单正在被支付", en="Somebody is paying this bill at the moment"),
    ),
    _E.AMOUNT_CHANGED: (
        409,
        Text(zh="账单金额有变化,请重新查询", en="The amount has changed; look it up again"),
    ),
    _E.IDEMPOTENCY_CONFLICT: (
        409,
        Text(zh="同一编号的另一笔请求", en="Another request was made under this id"),
    ),
    _E.SIMULATED_MONEY: (
        403,
        Text(zh="正式小区不接受模拟付款", en="Simulated money is for test communities only"),
    ),
    _E.CHANNEL_UNAVAILABLE: (
        409,
        Text(zh="这种付款方式暂时不能用", en="This way of paying is not available now"),
    ),
    _E.CHANNEL_SILENT: (
        503,
        Text(zh="支付渠道没有回应", en="The payment channel does not answer"),
    ),
    _E.JOURNAL_GAP: (409, Text(zh="日志缺少前面的条目", en="Earlier journal entries are missing")),
    _E.JOURNAL_BROKEN: (
        409,
        Text(zh="日志与已收到的不一致", en="The journal contradicts what was received"),
    ),
    _E.JOURNAL_NOT_SIGNED: (
        409,
        Text(zh="日志没有本终端的签名", en="The journal is not signed by this kiosk"),
    ),
    _E.KIOSK_STOPPED: (
        403,
        Text(
            zh="终端已停止收款,请联系管理员重新配对或启用",
            en="This kiosk takes no more money; staff must pair it again or switch it on",
        ),
    ),
    _E.INTERNAL: (503, Text(zh="服务暂时不可用", en="The service is not available now")),
}


class Refusal(Exception):
    """Ends a request with this error."""

    def __init__(self, code: ErrorCode, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def response(code: ErrorCode, **details: Any) -> HttpResponse:
    status, text = TEXTS[code]
    error = ApiError(code=code, message=text, details=details)
    return HttpResponse(error.model_dump_json(), "application/json", status)


def install(api: NinjaAPI) -> None:
    """Every exception that a call may end in becomes an ApiError."""

    def on(kind: type[Exception], code: ErrorCode, details: Any = lambda error: {}) -> None:
        def answer(request: HttpRequest, error: Exception) -> HttpResponse:
            return response(code, **details(error))

        api.add_exception_handler(kind, answer)

    def where(error: Exception) -> dict[str, Any]:
        problems = getattr(error, "errors", [])
        return {"fields": [".".join(map(str, p["loc"])) + ": " + p["msg"] for p in problems[:10]]}

    def paid_on(error: Exception) -> dict[str, Any]:
        bill = getattr(error, "bill", None)
        day = bill.paid_on if bill else None
        return {"bill": bill.number if bill else "", "paid_on": day.isoformat() if day else ""}

    on(ValidationError, _E.BAD_REQUEST, where)
    on(RequestDataTooBig, _E.BAD_REQUEST)
    on(UnreadablePostError, _E.BAD_REQUEST)  # whoever sent it went away
    on(HttpError, _E.BAD_REQUEST)
    on(UnitNotFound, _E.UNIT_NOT_FOUND)
    on(BillNotFound, _E.NOT_FOUND)
    on(BillUnknown, _E.NOT_FOUND)
    on(BillNotOpen, _E.BILL_PAID, paid_on)
    on(BillLeased, _E.BILL_LEASED)
    on(AmountChanged, _E.AMOUNT_CHANGED)
    on(IdempotencyConflict, _E.IDEMPOTENCY_CONFLICT)
    on(OtherWallet, _E.BAD_REQUEST)
    on(SimulatedMoney, _E.SIMULATED_MONEY)
    on(ChannelUnavailable, _E.CHANNEL_UNAVAILABLE)
    on(OutcomeUnknown, _E.CHANNEL_SILENT)
    on(JournalGap, _E.JOURNAL_GAP, lambda e: {"acknowledged": e.acknowledged})
    on(JournalBroken, _E.JOURNAL_BROKEN)
    on(JournalNotSigned, _E.JOURNAL_NOT_SIGNED)

    def refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
        return response(error.code, **error.details)

    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        log.exception("request failed: %s", request.path)
        return response(_E.INTERNAL)

    api.add_exception_handler(Refusal, refusal)
    api.add_exception_handler(Exception, unexpected)
