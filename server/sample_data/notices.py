"""Sample community news, dated around today."""

from datetime import date, timedelta

from server.estate.models import Community
from server.notices.models import Notice, NoticePlace


def create_notices(community: Community, today: date) -> None:
    """The one about a lift is for the building that has it."""
    saturday = today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    notices = (
        (
            f"{saturday.month}月{saturday.day}日（周六）上午九点中心广场义诊",
            f"Free health check, Saturday {saturday:%B} {saturday.day}, 9 am",
            "量血压、测血糖，请带身份证。",
            "Blood pressure and blood sugar on the central square. Please bring your ID card.",
            "",
        ),
        (
            "3号楼2号电梯本周保养",
            "Lift 2 of Building 3 is serviced this week",
            "保养期间请使用1号电梯，给您带来不便，敬请谅解。",
            "Please use lift 1 meanwhile. We apologise for the inconvenience.",
            "3",
        ),
        (
            "收费标准公示",
            "Published fees",
            "物业服务费每月每平方米 2.80 元；公共电费按表按面积分摊；车位管理费每月 150 元。",
            "Property fee ¥2.80 a month for each m²; shared electricity by meter and area;"
            " parking ¥150 a month.",
            "",
        ),
    )
    for age, (title_zh, title_en, body_zh, body_en, place) in enumerate(notices):
        notice = Notice.objects.create(
            community=community,
            title_zh=title_zh,
            title_en=title_en,
            body_zh=body_zh,
            body_en=body_en,
            show_from=today - timedelta(days=age),
            show_until=max(saturday, today + timedelta(days=14)),
        )
        for building in community.buildings.filter(code=place):
            NoticePlace.objects.create(community=community, notice=notice, building=building)
