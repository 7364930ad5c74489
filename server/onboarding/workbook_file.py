"""Whether a file may be opened as an Excel workbook: a stranger's may unpack to gigabytes, name other
files, or be something else."""

import zipfile
import zlib
from os import SEEK_END
from typing import Any, BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext_lazy as _

FILE_BYTES_MAX = 50_000_000
UNPACKED_BYTES_MAX = 1_000_000_000
RATIO_MAX, RATIO_FROM_BYTES = 150, 20_000_000  # XML of rows that are alike packs well
PARTS_MAX = 2_000
_MAIN = "xl/workbook.xml"
_STRICT = b"http://purl.oclc.org/ooxml/"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
DAMAGED = _(
    "The file is damaged, or no Excel workbook; open it in Excel and save it as .xlsx again"
)


class NotAWorkbook(Exception):
    """The file cannot be read as a workbook. ``text`` says why and what to do."""

    def __init__(self, text: Any) -> None:
        super().__init__(text)
        self.text = text


def look_inside(file: BinaryIO) -> None:
    """Raises NotAWorkbook for what must not be unpacked, or is something else."""
    begins = file.read(8)
    size = file.seek(0, SEEK_END)
    if begins == _OLE:
        raise NotAWorkbook(
            _("An old .xls file, or one locked by a password; save it as .xlsx without a password")
        )
    if size > FILE_BYTES_MAX:
        raise NotAWorkbook(_("The file is larger than 50 MB; import it in parts"))
    if not zipfile.is_zipfile(file):
        raise NotAWorkbook(
            _(
                "No Excel workbook (.csv and .txt are none either); open it in Excel and save it as .xlsx"
            )
        )
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            begins = archive.open(_MAIN).read(1_000) if _MAIN in names else b""
    except (zipfile.BadZipFile, ValueError, RuntimeError) as error:
        raise NotAWorkbook(DAMAGED) from error
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    swollen = unpacked > RATIO_FROM_BYTES and unpacked > RATIO_MAX * packed
    if len(parts) > PARTS_MAX or unpacked > UNPACKED_BYTES_MAX or swollen:
        raise NotAWorkbook(_("The file unpacks to far more than a list of units; it is not opened"))
    if _MAIN not in names:
        raise NotAWorkbook(_("No .xlsx workbook; open it in Excel and save it as .xlsx"))
    if _STRICT in begins:
        raise NotAWorkbook(
            _('A "Strict Open XML" workbook; save it as "Excel Workbook (.xlsx)" without Strict')
        )
    try:
        with zipfile.ZipFile(file) as archive:
            defines = any(_defines_entities(archive, part) for part in parts)
    except UNREADABLE as error:
        raise NotAWorkbook(DAMAGED) from error
    if defines:
        raise NotAWorkbook(DAMAGED)


UNREADABLE = (zipfile.BadZipFile, ValueError, RuntimeError, OSError, EOFError, zlib.error)


class _Begun(Exception):
    """The first element: nothing can be defined after it."""


def _defines_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether a part is XML with a document type, which no program that writes workbooks makes: what it
    defines may become gigabytes, or name another file, in whoever reads on."""
    if not part.filename.lower().endswith((".xml", ".rels")):
        return False
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda name, *_rest: found.append(name)
    parser.StartElementHandler = _begun
    with archive.open(part) as file:
        try:
            while not found and (piece := file.read(4_096)):
                parser.Parse(piece)
        except (_Begun, expat.ExpatError):  # what is no XML is told by whoever reads it
            pass
    return bool(found)


def _begun(*_element: object) -> None:
    raise _Begun
