"""Usual ways in which communities name their units, each with codes of every kind: to begin from."""

from contract.message import Text
from contract.unit_code import DEFAULT, Kind, Numbering, Part


def _part(zh: str, en: str, most: int, letters: str = "", figures: bool = True) -> Part:
    return Part(label=Text(zh=zh, en=en), most=most, letters=letters, figures=figures)


def _kind(zh: str, en: str, *parts: Part) -> Kind:
    return Kind(name=Text(zh=zh, en=en), parts=list(parts))


# Name -> how units are named, and examples: a code and the kind (its place) that it is of.
NUMBERINGS: dict[str, tuple[Numbering, dict[str, int]]] = {
    "lakeside": (DEFAULT, {"3-2-1201": 0, "1-1-101": 0}),
    "towers": (  # 座-房号, a letter after the room of a flat that was divided; parking spaces by floor
        Numbering(
            kinds=[
                _kind(
                    "住宅",
                    "Flat",
                    _part("座", "Tower", 1, "ABC", figures=False),
                    _part("房号", "Flat", 5, "ABCD"),
                ),
                _kind("车位", "Parking", _part("层", "Level", 2, "B"), _part("车位", "Space", 3)),
            ]
        ),
        {"A-1201": 0, "C-12A": 0, "B1-103": 1, "B2-017": 1},
    ),
    "arcade": (  # shops by district, offices by floor
        Numbering(
            kinds=[
                _kind(
                    "商铺",
                    "Shop",
                    _part("区", "District", 1, "NESW", figures=False),
                    _part("铺", "Shop", 3),
                ),
                _kind("写字楼", "Office", _part("房号", "Office", 5, "AB")),
            ]
        ),
        {"S-08": 0, "N-112": 0, "88": 1, "1203A": 1},
    ),
    "villas": (  # houses with one number
        Numbering(kinds=[_kind("别墅", "House", _part("号", "House", 3, "AB"))]),
        {"88": 0, "12A": 0, "7": 0},
    ),
    "gardens": (  # 期-栋-单元-房号, with leading noughts, as on the plates
        Numbering(
            kinds=[
                _kind(
                    "住宅",
                    "Home",
                    _part("期", "Phase", 1, "AB", figures=False),
                    _part("栋", "Building", 2),
                    _part("单元", "Entrance", 1),
                    _part("房号", "Room", 4),
                )
            ]
        ),
        {"A-02-1-0301": 0, "B-11-2-1102": 0},
    ),
}
