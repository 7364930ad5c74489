"""Sample sessions for every screen, as ordinary and as awkward as life: for the gallery and its tests."""

from dataclasses import replace

from contract.day_tally import Vote
from contract.messages import CREDITED, LATE, CardData, Method, PaymentState
from contract.money import Locale
from kiosk.core.model import (
    AS_USUAL,
    PHONE,
    Access,
    CardProgress,
    Lobby,
    Say,
    Screen,
    Session,
    UnitEntry,
    Visit,
)
from kiosk.ui.gallery.credit_scenes import credit_scenes
from kiosk.ui.gallery.empty_lobby_scenes import empty_lobby_scenes, lobby_without_server
from kiosk.ui.gallery.help_scenes import help_scenes
from kiosk.ui.gallery.hours_scenes import hours_scenes
from kiosk.ui.gallery.part_scenes import part_scenes
from kiosk.ui.gallery.samples import (
    ACCOUNT,
    BILLS,
    CODE_URL,
    CONFIG,
    LONG_ACCOUNT,
    MERGED,
    NOW,
    TITLED,
    WALL,
    lobby,
    record,
)
from kiosk.ui.gallery.service_scenes import service_scenes
from kiosk.ui.gallery.staff_scenes import staff_scenes
from kiosk.ui.gallery.unit_samples import numbered

_HINTS = (
    *("too_far", "too_near", "tilted", "blurred", "dark"),
    *("glare", "not_a_bill", "crumpled", "hold_still"),
)


def visit(screen: Screen, **changes) -> Visit:
    numbers = tuple(b.number for b in BILLS)
    base = Visit(number=1, screen=screen, account=ACCOUNT, selected=numbers, touched=NOW)
    return replace(base, **changes)


def session(screen: Screen, *, where: Lobby | None = None, **changes) -> Session:
    return Session(where or lobby(), visit(screen, **changes), now=NOW, wall=WALL)


def paying(method: Method, **changes) -> Session:
    screen = Screen.PAYING_CARD if method is Method.CARD else Screen.PAYING_QR
    payment = record(method, PaymentState.PENDING)
    return session(screen, payment=payment, **changes)


def by_phone(method: Method, **changes) -> Session:
    payment = record(method, PaymentState.PENDING, with_payment_code=True)
    return session(Screen.PAYING_CODE, payment=payment, **changes)


def with_code(**changes) -> dict:
    return {"code_url": CODE_URL, "code_expires": NOW + 161, "code_latest": NOW + 280} | changes


def paid(**changes) -> Session:
    payment = changes.pop("payment", record(Method.WECHAT, PaymentState.APPROVED))
    return session(Screen.PAID, payment=payment, **changes)


ENTRY = UnitEntry(("3", "2", "120"), active=2)
BIG = record(
    Method.ALIPAY,
    PaymentState.PENDING,
    amount_minor=12_345_678,
    unit_label=LONG_ACCOUNT.label,
    payer=LONG_ACCOUNT.payer,
    bills=LONG_ACCOUNT.bills,
)


def _lobby_without_payment_codes() -> Lobby:
    return replace(lobby(), config=CONFIG.model_copy(update={"payment_codes": []}))


def _finding() -> dict[str, Session]:
    phone = replace(ENTRY, phone="01", active=PHONE)
    nobody = {"account": None, "selected": ()}
    return {
        "scan": session(Screen.SCAN, **nobody),
        "scan-read": session(Screen.SCAN, busy=True, **nobody),
        "scan-no-scanner": session(Screen.SCAN, where=lobby(scanner="error"), **nobody),
        **{
            f"scan-{hint.replace('_', '-')}": session(Screen.SCAN, scan_hint=hint, **nobody)
            for hint in _HINTS
        },
        "identify-empty": session(Screen.IDENTIFY, **nobody),
        "identify": session(Screen.IDENTIFY, entry=ENTRY, **nobody),
        **{
            f"identify-{name}": session(Screen.IDENTIFY, where=where, entry=entry, **nobody)
            for name, (where, entry) in numbered(lobby()).items()
        },
        "identify-busy": session(Screen.IDENTIFY, entry=ENTRY, busy=True, **nobody),
        "identify-no-scan": session(
            Screen.IDENTIFY, where=lobby(scanner="error"), entry=ENTRY, **nobody
        ),
        "identify-still-there": session(Screen.IDENTIFY, entry=ENTRY, touched=NOW - 45, **nobody),
        "verify": session(Screen.VERIFY, entry=phone, **nobody),
        "verify-wrong": session(
            Screen.VERIFY, entry=replace(phone, phone=""), say=Say.PHONE_WRONG, **nobody
        ),
        "nothing-due": session(
            Screen.NOTHING_DUE,
            account=ACCOUNT.model_copy(update={"bills": []}),
            selected=(),
            reprint=record(Method.WECHAT, PaymentState.APPROVED),
        ),
        **_gone(),
    }


