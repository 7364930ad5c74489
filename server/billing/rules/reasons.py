"""Why a unit cannot be charged, in words that name what is missing and where. Pure."""

from contract.messages import Text
from server.billing.rules.facts import MeterFacts, UnreadMeter
from server.billing.rules.outcome import Blocked

_POOLS = {
    "area_missing": (
        "房屋 {what} 未填建筑面积，无法分摊",
        "unit {what} has no area, so the cost cannot be split",
    ),
    "weight_missing": (
        "房屋 {what} 未设分摊权重",
        "unit {what} has no weight, so the cost cannot be split",
    ),
    "use_missing": (
        "房屋 {what} 没有可用的用量",
        "the use of unit {what} is not known, so the cost cannot be split",
    ),
    "nothing_to_share_by": (
        "{what} 没有可分摊的房屋或用量",
        "there is nothing by which to split {what}",
    ),
}
_METERS = {
    "reading": ("表 {code} 没有 {period} 的读数", "meter {code} has no reading for {period}"),
    "reading_before": (
        "表 {code} 没有 {period} 的读数（上期）",
        "meter {code} has no reading for {period}, the period before",
    ),
    "review": (
        "表 {code} 的 {period} 读数待复核",
        "the reading of meter {code} for {period} is to be looked at by staff",
    ),
}


def basis_changed() -> Blocked:
    said = "a reading, an area or a unit changed while the run was going on"
    return Blocked(
        "basis_changed",
        Text(
            zh="出账期间读数、面积或房屋有变动；请作废本次出账的账单后重新出账",
            en=f"{said}; void its bills and run again",
        ),
    )


def no_tariff() -> Blocked:
    return Blocked("no_tariff", Text(zh="没有费率", en="the fee item has no tariff"))


def no_area(unit: str) -> Blocked:
    return Blocked(
        "area_missing", Text(zh=f"房屋 {unit} 未填建筑面积", en=f"unit {unit} has no area")
    )


def unread(meter: UnreadMeter) -> Blocked:
    zh, en = (text.format(code=meter.code, period=meter.period) for text in _METERS[meter.why])
    return Blocked(f"meter_{meter.why}", Text(zh=zh, en=en))


def went_back(meter: MeterFacts) -> Blocked:
    return Blocked(
        "meter_went_back",
        Text(
            zh=f"表 {meter.code} 读数倒走：上次 {meter.before}，本次 {meter.now}",
            en=f"meter {meter.code} went back: {meter.now} after {meter.before}",
        ),
    )


def not_split(why: str, what: str) -> Blocked:
    zh, en = (text.format(what=what) for text in _POOLS[why])
    return Blocked(why, Text(zh=zh, en=en))


def base_blocked(name: Text) -> Blocked:
    return Blocked(
        "base_blocked",
        Text(
            zh=f"所依据的“{name.zh}”无法计算",
            en=f"{name.en}, of which it is a part, cannot be charged",
        ),
    )


def wrong_base() -> Blocked:
    return Blocked(
        "base_wrong",
        Text(
            zh="没有可依据的收费项目",
            en="the fee item of which it is a part is missing or a part of itself",
        ),
    )
