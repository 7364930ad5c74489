"""Made-up sessions for every screen, as ordinary and as awkward as life: for the gallery and its tests.

Nobody here exists. Each function gives a Session as the core would have made it.
"""

from dataclasses import replace
from datetime import UTC, date, datetime

from contract.messages import (
    Bill,
    BillLine,
    CardData,
    Community,
    DeviceReport,
    ExplainRow,
    KioskConfig,
    Method,
    Notice,
    PaymentRecord,
    PaymentState,
    Text,
    UnitAccount,
)
from contract.money import Locale
from kiosk.core.model import (
    CardProgress,
    Field,
    Lobby,
    Say,
    Screen,
    Session,
    UnitEntry,
    Visit,
)

NOW = 1000.0
WALL = datetime(2026, 11, 24, 14, 47, tzinfo=UTC)
PAYMENT_ID = "0193b1c2-7e00-7a00-8a00-3f5b2c9d1e00"
STATUS_URL = f"https://pay.example.cn/p/{PAYMENT_ID}"
CODE_URL = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz"

NOTICES = [
    Notice(
        id="1",
        title=Text(
            zh="周六上午九点，中心广场义诊", en="Free health check, Saturday 9:00, main square"
        ),
        body=Text(
            zh="量血压、测血糖，请带身份证",
            en="Blood pressure and blood sugar. Please bring your ID",
        ),
    ),
    Notice(
        id="2",
        title=Text(zh="3号楼电梯年检", en="Annual lift inspection, building 3"),
        body=Text(
            zh="11月26日 9:00 至 11:30 停用，请走楼梯或使用 2 单元电梯。",
            en="Out of use on 26 November, 9:00 to 11:30. Please use the stairs or entrance 2.",
        ),
    ),
]

CONFIG = KioskConfig(
    version="1",
    kiosk_code="K03",
    location=Text(zh="3号楼大堂", en="Lobby of building 3"),
    community=Community(
        code="HP",
        name=Text(zh="湖畔花园", en="Lakeside Garden"),
        currency="CNY",
        time_zone="Asia/Shanghai",
        test=True,
        office_phone="0571-5555-0123",
    ),
    bill_keys=[],
    methods=[Method.WECHAT, Method.ALIPAY, Method.CARD],
    second_factor=False,
    notices=NOTICES,
    public_url="https://pay.example.cn",
    server_time=WALL,
)


def device(role: str, level: str = "ok", *, simulated: bool = False) -> DeviceReport:
    return DeviceReport(role=role, driver="sample", simulated=simulated, level=level)


def lobby(*, simulated: bool = True, **levels: str) -> Lobby:
    """A lobby in order, except for the devices named with another level."""
    roles = ("scanner", "card_terminal", "printer")
    devices = tuple(device(r, levels.get(r, "ok"), simulated=simulated) for r in roles)
    return Lobby(config=CONFIG, server_reachable=True, devices=devices, recovering=False)


PROPERTY_FEE = BillLine(
    fee_item="property",
    name=Text(zh="物业服务费", en="Property fee"),
    amount_minor=33208,
    quantity="118.60",
    quantity_unit=Text(zh="㎡", en="m²"),
    rate="2.80",
    explanation=[
        ExplainRow(
            label=Text(zh="建筑面积", en="Floor area"), value=Text(zh="118.60 ㎡", en="118.60 m²")
        )
    ],
)
ELECTRICITY = BillLine(
    fee_item="electricity",
    name=Text(zh="公共电费分摊", en="Shared electricity"),
    amount_minor=1847,
    quantity="29.93",
    quantity_unit=Text(zh="度", en="kWh"),
    rate="0.617",
    explanation=[
        ExplainRow(
            label=Text(zh="电表上次读数（9月30日）", en="Last reading (30 September)"),
            value=Text(zh="18,204 度", en="18,204 kWh"),
        ),
        ExplainRow(
            label=Text(zh="电表本次读数（10月31日）", en="This reading (31 October)"),
            value=Text(zh="19,391 度", en="19,391 kWh"),
        ),
        ExplainRow(
            label=Text(
                zh="您家占本单元面积 2.52%", en="Your share of the entrance's floor area, 2.52%"
            ),
            value=Text(zh="29.93 度", en="29.93 kWh"),
        ),
    ],
    history=[
        ("2026-05", 1490),
        ("2026-06", 1900),
        ("2026-07", 2260),
        ("2026-08", 2310),
        ("2026-09", 1720),
        ("2026-10", 1847),
    ],
)
PARKING = BillLine(
    fee_item="parking",
    name=Text(zh="车位管理费", en="Parking space"),
    note=Text(zh="B2-117", en="B2-117"),
    amount_minor=15000,
    quantity="1",
    quantity_unit=Text(zh="个", en="space"),
    rate="150.00",
)
WAIVER = BillLine(
    fee_item="waiver",
    name=Text(
        zh="疫情期间困难家庭物业服务费减免（第二次）",
        en="Hardship waiver on the property fee (second)",
    ),
    amount_minor=-5000,
    quantity="1",
    quantity_unit=Text(zh="项", en="item"),
    rate="-50.00",
)


