"""Made-up data of one community: its lobby, bills and payments. Nobody here exists."""

from datetime import UTC, date, datetime

from contract.heartbeat import DeviceReport
from contract.messages import (
    Bill,
    BillLine,
    Community,
    ExplainRow,
    KioskConfig,
    Method,
    Notice,
    PaymentRecord,
    PaymentState,
    Text,
    UnitAccount,
)
from kiosk.core.model import (
    Lobby,
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
    simulated=[Method.WECHAT, Method.ALIPAY],
    payment_codes=[Method.WECHAT, Method.ALIPAY],
    credit=True,
    credit_in_part=True,
    top_up_max_minor=500_000,
    second_factor=False,
    unit_codes=["3-2-1201", "3-2-1202", "3-2-101", "1-1-101"],
    notices=NOTICES,
    public_url="https://pay.example.cn",
    server_time=WALL,
)


def device(role: str, level: str = "ok", *, simulated: bool = False) -> DeviceReport:
    return DeviceReport(role=role, driver="sample", simulated=simulated, level=level)


def lobby(*, simulated: bool = True, **levels: str) -> Lobby:
    """A lobby in order, except for the devices named with another level."""
    roles = ("scanner", "card_terminal", "printer", "touch")
    devices = tuple(device(r, levels.get(r, "ok"), simulated=simulated) for r in roles)
    config = CONFIG if simulated else CONFIG.model_copy(update={"simulated": []})
    return Lobby(
        config=config, server_reachable=True, devices=devices, recovering=False, voice=True
    )


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
_TITLES = (
    Text(zh="12个月预付套餐 2026-12 – 2027-11", en="Package of 12 months, 2026-12 – 2027-11"),
    Text(zh="分期 第1期，共3期", en="Instalment 1 of 3"),
    Text(zh="分期余额", en="Rest of instalments"),
)
TITLED = [
    bill.model_copy(update={"title": title}) for bill, title in zip(BILLS, _TITLES, strict=True)
]
_OLD = Text(zh="3栋2单元1202", en="Building 3, entrance 2, 1202")
MERGED = [  # the first is of a unit that went into this one
    BILLS[0].model_copy(update={"number": "HP-1202", "unit": "3-2-1202", "unit_label": _OLD}),
    *BILLS,
]
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
