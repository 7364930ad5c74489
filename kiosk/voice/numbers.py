"""Numbers and amounts as people say them, put together from clips. Pure: figures in, ids of clips out.

Clips of a language: ``n.0`` to ``n.99``, ``hundred.1`` to ``hundred.9``, and what each way of speaking
needs besides. Chinese amounts carry their unit in the last clip (``yuan.34``), which sounds like one
number."""

from collections.abc import Mapping
from types import MappingProxyType

from contract.money import Locale

Said = dict[str, str]  # id of a clip: what it says

_HAN = "零一二三四五六七八九"
_TEENS = [
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
    *("seventeen", "eighteen", "nineteen"),
]
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# what stands before an amount on the screen (contract.money): its clip
CURRENCIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "￥": ("元", "yuan"),
        "HK$": ("港元", "Hong Kong dollars"),
        "NT$": ("新台币", "Taiwan dollars"),
        "MOP$": ("澳门元", "Macau patacas"),
        "JP￥": ("日元", "yen"),
        "US$": ("美元", "US dollars"),
        "S$": ("新加坡元", "Singapore dollars"),
        "AU$": ("澳元", "Australian dollars"),
        "CA$": ("加元", "Canadian dollars"),
        "NZ$": ("新西兰元", "New Zealand dollars"),
        "EUR": ("欧元", "euros"),
        "GBP": ("英镑", "pounds"),
    }
)
OWN = "￥"
YEAR = "年"  # after it a Chinese number is said by its figures
COUNTED = frozenset("笔天项个张户位秒月层")  # measure words, before which two is said otherwise


def _han(number: int) -> str:
    """Below a hundred."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _HAN[ones]
    return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")


def _english(number: int) -> str:
    tens, ones = divmod(number, 10)
    if tens < 2:
        return (_TEENS if tens else _ONES)[ones]
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def clips(language: Locale) -> Said:
    """Every clip that numbers of this language are put together from, and its words."""
    return _chinese_clips() if language == "zh_CN" else _english_clips()


def _chinese_clips() -> Said:
    said = {f"n.{n}": _han(n) for n in range(100)}
    said |= {f"yuan.{n}": ("两" if n == 2 else _han(n)) + "元" for n in range(100)}
    said |= {f"n1.{n}": "一" + _han(n) for n in range(10, 20)}  # after a hundred
    said |= {f"yuan1.{n}": "一" + _han(n) + "元" for n in range(10, 20)}
    for n in range(1, 10):
        said[f"hundred.{n}"] = _HAN[n] + "百"
        said[f"thousand.{n}"] = ("两" if n == 2 else _HAN[n]) + "千"
        said[f"yuan0.{n}"] = "零" + _HAN[n] + "元"
        said[f"jiao.{n}"] = _HAN[n] + "角"
        said[f"fen.{n}"] = _HAN[n] + "分"
        said[f"fen0.{n}"] = "零" + _HAN[n] + "分"
    said |= {"two": "两", "wan": "万", "yi": "亿", "point": "点", "minus": "负", "year": YEAR}
    return said | {f"currency.{sign}": words[0] for sign, words in CURRENCIES.items()}


def _english_clips() -> Said:
    said = {f"n.{n}": _english(n) for n in range(100)}
    said |= {f"hundred.{n}": f"{_ONES[n]} hundred" for n in range(1, 10)}
    said |= {"thousand": "thousand", "million": "million", "and": "and", "point": "point"}
    said["minus"] = "minus"
    return said | {f"currency.{sign}": words[1] for sign, words in CURRENCIES.items()}


def digits(figures: str) -> list[str]:
    """One by one, as rooms and receipts' numbers are said."""
    return [f"n.{figure}" for figure in figures if figure in "0123456789"]


def number(language: Locale, value: int) -> list[str]:
    """A whole number of things; beyond what anybody says whole, figure by figure."""
    if value < 0:
        return ["minus", *number(language, -value)]
    if value >= (10**12 if language == "zh_CN" else 10**9):
        return digits(str(value))
    return _chinese(value) if language == "zh_CN" else _english_number(value)


def decimal(language: Locale, figures: str) -> list[str]:
    """``118.60`` as it is said, figure by figure after the point."""
    whole, _, rest = figures.replace(",", "").partition(".")
    said = number(language, int(whole or 0))
    rest = rest.rstrip("0")
    return [*said, "point", *digits(rest)] if rest else said


def amount(language: Locale, sign: str, figures: str) -> list[str]:
    """Money: ``sign`` as it stands on the screen, ``figures`` such as ``1,234.56``."""
    if language == "zh_CN" and sign == OWN:
        return _yuan(figures)
    return [*decimal(language, figures), f"currency.{sign}"]


def year(language: Locale, figures: str) -> list[str]:
    if language == "zh_CN":
        return [*digits(figures), "year"]
    first, last = int(figures[:2]), int(figures[2:])
    if not last:
        return number(language, int(figures))
    return [f"n.{first}", *(["n.0"] if last < 10 else []), f"n.{last}"]


def _yuan(figures: str) -> list[str]:
    whole, _, rest = figures.replace(",", "").partition(".")
    value, rest = int(whole or 0), (rest + "00")[:2]
    jiao, fen = int(rest[0]), int(rest[1])
    said = _chinese(value, "yuan") if value or not (jiao or fen) else []
    if jiao:
        said.append(f"jiao.{jiao}")
    if fen:
        said.append(f"fen.{fen}" if jiao or not value else f"fen0.{fen}")
    return said


def _chinese(value: int, unit: str = "n") -> list[str]:
    """``unit`` ``yuan``: the last clip says it too."""
    ended = [f"currency.{OWN}"] if unit == "yuan" else []
    for size, word in ((10**8, "yi"), (10**4, "wan")):
        many, rest = divmod(value, size)
        if many:
            head = ["two"] if many == 2 else _chinese(many)
            if not rest:
                return [*head, word, *ended]
            gap = ["n.0"] if rest < size // 10 and not _one_alone(rest) else []
            return [*head, word, *gap, *_chinese_rest(rest, unit)]
    return _chinese_rest(value, unit) if value >= 100 else [f"{unit}.{value}"]


def _one_alone(rest: int) -> bool:
    """Below ten the clip itself begins with the nought."""
    return rest < 10


def _chinese_rest(value: int, unit: str) -> list[str]:
    """What follows a larger part, or a number from a hundred up."""
    if value >= 10**4:
        return _chinese(value, unit)
    said: list[str] = []
    thousands, value = divmod(value, 1000)
    if thousands:
        said.append(f"thousand.{thousands}")
    hundreds, value = divmod(value, 100)
    if hundreds:
        said.append(f"hundred.{hundreds}")
    elif thousands and value >= 10:
        said.append("n.0")
    if not value:
        return [*said, f"currency.{OWN}"] if unit == "yuan" else said
    if value < 10:
        return [*said, f"yuan0.{value}"] if unit == "yuan" else [*said, "n.0", f"n.{value}"]
    return [*said, f"{unit}1.{value}" if value < 20 else f"{unit}.{value}"]


def _english_number(value: int) -> list[str]:
    said: list[str] = []
    for size, word in ((10**6, "million"), (10**3, "thousand")):
        many, value = divmod(value, size)
        if many:
            said += [*_english_number(many), word]
    hundreds, rest = divmod(value, 100)
    if hundreds:
        said.append(f"hundred.{hundreds}")
    if rest and said:
        said.append("and")
    return [*said, f"n.{rest}"] if rest or not said else said