def _gone() -> dict[str, Session]:
    """Earlier payments that settle no bill: the money goes back, or is credit."""
    back = record(Method.WECHAT, PaymentState.REVERSED, reason=LATE)
    kept = record(Method.ALIPAY, PaymentState.REVERSED, reason=CREDITED)
    nothing = ACCOUNT.model_copy(update={"bills": []})
    one = ACCOUNT.model_copy(update={"bills": BILLS[1:2]})
    due = {"account": ACCOUNT.model_copy(update={"bills": BILLS[2:]}), "selected": ()}
    return {
        "returned": session(Screen.RETURNED, payment=back, looking=True),
        "returned-credited": session(
            Screen.RETURNED, payment=kept, looking=True, account=nothing, selected=()
        ),
        "nothing-due-returned": session(
            Screen.NOTHING_DUE, account=nothing, selected=(), reprint=back
        ),
        "bills-credited": session(Screen.BILLS, account=one, reprint=kept),
        "bills-returned": session(Screen.BILLS, waiting=tuple(BILLS[:2]), held=(back,), **due),
    }


def _waits(state: PaymentState) -> dict:
    """The first two bills may be paid already, by one earlier payment; the third can be chosen."""
    return {
        "account": ACCOUNT.model_copy(update={"bills": BILLS[2:]}),
        "selected": (BILLS[2].number,),
        "waiting": tuple(BILLS[:2]),
        "held": (record(Method.CARD, state, reason="timeout"),),
    }


_NOTHING_ELSE = {"account": ACCOUNT.model_copy(update={"bills": []}), "selected": ()}


def _bills() -> dict[str, Session]:
    every = tuple(b.number for b in LONG_ACCOUNT.bills)
    one = ACCOUNT.model_copy(update={"bills": BILLS[1:2]})
    titled = ACCOUNT.model_copy(update={"bills": TITLED})
    merged = ACCOUNT.model_copy(update={"bills": MERGED})
    return {
        "bills": session(Screen.BILLS, selected=tuple(b.number for b in BILLS[:2])),
        "bills-reprint": session(
            Screen.BILLS, account=one, reprint=record(Method.WECHAT, PaymentState.APPROVED)
        ),
        "bills-one": session(Screen.BILLS, account=one, selected=(BILLS[1].number,)),
        "bills-one-by-one": session(Screen.BILLS, itemised=True),
        "bills-titled": session(Screen.BILLS, account=titled),
        "bills-merged": session(Screen.BILLS, account=merged),
        "explain-merged": session(Screen.EXPLAIN, account=merged, explaining=MERGED[0].number),
        "explain-titled": session(Screen.EXPLAIN, account=titled, explaining=TITLED[0].number),
        "paid-titled": paid(payment=record(Method.WECHAT, PaymentState.APPROVED, bills=TITLED)),
        "bills-none-chosen": session(Screen.BILLS, selected=()),
        "bills-twelve": session(Screen.BILLS, account=LONG_ACCOUNT, selected=every),
        "bills-offline": session(Screen.BILLS, where=lobby_without_server(), offline=True),
        "bills-just-paid": session(
            Screen.BILLS, account=one, held=(record(Method.CARD, PaymentState.APPROVED),)
        ),
        "bills-confirming": session(Screen.BILLS, **_waits(PaymentState.UNKNOWN)),
        "bills-confirmed": session(Screen.BILLS, **_waits(PaymentState.APPROVED)),
        "bills-not-taken": session(Screen.BILLS, **_waits(PaymentState.DECLINED)),
        "bills-only-confirming": session(
            Screen.BILLS,
            **(_waits(PaymentState.UNKNOWN) | _NOTHING_ELSE),
        ),
        "bills-confirming-elsewhere": session(
            Screen.BILLS, **(_waits(PaymentState.UNKNOWN) | {"held": ()})
        ),
        "bills-scanned": session(
            Screen.BILLS, selected=tuple(b.number for b in BILLS[:2]), bill_token="t"
        ),
        "bills-scanned-many": session(
            Screen.BILLS,
            account=LONG_ACCOUNT,
            selected=(every[9],),
            bill_token="t",
        ),
        "bills-offline-in-doubt": session(
            Screen.BILLS,
            where=lobby_without_server(),
            offline=True,
            **_waits(PaymentState.UNKNOWN),
        ),
        "explain": session(Screen.EXPLAIN, explaining=BILLS[1].number),
        "explain-late": session(Screen.EXPLAIN, explaining=BILLS[0].number),
        "explain-long": session(
            Screen.EXPLAIN, account=LONG_ACCOUNT, selected=every, explaining=every[0]
        ),
    }


