"""Sample accounts made public: fee standards, and two quarters of what the common areas brought."""

from datetime import date, datetime, timedelta

from server.estate.models import Community
from server.public_accounts import paper
from server.public_accounts.models import Kind, Publication, State
from server.public_accounts.rows import Row

DRAFTED_BY = "sample data"
_Line = tuple[str, str, str, int | None]  # section, Chinese, English, minor units
_STANDARDS: tuple[_Line, ...] = (
    ("", "物业服务费，每平方米每月", "Property fee, each m² and month", 280),
    ("", "车位管理费，每个每月", "Parking space, each month", 15_000),
    ("", "公共电费，每度", "Shared electricity, each kWh", 62),
)


def _common(opening: int, lifts: int, parking: int, gardens: int, repairs: int) -> list[_Line]:
    return [
        ("opening", "上季结余", "Left from the quarter before", opening),
        ("income", "电梯广告", "Advertising in lifts", lifts),
        ("income", "临时停车", "Visitors' parking", parking),
        ("expense", "绿化补种", "Gardens planted anew", gardens),
        ("expense", "公共设施维修", "Repairs of common facilities", repairs),
    ]


def create_public_accounts(community: Community, today: date, now: datetime) -> None:
    last = _quarter_before(today)
    before = _quarter_before(last)
    _publish(community, Kind.STANDARDS, f"{before.year}-01-01", list(_STANDARDS), now)
    first = _common(1_260_000, 1_560_000, 824_000, 650_000, 1_285_050)
    second = _common(1_708_950, 1_560_000, 968_500, 420_000, 990_000)
    energy: list[_Line] = [
        ("", "楼道照明", "Stairwell lighting", 318_240),
        ("", "电梯", "Lifts", 742_600),
        ("", "水泵", "Water pumps", 205_310),
    ]
    for day, rows in ((before, first), (last, second)):
        _publish(community, Kind.COMMON, _named(day), rows, now)
    _publish(community, Kind.ENERGY, _named(last), energy, now)


def _publish(
    community: Community, kind: Kind, period: str, lines: list[_Line], now: datetime
) -> None:
    rows: list[Row] = [
        {"section": section, "zh": zh, "en": en, "more_zh": "", "more_en": "", "minor": minor}
        for section, zh, en, minor in lines
    ]
    made = Publication(
        community=community,
        kind=kind,
        period=period,
        version=1,
        state=State.PUBLIC,
        rows=rows,
        drafted_by=DRAFTED_BY,
        drafted_at=now,
        public_at=now,
    )
    made.paper = paper.render(made)
    made.save()


def _quarter_before(day: date) -> date:
    """The first day of the quarter before that of ``day``."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    return date(first.year, (first.month - 1) // 3 * 3 + 1, 1)


def _named(day: date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"
