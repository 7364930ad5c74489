"""Reads the XML of a workbook's sheets and texts, some rows at a time.

openpyxl reads all the rest of the workbook; of sheets it makes an object for each element first, which
takes twice as long, and as long again for formulas. What a cell holds is what openpyxl says of it
(ECMA-376 part 1, 18.3.1.4, 18.18.11); of a formula its value, or ``NotReckoned`` where the file has none.
Raises what expat says of XML that is none, and ``int`` of what is no number: the caller tells that the
file is damaged.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.xml.constants import SHEET_MAIN_NS

from server.onboarding.cells import NotReckoned

CHUNK_BYTES = 64_000
_ROW, _CELL, _VALUE, _FORMULA = (f"{SHEET_MAIN_NS} {name}" for name in ("row", "c", "v", "f"))
_INLINE, _TEXT, _ITEM, _PHONETIC = (f"{SHEET_MAIN_NS} {name}" for name in ("is", "t", "si", "rPh"))
_column = lru_cache(1_000)(column_index_from_string)

Values = tuple[Any, ...]


def shared_strings(file: IO[bytes]) -> list[str]:
    """The texts that cells name by their place; how they are pronounced is no part of them."""
    found: list[str] = []
    texts: list[str] = []
    pieces: list[str] = []
    pronounced = 0

    def begin(name: str, _attributes: dict[str, str]) -> None:
        nonlocal pronounced
        if name == _TEXT:
            pieces.clear()
        elif name == _ITEM:
            texts.clear()
        elif name == _PHONETIC:
            pronounced += 1

    def end(name: str) -> None:
        nonlocal pronounced
        if name == _TEXT and not pronounced:
            texts.extend(pieces)
        elif name == _ITEM:
            found.append("".join(texts).replace("x005F_", ""))
        elif name == _PHONETIC:
            pronounced -= 1

    for _piece in _parsed(file, begin, end, pieces.append):
        pass
    return found


class SheetReader:
    """The rows of one sheet of ``workbook``, which openpyxl has opened to be read only."""

    def __init__(self, workbook: Any, strings: Sequence[str]) -> None:
        self._strings, self._epoch = strings, workbook.epoch
        self._dates, self._spans = workbook._date_formats, workbook._timedelta_formats
        self._ready: list[tuple[int, Values]] = []
        self._pieces: list[str] = []  # of the text of the element that is read
        self._row: list[Any] = []
        self._number = self._place = self._pronounced = 0
        self._cell: dict[str, str] = {}
        self._value: str | None = None
        self._inline: list[str] | None = None
        self._formula: dict[str, str] | None = None
        self._formula_text = ""
        self._shared: dict[str, Translator] = {}

    def rows(self, file: IO[bytes]) -> Iterator[tuple[int, Values]]:
        """Each row that the sheet holds, with its number; rows that go back are left out."""
        last = 0
        for _piece in _parsed(file, self._begin, self._end, self._pieces.append):
            for number, cells in self._ready:
                if number > last:
                    last = number
                    yield number, cells
            self._ready.clear()

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == _CELL:
            self._cell, self._value, self._inline, self._formula = attributes, None, None, None
        elif name in (_VALUE, _TEXT):
            self._pieces.clear()
        elif name == _ROW:
            self._number = _whole(attributes["r"]) if "r" in attributes else self._number + 1
            self._row, self._place = [], 0
        elif name == _FORMULA:
            self._formula = attributes
            self._pieces.clear()
        elif name == _INLINE:
            self._inline = []
        elif name == _PHONETIC:
            self._pronounced += 1

    def _end(self, name: str) -> None:
        if name == _VALUE:
            self._value = "".join(self._pieces)
        elif name == _CELL:
            self._put(self._said())
        elif name == _ROW:
            self._ready.append((self._number, tuple(self._row)))
        elif name == _TEXT:
            if self._inline is not None and not self._pronounced:
                self._inline += self._pieces
        elif name == _FORMULA:
            self._formula_text = "".join(self._pieces)
        elif name == _PHONETIC:
            self._pronounced -= 1

    def _put(self, value: Any) -> None:
        address, row = self._cell.get("r"), self._row
        self._place = _column(address.rstrip("0123456789")) if address else self._place + 1
        if self._place == len(row) + 1:
            row.append(value)
            return
        row.extend([None] * (self._place - len(row)))
        row[self._place - 1] = value

    def _said(self) -> Any:
        kind, value = self._cell.get("t", "n"), self._value
        if self._formula is not None:
            self._remember()
            if not value and kind not in ("str", "inlineStr"):
                return NotReckoned(self._written())
        if kind == "inlineStr":
            return None if self._inline is None else "".join(self._inline)
        if not value:
            return None
        if kind == "s":
            return self._strings[int(value)]
        if kind == "n":
            return self._number_or_day(value)
        if kind == "b":
            return bool(int(value))
        return from_ISO8601(value) if kind == "d" else value  # a formula's text, or an error

    def _number_or_day(self, value: str) -> Any:
        number = float(value) if "." in value or "E" in value or "e" in value else int(value)
        style = int(self._cell.get("s", 0))
        if style not in self._dates:
            return number
        try:
            return from_excel(number, self._epoch, timedelta=style in self._spans)
        except (OverflowError, ValueError):
            return "#VALUE!"  # outside the days that there are

    def _remember(self) -> None:
        """A formula that the cells below share is written in the first of them only."""
        formula, place = self._formula or {}, self._cell.get("r", "")
        if formula.get("t") == "shared" and self._formula_text:
            self._shared[formula.get("si", "")] = Translator(f"={self._formula_text}", place)

    def _written(self) -> str:
        shared = self._shared.get((self._formula or {}).get("si", ""))
        if self._formula_text or shared is None:
            return f"={self._formula_text}"
        return shared.translate_formula(self._cell.get("r"))


def _parsed(
    file: IO[bytes],
    begin: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Goes through the XML, one step for each piece of the file."""
    parser = expat.ParserCreate(None, " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = text
    while chunk := file.read(CHUNK_BYTES):
        parser.Parse(chunk)
        yield
    parser.Parse(b"", True)
    yield


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError(f"{text} is no number of a row")
    return int(number)