def _paying() -> dict[str, Session]:
    every = tuple(b.number for b in LONG_ACCOUNT.bills)
    steps = (
        *("starting", "present_card", "enter_pin", "asking_bank", "remove_card"),
        *("other", "silent"),
    )
    text = {"zh": "请插卡", "en": "Please insert card"}
    scenes = {
        "method": session(Screen.METHOD),
        "method-no-server": session(
            Screen.METHOD, where=lobby_without_server(), account=LONG_ACCOUNT, selected=every
        ),
        "method-no-touch": session(Screen.METHOD, where=lobby(touch="error")),
        "method-no-scan": session(Screen.METHOD, where=lobby(scanner="error")),
        "method-no-card": session(Screen.METHOD, where=lobby(card_terminal="error")),
        "paying-qr-preparing": paying(Method.WECHAT),
        "paying-qr": paying(Method.WECHAT, **with_code()),
        "paying-qr-alipay-big": replace(
            paying(Method.ALIPAY, **with_code(code_expires=NOW + 25)),
            visit=visit(Screen.PAYING_QR, payment=BIG, **with_code(code_expires=NOW + 25)),
        ),
        "paying-qr-line-down": paying(Method.WECHAT, out_of_sight=True, **with_code()),
        "paying-code-line-down": by_phone(Method.ALIPAY, out_of_sight=True),
        "paying-qr-cancelling": paying(Method.WECHAT, cancelling=True, **with_code()),
        "paying-code": by_phone(Method.WECHAT),
        "paying-code-cancelling": by_phone(Method.ALIPAY, cancelling=True),
        "method-our-codes-only": session(Screen.METHOD, where=_lobby_without_payment_codes()),
        "paying-card-cancelling": paying(Method.CARD, cancelling=True),
    }
    for kind in steps:
        progress = CardProgress(kind, text if kind in ("present_card", "other") else {})
        scenes[f"paying-card-{kind.replace('_', '-')}"] = paying(Method.CARD, card=progress)
    return scenes


def _declined(method: Method, **known) -> Session:
    return session(Screen.DECLINED, payment=record(method, PaymentState.DECLINED, **known))


