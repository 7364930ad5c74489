"""What the sample community made public."""

from datetime import date

from contract.messages import Text
from contract.public_accounts import PublicRow, Published


def _row(section: str, zh: str, en: str, minor: int | None, more: Text | None = None) -> PublicRow:
    return PublicRow(section=section, name=Text(zh=zh, en=en), more=more, amount_minor=minor)


def _common(lifts: int, parking: int, gardens: int, repairs: int) -> list[PublicRow]:
    anew = Text(zh="补种冬青 120 株", en="120 hollies planted anew")
    return [
        _row("opening", "上季结余", "Left from the quarter before", 1_708_950),
        _row("income", "电梯广告", "Advertising in lifts", lifts),
        _row("income", "临时停车", "Visitors' parking", parking),
        _row("income", "场地租金", "Rent of stalls", 120_000),
        _row("expense", "绿化", "Gardens", gardens, anew),
        _row("expense", "公共设施维修", "Repairs of common facilities", repairs),
    ]


def _published(
    id: str, kind: str, period: str, name: Text, rows: list[PublicRow], note: Text | None = None
) -> Published:
    return Published(
        id=id,
        kind=kind,
        name=name,
        period=period,
        version=1,
        public_on=date(2026, 10, 12),
        rows=rows,
        note=note,
    )


_COMMON = Text(zh="公共收益收支", en="Income and expense of common areas")
_ENERGY = Text(zh="公共能耗及分摊", en="Shared energy and its split")
_SPLIT = Text(zh="按建筑面积分摊到户。", en="Split among units by floor area.")
_BY_AREA = Text(zh="按建筑面积", en="By floor area")
ACCOUNTS = [
    _published(
        "standards",
        "standards",
        "2026-01-01",
        Text(zh="收费标准", en="Fee standards"),
        [
            _row("", "物业服务费，每平方米每月", "Property fee, each m² and month", 280, _BY_AREA),
            _row("", "车位管理费，每个每月", "Parking space, each month", 15_000),
            _row("", "公共电费，每度", "Shared electricity, each kWh", 62),
        ],
    ),
    _published(
        "services",
        "services",
        "2026-01-01",
        Text(zh="服务内容", en="Services"),
        [_row("", "公共区域每天清扫两次", "Common areas are cleaned twice a day", None)],
    ),
    _published(
        "common", "common", "2026-Q3", _COMMON, _common(1_560_000, 968_500, 420_000, 990_000)
    ),
    _published("c2", "common", "2026-Q2", _COMMON, _common(1_560_000, 824_000, 650_000, 1_285_050)),
    _published("c1", "common", "2026-Q1", _COMMON, _common(1_430_000, 701_000, 380_000, 2_140_000)),
    _published("c0", "common", "2025-Q4", _COMMON, _common(1_390_000, 688_000, 0, 860_000)),
    _published(
        "energy",
        "energy",
        "2026-Q3",
        _ENERGY,
        [
            _row("", "楼道照明", "Stairwell lighting", 318_240),
            _row("", "电梯", "Lifts", 742_600),
            _row("", "水泵", "Water pumps", 205_310),
        ],
        _SPLIT,
    ),
]