def bill(period: str, lines: list[BillLine], late_minor: int = 0, scale: int = 1) -> Bill:
    """One month's bill; ``scale`` multiplies its amount for the awkward cases."""
    year, month = (int(part) for part in period.split("-"))
    following = date(year + month // 12, month % 12 + 1, 15)
    return Bill(
        number=f"HP-{period}-3-2-1201",
        unit="3-2-1201",
        period=period,
        amount_minor=scale * sum(line.amount_minor for line in lines) + late_minor,
        late_fee_minor=late_minor,
        currency="CNY",
        due=following,
        lines=lines,
    )


BILLS = [
    bill("2026-09", [PROPERTY_FEE, PARKING], late_minor=432),
    bill("2026-10", [PROPERTY_FEE, ELECTRICITY, PARKING]),
    bill("2026-11", [PROPERTY_FEE]),
]
ACCOUNT = UnitAccount(
    unit="3-2-1201",
    label=Text(zh="3栋2单元1201", en="Building 3, entrance 2, 1201"),
    payer="王*明",
    bills=BILLS,
    credit_minor=0,
    currency="CNY",
)
LONG_ACCOUNT = UnitAccount(
    unit="12-2-2801",
    label=Text(
        zh="翠湖天地花园12栋2单元2801", en="Green Lake Garden, building 12, entrance 2, 2801"
    ),
    payer="阿卜杜****提",
    bills=[
        bill(
            f"2026-{month:02}",
            [PROPERTY_FEE, ELECTRICITY, PARKING, WAIVER],
            late_minor=1234 if month < 10 else 0,
            scale=25,
        )
        for month in range(1, 13)
    ],
    credit_minor=5600,
    currency="CNY",
)


def visit(screen: Screen, **changes) -> Visit:
    numbers = tuple(b.number for b in BILLS)
    base = Visit(number=1, screen=screen, account=ACCOUNT, selected=numbers, touched=NOW)
    return replace(base, **changes)


def session(screen: Screen, *, where: Lobby | None = None, **changes) -> Session:
    return Session(where or lobby(), visit(screen, **changes), now=NOW, wall=WALL)


def record(method: Method, state: PaymentState, **changes) -> PaymentRecord:
    """A payment of the sample account's first two bills."""
    bills = changes.pop("bills", BILLS[:2])
    base = PaymentRecord(
        payment_id=PAYMENT_ID,
        reference="K03-000417",
        version=2,
        state=state,
        method=method,
        unit=ACCOUNT.unit,
        unit_label=ACCOUNT.label,
        payer=ACCOUNT.payer,
        bills=bills,
        amount_minor=sum(b.amount_minor for b in bills),
        currency="CNY",
        simulated=True,
        status_url=STATUS_URL,
        created_at=WALL,
        changed_at=WALL,
    )
    return base.model_copy(update=changes)


def paying(method: Method, **changes) -> Session:
    screen = Screen.PAYING_CARD if method is Method.CARD else Screen.PAYING_QR
    payment = record(method, PaymentState.PENDING)
    return session(screen, payment=payment, **changes)


def with_code(**changes) -> dict:
    return {"code_url": CODE_URL, "code_expires": NOW + 161, "code_latest": NOW + 280} | changes


def paid(**changes) -> Session:
    payment = changes.pop("payment", record(Method.WECHAT, PaymentState.APPROVED))
    return session(Screen.PAID, payment=payment, **changes)


ENTRY = UnitEntry("3", "2", "120", active=Field.ROOM)
BIG = record(
    Method.ALIPAY,
    PaymentState.PENDING,
    amount_minor=12_345_678,
    unit_label=LONG_ACCOUNT.label,
    payer=LONG_ACCOUNT.payer,
    bills=LONG_ACCOUNT.bills,
)


def _fresh(screen: Screen = Screen.ATTRACT, **where) -> Session:
    """Nobody stands there yet."""
    return Session(lobby(**where), Visit(screen=screen, touched=NOW), now=NOW, wall=WALL)


def _lobby_without_server() -> Lobby:
    return replace(lobby(), server_reachable=False)


def _attract() -> dict[str, Session]:
    bare = CONFIG.model_copy(update={"notices": []})
    away = _fresh()
    return {
        "attract": _fresh(),
        "attract-no-notices": replace(_fresh(), lobby=replace(lobby(), config=bare)),
        "attract-no-paper-no-card": _fresh(printer="error", card_terminal="error"),
        "attract-no-server": replace(away, lobby=_lobby_without_server()),
        "attract-no-scan": _fresh(scanner="error"),
        "attract-all-troubles": replace(
            away,
            lobby=replace(lobby(scanner="error", printer="warning"), server_reachable=False),
        ),
        "starting": Session(Lobby(), Visit(), now=NOW, wall=WALL),
        "out-of-order": _fresh(Screen.OUT_OF_ORDER, card_terminal="error"),
    }


def _finding() -> dict[str, Session]:
    phone = replace(ENTRY, phone="01", active=Field.PHONE)
    nobody = {"account": None, "selected": ()}
    return {
        "identify-empty": session(Screen.IDENTIFY, **nobody),
        "identify": session(Screen.IDENTIFY, entry=ENTRY, **nobody),
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
    }


def _bills() -> dict[str, Session]:
    every = tuple(b.number for b in LONG_ACCOUNT.bills)
    one = ACCOUNT.model_copy(update={"bills": BILLS[1:2]})
    return {
        "bills": session(Screen.BILLS, selected=tuple(b.number for b in BILLS[:2])),
        "bills-one": session(Screen.BILLS, account=one, selected=(BILLS[1].number,)),
        "bills-none-chosen": session(Screen.BILLS, selected=()),
        "bills-twelve": session(Screen.BILLS, account=LONG_ACCOUNT, selected=every),
        "bills-offline": session(Screen.BILLS, where=_lobby_without_server(), offline=True),
        "explain": session(Screen.EXPLAIN, explaining=BILLS[1].number),
        "explain-late": session(Screen.EXPLAIN, explaining=BILLS[0].number),
        "explain-long": session(
            Screen.EXPLAIN, account=LONG_ACCOUNT, selected=every, explaining=every[0]
        ),
    }


def _paying() -> dict[str, Session]:
    every = tuple(b.number for b in LONG_ACCOUNT.bills)
    steps = ("starting", "present_card", "enter_pin", "asking_bank", "remove_card", "other")
    text = {"zh": "请插卡", "en": "Please insert card"}
    scenes = {
        "method": session(Screen.METHOD),
        "method-no-server": session(
            Screen.METHOD, where=_lobby_without_server(), account=LONG_ACCOUNT, selected=every
        ),
        "method-no-card": session(Screen.METHOD, where=lobby(card_terminal="error")),
        "paying-qr-preparing": paying(Method.WECHAT),
        "paying-qr": paying(Method.WECHAT, **with_code()),
        "paying-qr-alipay-big": replace(
            paying(Method.ALIPAY, **with_code(code_expires=NOW + 25)),
            visit=visit(Screen.PAYING_QR, payment=BIG, **with_code(code_expires=NOW + 25)),
        ),
        "paying-qr-cancelling": paying(Method.WECHAT, cancelling=True, **with_code()),
        "paying-card-cancelling": paying(Method.CARD, cancelling=True),
    }
    for kind in steps:
        progress = CardProgress(kind, text if kind in ("present_card", "other") else {})
        scenes[f"paying-card-{kind.replace('_', '-')}"] = paying(Method.CARD, card=progress)
    return scenes


def _results() -> dict[str, Session]:
    card = CardData(card_name="UnionPay", masked_pan="622848******1234", receipt_no="12")
    unknown = record(Method.CARD, PaymentState.UNKNOWN, reason="timeout", card=card)
    offline = record(Method.CARD, PaymentState.APPROVED, offline=True, card=card)
    return {
        "paid": paid(),
        "paid-printing": paid(say=Say.PRINTING),
        "paid-printed": paid(say=Say.PRINTED, receipt_done=True),
        "paid-not-printed": paid(say=Say.NOT_PRINTED),
        "paid-resumed": paid(say=Say.RESUMED),
        "paid-no-printer": paid(where=lobby(printer="error")),
        "paid-offline": paid(payment=offline, where=_lobby_without_server()),
        "paid-big": paid(payment=BIG.model_copy(update={"state": PaymentState.APPROVED})),
        "receipt-phone": replace(paid(), visit=replace(paid().visit, screen=Screen.RECEIPT_PHONE)),
        "declined-card": session(
            Screen.DECLINED, payment=record(Method.CARD, PaymentState.DECLINED)
        ),
        "declined-qr": session(
            Screen.DECLINED, payment=record(Method.ALIPAY, PaymentState.DECLINED)
        ),
        "unknown-card": session(Screen.UNKNOWN, payment=unknown),
        "unknown-qr-no-printer": session(
            Screen.UNKNOWN,
            where=lobby(printer="error"),
            payment=record(Method.WECHAT, PaymentState.UNKNOWN),
        ),
        "services": session(Screen.SERVICES, account=None, selected=()),
        "help": session(Screen.HELP, account=None, selected=()),
        "help-paying": replace(
            paying(Method.CARD), visit=replace(paying(Method.CARD).visit, screen=Screen.HELP)
        ),
    }


_BACK_TO_METHOD = (
    Say.CHANNEL_UNAVAILABLE,
    Say.PAYMENT_CANCELLED,
    Say.PAYMENT_EXPIRED,
    Say.PAYMENT_REVERSED,
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


def scenes(language: Locale = "zh_CN", *, large: bool = False) -> dict[str, Session]:
    """Every scene by name, in one language and letter size."""
    found = {}
    for group in (_attract, _finding, _bills, _paying, _results, _messages):
        found |= group()
    return {
        name: replace(scene, visit=replace(scene.visit, language=language, large_text=large))
        for name, scene in found.items()
    }
