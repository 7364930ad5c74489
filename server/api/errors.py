"""Refusals in the contract's words, in both languages. A kiosk never sees a traceback."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from contract.messages import ApiError, ErrorCode
from server.billing.credit import TooLittleCredit
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.unit_accounts import BillNotFound, UnitNotFound
from server.fleet.heartbeats import Replayed
from server.language import both
from server.payments.channels.interface import ChannelUnavailable, OutcomeUnknown
from server.payments.initiation import (
    IdempotencyConflict,
    RefusedBefore,
    SimulatedMoney,
)
from server.payments.journal.intake import JournalBroken, JournalGap, JournalNotSigned
from server.payments.order_checks import AmountChanged, BillUnknown, NotAtNight
from server.payments.payment_codes import OtherWallet

log = logging.getLogger(__name__)

_E = ErrorCode
TEXTS: dict[ErrorCode, tuple[int, str | Promise]] = {
    _E.BAD_REQUEST: (422, _("The request is not well-formed")),
    _E.NOT_SIGNED: (401, _("The request is not validly signed")),
    _E.KEY_UNKNOWN: (
        401,
        _("This key is not known here; pair the kiosk again"),
    ),
    _E.CLOCK: (401, _("The kiosk's clock is off")),
    _E.REPLAYED: (401, _("This request was made before")),
    _E.PAIRING_CODE: (
        403,
        _("The pairing code is unknown, used or expired; make a new one in the back office"),
    ),
    _E.NOT_FOUND: (404, _("Not found")),
    _E.UNIT_NOT_FOUND: (404, _("No such unit. Please check")),
    _E.SECOND_FACTOR_NEEDED: (
        403,
        _("Please enter the last four digits of the phone"),
    ),
    _E.SECOND_FACTOR_WRONG: (
        403,
        _("The last four digits do not match"),
    ),
    _E.NO_PHONE: (403, _("No phone of this unit is known; a bill of it proves who asks")),
    _E.RATE_LIMITED: (429, _("Too many lookups; please wait")),
    _E.BILL_PAID: (409, _("This bill is paid")),
    _E.BILL_LEASED: (
        409,
        _("Somebody is paying this bill at the moment"),
    ),
    _E.AMOUNT_CHANGED: (
        409,
        _("The amount has changed; look it up again"),
    ),
    _E.CREDIT_TOO_LITTLE: (
        409,
        _("There is less credit by now; look it up again"),
    ),
    _E.IDEMPOTENCY_CONFLICT: (
        409,
        _("Another request was made under this id"),
    ),
    _E.SIMULATED_MONEY: (
        403,
        _("Simulated money is for test communities only"),
    ),
    _E.CHANNEL_UNAVAILABLE: (
        409,
        _("This way of paying is not available now"),
    ),
    _E.CHANNEL_SILENT: (503, _("The payment channel does not answer")),
    _E.JOURNAL_GAP: (409, _("Earlier journal entries are missing")),
    _E.JOURNAL_BROKEN: (
        409,
        _("The journal contradicts what was received"),
    ),
    _E.JOURNAL_NOT_SIGNED: (
        409,
        _("The journal is not signed by this kiosk"),
    ),
    _E.KIOSK_STOPPED: (
        403,
        _("This kiosk takes no more money; staff must pair it again or switch it on"),
    ),
    _E.INTERNAL: (503, _("The service is not available now")),
}


class Refusal(Exception):
    """Ends a request with this error."""

    def __init__(self, code: ErrorCode, **details: Any) -> None:
        super().__init__(code)
        self.code, self.details = code, details


def response(code: ErrorCode, **details: Any) -> HttpResponse:
    status, text = TEXTS[code]
    error = ApiError(code=code, message=both(text), details=details)
    return HttpResponse(error.model_dump_json(), "application/json", status)


def _refused_before(
    request: HttpRequest, confirm: Callable[[HttpRequest], object]
) -> HttpResponse | None:
    """Of a call whose nonce is used up with what it says, which nothing keeps now: it counts as used."""
    nonce = getattr(request, "nonce", None)
    if nonce is None:
        return None
    try:
        confirm(request)
        nonce.use()
    except Replayed:
        return response(_E.REPLAYED)
    except Refusal as refused:
        return response(refused.code, **refused.details)
    except DatabaseError:
        log.exception("request failed: %s", request.path)
        return response(_E.INTERNAL)
    return None


def install(api: NinjaAPI, confirm: Callable[[HttpRequest], object]) -> None:
    """Every exception that a call may end in becomes an ApiError. ``confirm``: of a call that is not
    understood, whether it may be told so; raises Refusal and Replayed."""

    def on(kind: type[Exception], code: ErrorCode, details: Any = lambda error: {}) -> None:
        def answer(request: HttpRequest, error: Exception) -> HttpResponse:
            before = _refused_before(request, confirm) if code is _E.BAD_REQUEST else None
            return before or response(code, **details(error))

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
    on(TooLittleCredit, _E.CREDIT_TOO_LITTLE)
    on(IdempotencyConflict, _E.IDEMPOTENCY_CONFLICT)
    on(OtherWallet, _E.BAD_REQUEST)
    on(SimulatedMoney, _E.SIMULATED_MONEY)
    on(ChannelUnavailable, _E.CHANNEL_UNAVAILABLE)
    on(NotAtNight, _E.CHANNEL_UNAVAILABLE, lambda e: {"night": e.why})
    on(OutcomeUnknown, _E.CHANNEL_SILENT)
    on(JournalGap, _E.JOURNAL_GAP, lambda e: {"acknowledged": e.acknowledged})
    on(JournalBroken, _E.JOURNAL_BROKEN)
    on(JournalNotSigned, _E.JOURNAL_NOT_SIGNED)
    on(Replayed, _E.REPLAYED)

    def refused_before(request: HttpRequest, error: RefusedBefore) -> HttpResponse:
        return response(error.code, **({"night": error.night} if error.night else {}))

    api.add_exception_handler(RefusedBefore, refused_before)

    def refusal(request: HttpRequest, error: Refusal) -> HttpResponse:
        return response(error.code, **error.details)

    def unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        log.exception("request failed: %s", request.path)
        return response(_E.INTERNAL)

    api.add_exception_handler(Refusal, refusal)
    api.add_exception_handler(Exception, unexpected)
