"""Reads a text file that a person wrote with any editor: UTF-8, with or without a byte order mark."""

from pathlib import Path


class NotUtf8(ValueError):
    """The file is in another encoding. The message names file, line and remedy."""

    def __init__(self, path: Path, line: int, looks_like: str) -> None:
        guess = f" (it looks like {looks_like})" if looks_like else ""
        super().__init__(f"{path}:{line}: is not UTF-8{guess}; save as UTF-8 in the editor")


def read_text(path: Path) -> str:
    """Without its byte order mark. Raises OSError, and NotUtf8."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        raise NotUtf8(path, 1, "UTF-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise NotUtf8(path, line, "GBK" if _is_gbk(raw) else "") from problem


def _is_gbk(raw: bytes) -> bool:
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True
