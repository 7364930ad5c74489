"""The form in which a community says how its units are named, with what its kiosks' keypad will show.

A row for each kind of unit (homes, shops, parking spaces) and for each part of its codes; rows left
blank are not there. What is wrong is said by the place where it stands.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as PydanticError
from unfold.widgets import BASE_INPUT_CLASSES

from contract.numberings import NUMBERINGS
from contract.unit_code import DEFAULT, PART_LENGTH_MAX, PARTS_MAX, Kind, Numbering, Part

KINDS_MAX = 5
LABEL_MAX = 20
LETTERS_A_ROW = 7  # as on the kiosk
_BLANK_PART = {"label": {"zh": "", "en": ""}, "figures": True, "letters": "", "most": 4}
_BEGINNINGS = {
    "lakeside": _("Building-entrance-room"),
    "towers": _("Tower-flat, parking"),
    "arcade": _("District-shop, offices"),
    "villas": _("House number"),
    "gardens": _("Phase-building-entrance-room"),
}
_RANGE = re.compile("([A-Z])-([A-Z])")
_TYPED = "1201"


def posted(data: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """What stands in the form, right or wrong, with blank rows; None when the form was not sent."""
    if f"{name}-0-zh" not in data:
        return None

    def text(key: str) -> str:
        return " ".join(str(data.get(f"{name}-{key}", "")).replace("\0", " ").split())

    def part(at: str) -> dict[str, Any]:
        label = {"zh": text(f"{at}-zh"), "en": text(f"{at}-en")}
        figures = bool(text(f"{at}-figures"))
        most, letters = text(f"{at}-most"), text(f"{at}-letters")
        return {"label": label, "figures": figures, "letters": letters, "most": most}

    kinds = [
        {
            "name": {"zh": text(f"{at}-zh"), "en": text(f"{at}-en")},
            "parts": [part(f"{at}-{place}") for place in range(PARTS_MAX)],
        }
        for at in range(KINDS_MAX)
    ]
    return {"kinds": kinds}


def fields_of(numbering: Numbering, name: str) -> dict[str, str]:
    """As a browser would send it: the opposite of ``posted``."""
    sent: dict[str, str] = {f"{name}-0-zh": ""}
    for at, kind in enumerate(numbering.kinds):
        sent |= {f"{name}-{at}-zh": kind.name.zh, f"{name}-{at}-en": kind.name.en}
        for place, part in enumerate(kind.parts):
            row = f"{name}-{at}-{place}"
            sent |= {f"{row}-zh": part.label.zh, f"{row}-en": part.label.en}
            sent |= {f"{row}-letters": part.letters, f"{row}-most": str(part.most)}
            sent |= {f"{row}-figures": "on"} if part.figures else {}
    return sent


def read(form: Mapping[str, Any]) -> Numbering:
    """Raises ValidationError, a sentence for each thing that is wrong."""
    problems: list[str] = []
    kinds = []
    for at, row in enumerate(form["kinds"]):
        parts = [part for part in row["parts"] if part["label"]["zh"] or part["label"]["en"]]
        if row["name"]["zh"] or row["name"]["en"] or parts:
            kinds.append(
                _kind(row["name"], parts, gettext("Kind %(place)s") % {"place": at + 1}, problems)
            )
    if not kinds:
        problems.append(gettext("At least one kind of unit is needed"))
    names = [kind["name"]["zh"] for kind in kinds if kind["name"]["zh"]]
    for twice in sorted({name for name in names if names.count(name) > 1}):
        problems.append(gettext("Two kinds are called “%(name)s”") % {"name": twice})
    if problems:
        raise ValidationError(problems)
    try:
        return Numbering.model_validate({"kinds": kinds})
    except PydanticError as wrong:
        raise ValidationError(_("Not a numbering")) from wrong


def _kind(name: Any, parts: list[Any], where: str, problems: list[str]) -> dict[str, Any]:
    _named(name, where, problems)
    if not parts:
        problems.append(gettext("%(where)s: it has no parts") % {"where": where})
    read_parts = []
    for place, part in enumerate(parts, start=1):
        at = gettext("%(kind)s, part %(place)s") % {"kind": where, "place": place}
        _named(part["label"], at, problems)
        letters = _letters(part["letters"], at, problems)
        if not part["figures"] and not part["letters"]:
            needed = gettext("%(where)s: needs figures, letters or both")
            problems.append(needed % {"where": at})
        most = unicodedata.normalize("NFKC", str(part["most"]))
        if not re.fullmatch(f"[1-{PART_LENGTH_MAX}]", most):
            problems.append(
                gettext("%(where)s: the most is 1 to %(most)s")
                % {"where": at, "most": PART_LENGTH_MAX}
            )
            most = "1"
        read_parts.append({**part, "letters": letters, "most": int(most)})
    return {"name": name, "parts": read_parts}


def _named(name: Any, where: str, problems: list[str]) -> None:
    missing = {
        "zh": gettext("%(where)s: the Chinese name is missing"),
        "en": gettext("%(where)s: the English name is missing"),
    }
    for language, said in missing.items():
        if not name[language]:
            problems.append(said % {"where": where})
        elif len(name[language]) > LABEL_MAX:
            problems.append(
                gettext("%(where)s: a name of more than %(most)s letters")
                % {"where": where, "most": LABEL_MAX}
            )


def _letters(text: str, where: str, problems: list[str]) -> str:
    """``a-d, h`` is ABCDH."""
    plain = unicodedata.normalize("NFKC", text).upper()
    spread = _RANGE.sub(
        lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), plain
    )
    letters = re.sub(r"[\s,\u3001]+", "", spread)  # U+3001 is the comma between letters in Chinese
    if not re.fullmatch("[A-Z]*", letters):
        problems.append(
            gettext("%(where)s: only the letters A to Z, as AB or A-D") % {"where": where}
        )
        return ""
    return "".join(dict.fromkeys(letters))


@dataclass(frozen=True)
class KeypadView:
    """What the kiosk shows for one kind of unit, and a code of it as it may be typed."""

    kind: Kind
    fields: list[tuple[Part, str]]
    letters: list[str]
    letter_columns: int
    figures: bool
    code: str
    spelled: str
    taken_by: Kind | None  # another kind takes the code first


def keypads(numbering: Numbering) -> list[KeypadView]:
    return [_keypad(numbering, kind) for kind in numbering.kinds]


def _keypad(numbering: Numbering, kind: Kind) -> KeypadView:
    typed = [example(part, last=part is kind.parts[-1]) for part in kind.parts]
    letters = [key for key in kind.keys if key.isalpha()]
    rows = -(-len(letters) // LETTERS_A_ROW)
    code, spelled = "-".join(typed), ""
    if len(typed) > 1:
        words = "".join(t + part.label.zh for t, part in zip(typed, kind.parts[:-1], strict=False))
        spelled = words + typed[-1]
    taken = numbering.kind_of(code)
    return KeypadView(
        kind=kind,
        fields=list(zip(kind.parts, typed, strict=True)),
        letters=letters,
        letter_columns=-(-len(letters) // rows) if rows else 1,
        figures=any(part.figures for part in kind.parts),
        code=code,
        spelled=spelled if numbering.read(spelled) == code else "",
        taken_by=None
        if taken is None or numbering.kinds[taken] is kind
        else numbering.kinds[taken],
    )


def example(part: Part, *, last: bool) -> str:
    """What might stand in a part: 1201, A, 12A, B1."""
    letter = part.letters[:1]
    if not part.figures:
        return letter
    if not letter:
        return _TYPED[: part.most] if last else "3"
    if part.most == 1:
        return "1"
    return f"{letter}1" if letter == "B" else f"{_TYPED[: part.most - 1][:3]}{letter}"


def preview(form: Mapping[str, Any], tried: str) -> str:
    """The keypads, and what the code that somebody tries means here; else what is wrong."""
    try:
        numbering = read(form)
    except ValidationError as wrong:
        return render_to_string("estate/numbering_preview.html", {"problems": wrong.messages})
    code = numbering.read(tried)
    place = numbering.kind_of(code) if code else None
    context = {
        "keypads": keypads(numbering),
        "tried": tried,
        "code": code,
        "kind": None if place is None else numbering.kinds[place],
        "figures": [*"123456789", "", "0", ""],
    }
    return render_to_string("estate/numbering_preview.html", context)


def form_of(value: Any) -> dict[str, Any]:
    """A numbering as it is stored; the usual one where it cannot be read."""
    try:
        return Numbering.model_validate(value).model_dump()
    except PydanticError:
        return DEFAULT.model_dump()


class NumberingWidget(forms.Widget):
    """The table of kinds and parts, with the keypads below it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return posted(data, name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return posted(data, name) is None

    def id_for_label(self, id_: str | None) -> str:
        return f"{id_}-0-zh" if id_ else ""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        """``value``: what was posted, or a numbering as it is stored."""
        form = value if _is_posted(value) else form_of(value)
        kinds = [*form["kinds"]]
        used = [i for i, kind in enumerate(kinds, 1) if any(kind["name"].values())]
        shown = min(max(used, default=0) + 1, KINDS_MAX)
        blank = {"name": {"zh": "", "en": ""}, "parts": []}
        kinds = [*kinds, *[blank] * KINDS_MAX][:KINDS_MAX]
        rows = [
            {**kind, "parts": [*kind["parts"], *[_BLANK_PART] * PARTS_MAX][:PARTS_MAX]}
            for kind in kinds
        ]
        context = {
            "name": name,
            "kinds": rows[:shown],
            "beginnings": _BEGINNINGS,
            "example": {
                "home": DEFAULT.kinds[0].name,
                "parking": NUMBERINGS["towers"][0].kinds[1].name,
                "code": keypads(DEFAULT)[0].spelled,
            },
            "address": reverse("admin:estate_community_numbering"),
            "most": PART_LENGTH_MAX,
            "input": " ".join(BASE_INPUT_CLASSES),
            "preview": preview(form, ""),
        }
        return render_to_string("estate/numbering.html", context)


def _is_posted(value: Any) -> bool:
    """As ``posted`` makes it: all rows are there."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("kinds"), list)
        and (
            len(value["kinds"]) == KINDS_MAX
            and len(value["kinds"][0].get("parts", ())) == PARTS_MAX
            and isinstance(value["kinds"][0]["parts"][0]["most"], str)
        )
    )


class NumberingFormField(forms.Field):
    """Its value is a numbering as JSON, as the column keeps it."""

    widget = NumberingWidget

    def to_python(self, value: Any) -> Any:
        if value is None:
            return None
        return read(value).model_dump()

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return initial != self.to_python(data)
        except ValidationError:
            return True


def answer(data: Mapping[str, Any], name: str = "numbering") -> str:
    """What the page asks for while somebody fills in the form: the keypads, or a usual way to begin."""
    begin = NUMBERINGS.get(str(data.get("begin", "")))
    if begin:
        return str(NumberingWidget().render(name, begin[0].model_dump()))
    return preview(posted(data, name) or form_of(None), str(data.get(f"{name}-try", ""))[:60])
