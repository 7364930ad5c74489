"""Invented residents: common names, long names, rare characters and foreign names. No real person."""

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = (
    "伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 秀英 桂英 建国 建华 志强 志明 文博 文静 "
    "小红 小燕 晓东 晓梅 雨桐 雨欣 子涵 子轩 梓萱 浩然 浩宇 思远 思琪 佳怡 佳琪 俊杰 俊峰 海燕 海涛 "
    "国强 国栋 玉兰 玉梅 春梅 春生 冬梅 爱华 爱民 立新 新华 卫东 卫国 红梅 少华 天宇 一鸣 若曦 诗涵"
)
GIVEN = _GIVEN.split()

# Units whose residents a demonstration or a test counts on.
KNOWN = {
    "3-2-1201": "王小明",
    "3-2-1202": "欧阳娜娜",
    "3-2-1102": "王㛃",
    "3-2-1101": "李頔",
    "3-2-1301": "赵翀",
    "3-2-1302": "陈喆",
    "3-1-801": "司徒犇",
    "2-1-601": "Anna Schmidt",
    "2-2-1502": "John Miller",
    "1-1-101": "龚䶮",
    "1-2-2001": "单玥",
}


def name_for(unit_code: str, random: Random) -> str:
    """The same seed gives the same neighbours."""
    invented = random.choice(SURNAMES) + random.choice(GIVEN)
    return KNOWN.get(unit_code, invented)


def phone_for(unit_code: str, random: Random) -> str:
    """A number whose first digits are given to nobody; 3-2-1201 ends in 1201."""
    last4 = random.randrange(10_000)
    return f"1000000{1201 if unit_code == '3-2-1201' else last4:04d}"
