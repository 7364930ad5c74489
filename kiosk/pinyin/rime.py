"""librime by its C functions: one engine a process, asked from the thread that made it.

Nothing of what is typed is kept: no user dictionary (assets/pinyin/lobbypay.schema.yaml), no log, and the
folder in which librime must be able to write is a temporary one that goes with the engine.
"""

import ctypes
import tempfile
from ctypes import POINTER, Structure, byref, c_char_p, c_int, c_size_t, c_void_p, sizeof
from pathlib import Path
from typing import Any

from kiosk.asset_paths import PINYIN_BUILT
from kiosk.pinyin.spelling import CANDIDATES_MAX, Spelling, usable

LIBRARY, SCHEMA = "librime.so.1", "lobbypay"
NO_LOG = 4  # glog has FATAL as 3, and nothing above


class NoRime(Exception):
    """librime is not here, or cannot be used; why."""


class _Traits(Structure):
    _fields_ = [
        ("data_size", c_int),
        *((name, c_char_p) for name in ("shared_data_dir", "user_data_dir", "distribution_name")),
        *((name, c_char_p) for name in ("distribution_code_name", "distribution_version")),
        ("app_name", c_char_p),
        ("modules", POINTER(c_char_p)),
        ("min_log_level", c_int),
        *((name, c_char_p) for name in ("log_dir", "prebuilt_data_dir", "staging_dir")),
    ]


class _Composition(Structure):
    _fields_ = [
        *((name, c_int) for name in ("length", "cursor_pos", "sel_start", "sel_end")),
        ("preedit", c_char_p),
    ]


class _Candidate(Structure):
    _fields_ = [("text", c_char_p), ("comment", c_char_p), ("reserved", c_void_p)]


class _Menu(Structure):
    _fields_ = [
        *((name, c_int) for name in ("page_size", "page_no", "is_last_page")),
        *((name, c_int) for name in ("highlighted_candidate_index", "num_candidates")),
        ("candidates", POINTER(_Candidate)),
        ("select_keys", c_char_p),
    ]


class _Context(Structure):
    _fields_ = [
        ("data_size", c_int),
        ("composition", _Composition),
        ("menu", _Menu),
        ("commit_text_preview", c_char_p),
        ("select_labels", POINTER(c_char_p)),
    ]


class _Commit(Structure):
    _fields_ = [("data_size", c_int), ("text", c_char_p)]


class _Candidates(Structure):
    _fields_ = [("ptr", c_void_p), ("index", c_int), ("candidate", _Candidate)]


class Rime:
    """``built``: what tools/build_pinyin.py made. Raises NoRime."""

    def __init__(self, built: Path = PINYIN_BUILT) -> None:
        if not (built / f"{SCHEMA}.table.bin").is_file():
            raise NoRime("its dictionary was not built")
        self._lib = _library()
        self._folder = tempfile.TemporaryDirectory(prefix="lobbypay-pinyin-")
        here = str(built).encode()
        written = self._folder.name.encode()
        self._traits = _sized(
            _Traits,
            shared_data_dir=here,
            prebuilt_data_dir=here,
            user_data_dir=written,
            staging_dir=written,
            distribution_name=b"LobbyPay",
            distribution_code_name=b"lobbypay",
            distribution_version=b"1",
            app_name=b"rime.lobbypay",
            min_log_level=NO_LOG,
            log_dir=b"",
        )
        self._lib.RimeSetup(byref(self._traits))
        self._lib.RimeInitialize(byref(self._traits))
        self._session = self._lib.RimeCreateSession()
        if not self._session or not self._lib.RimeSelectSchema(self._session, SCHEMA.encode()):
            self.close()
            raise NoRime("its schema cannot be read")

    def spell(self, letters: str, chosen: tuple[int, ...]) -> Spelling:
        self._lib.RimeClearComposition(self._session)
        for letter in usable(letters):
            self._lib.RimeProcessKey(self._session, ord(letter), 0)
        text = ""
        for place in chosen:
            text += self._choose(place)
        shown = self._shown()
        if not shown:
            return Spelling(text=text)
        return Spelling(shown=text + shown, candidates=self._candidates())

    def close(self) -> None:
        self._lib.RimeFinalize()
        self._folder.cleanup()

    def _choose(self, place: int) -> str:
        """The candidate at this place of the whole list, by its page and its key on the page. What
        librime hands over, once nothing is left."""
        context = _sized(_Context)
        if not self._lib.RimeGetContext(self._session, byref(context)):
            return ""
        size = context.menu.page_size or 1
        self._lib.RimeFreeContext(byref(context))
        if place >= len(self._candidates()):
            return ""
        for _ in range(place // size):
            self._lib.RimeProcessKey(self._session, 0xFF56, 0)  # Page_Down
        self._lib.RimeProcessKey(self._session, ord("1") + place % size, 0)
        commit = _sized(_Commit)
        if not self._lib.RimeGetCommit(self._session, byref(commit)):
            return ""
        text = (commit.text or b"").decode("utf-8", "replace")
        self._lib.RimeFreeCommit(byref(commit))
        return text

    def _shown(self) -> str:
        context = _sized(_Context)
        if not self._lib.RimeGetContext(self._session, byref(context)):
            return ""
        shown = (context.composition.preedit or b"").decode("utf-8", "replace")
        self._lib.RimeFreeContext(byref(context))
        return shown

    def _candidates(self) -> tuple[str, ...]:
        found, each = [], _Candidates()
        if self._lib.RimeCandidateListBegin(self._session, byref(each)):
            while len(found) < CANDIDATES_MAX and self._lib.RimeCandidateListNext(byref(each)):
                found.append(each.candidate.text.decode("utf-8", "replace"))
            self._lib.RimeCandidateListEnd(byref(each))
        return tuple(found)


def _sized(kind: type[Structure], **values: Any) -> Any:
    """As librime wants it: the structure says its own size, without the field that says it."""
    return kind(data_size=sizeof(kind) - sizeof(c_int), **values)


def _library() -> ctypes.CDLL:
    """Raises NoRime."""
    try:
        lib = ctypes.CDLL(LIBRARY)
        session, place = c_size_t, c_void_p
        for name, arguments, result in (
            ("RimeSetup", [place], None),
            ("RimeInitialize", [place], None),
            ("RimeFinalize", [], None),
            ("RimeCreateSession", [], session),
            ("RimeSelectSchema", [session, c_char_p], c_int),
            ("RimeClearComposition", [session], None),
            ("RimeProcessKey", [session, c_int, c_int], c_int),
            ("RimeGetContext", [session, place], c_int),
            ("RimeFreeContext", [place], c_int),
            ("RimeGetCommit", [session, place], c_int),
            ("RimeFreeCommit", [place], c_int),
            ("RimeCandidateListBegin", [session, place], c_int),
            ("RimeCandidateListNext", [place], c_int),
            ("RimeCandidateListEnd", [place], None),
        ):
            function = getattr(lib, name)
            function.argtypes, function.restype = arguments, result
    except (OSError, AttributeError) as error:
        raise NoRime(str(error)) from error
    return lib