def _results() -> dict[str, Session]:
    card = CardData(card_name="UnionPay", masked_pan="622848******1234", receipt_no="12")
    unknown = record(Method.CARD, PaymentState.UNKNOWN, reason="timeout", card=card)
    offline = record(Method.CARD, PaymentState.APPROVED, offline=True, card=card)
    return {
        "paid": paid(),
        "paid-voted": paid(vote=Vote.GOOD),
        "paid-voted-bad": paid(vote=Vote.BAD, say=Say.PRINTED, receipt_done=True),
        "paid-printing": paid(say=Say.PRINTING),
        "paid-printed": paid(say=Say.PRINTED, receipt_done=True),
        "paid-not-printed": paid(say=Say.NOT_PRINTED),
        "paid-out-of-paper": paid(say=Say.NOT_PRINTED, paper_trouble="paper"),
        "paid-printed-often": paid(say=Say.NOT_PRINTED, paper_trouble="copies"),
        "paid-resumed": paid(say=Say.RESUMED),
        "paid-no-printer": paid(where=lobby(printer="error")),
        "paid-offline": paid(payment=offline, where=lobby_without_server()),
        "paid-big": paid(payment=BIG.model_copy(update={"state": PaymentState.APPROVED})),
        "receipt-phone": replace(paid(), visit=replace(paid().visit, screen=Screen.RECEIPT_PHONE)),
        "declined-card": _declined(Method.CARD),
        "declined-qr": _declined(Method.ALIPAY),
        "declined-code-expired": _declined(Method.WECHAT, reason="code_expired"),
        "declined-in-doubt": _declined(Method.WECHAT, reason="no_money", reversal_asked=True),
        "unknown-card": session(Screen.UNKNOWN, payment=unknown),
        "unknown-line-down": session(
            Screen.UNKNOWN,
            payment=record(Method.WECHAT, PaymentState.UNKNOWN, reason="line_down"),
        ),
        "unknown-looked-at": session(
            Screen.UNKNOWN,
            payment=unknown,
            looking=True,
            **_waits(PaymentState.UNKNOWN),
        ),
        "paid-looked-at": session(
            Screen.PAID,
            payment=record(Method.CARD, PaymentState.APPROVED, card=card),
            looking=True,
            say=Say.RESUMED,
            **_waits(PaymentState.APPROVED),
        ),
        "unknown-card-silent": session(
            Screen.UNKNOWN, payment=unknown, card=CardProgress("silent")
        ),
        "unknown-not-recorded": session(
            Screen.UNKNOWN, payment=unknown, where=replace(lobby(), recording=False)
        ),
        "unknown-qr-no-printer": session(
            Screen.UNKNOWN,
            where=lobby(printer="error"),
            payment=record(Method.WECHAT, PaymentState.UNKNOWN),
        ),
        "services": session(Screen.SERVICES, account=None, selected=()),
        **service_scenes(session),
        **help_scenes(session),
        "help-unknown": session(Screen.HELP, payment=unknown, helped_from=Screen.UNKNOWN),
        "help-paying": replace(
            paying(Method.CARD),
            visit=replace(
                paying(Method.CARD).visit, screen=Screen.HELP, helped_from=Screen.PAYING_CARD
            ),
        ),
    }


_BACK_TO_METHOD = (
    Say.CHANNEL_UNAVAILABLE,
    Say.TERMINAL_SILENT,
    Say.PAYMENT_CANCELLED,
    Say.PAYMENT_EXPIRED,
    Say.CANCELLED_IN_DOUBT,
    Say.EXPIRED_IN_DOUBT,
    Say.PAYMENT_REVERSED,
    Say.KEPT_AS_CREDIT,
    Say.NO_METHOD,
)


def _messages() -> dict[str, Session]:
    scenes = {}
    for what in Say:
        paying_on = what in _BACK_TO_METHOD
        back_to = Screen.METHOD if paying_on else Screen.IDENTIFY
        if what is Say.CANNOT_RECORD:
            back_to = Screen.ATTRACT
        known = {} if paying_on else {"account": None, "selected": ()}
        scenes[f"message-{what.value.replace('_', '-')}"] = session(
            Screen.MESSAGE,
            say=what,
            say_date="2026-11-03" if what is Say.ALREADY_PAID else "",
            back_to=back_to,
            entry=ENTRY,
            **known,
        )
    return scenes


def scenes(language: Locale = "zh_CN", access: Access = AS_USUAL) -> dict[str, Session]:
    """Every scene by name, in one language, shown as ``access`` says."""
    found = {}
    for group in (
        *(
            empty_lobby_scenes,
            hours_scenes,
            _finding,
            _bills,
            credit_scenes,
            part_scenes,
            _paying,
            _results,
            _messages,
        ),
        staff_scenes,
    ):
        found |= group()
    return {
        name: replace(scene, visit=replace(scene.visit, language=language, access=access))
        for name, scene in found.items()
    }
