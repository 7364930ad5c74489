"""How files of the repository come: over the line, where a download that broke off goes on, or from a
folder such as a stick. Judges nothing: what came is believed only by its signed length and hash."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlparse

import urllib3
from tuf.api.exceptions import DownloadHTTPError, DownloadLengthMismatchError, SlowRetrievalError
from tuf.ngclient import FetcherInterface

CHUNK = 256 * 1024
TIMEOUT_S = 30.0
TARGETS, WHOLE = "/targets/", ".json"  # what ends so is small, and always comes anew


class LineFetcher(FetcherInterface):
    """``folder`` keeps the part of a target that came so far; metadata always come whole and anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = urllib3.PoolManager(retries=False)

    def forget(self) -> None:
        """What was kept is in its place, or was not what the repository signed."""
        for part in self._folder.glob("*.part"):
            part.unlink(missing_ok=True)

    @contextmanager
    def download_file(self, url: str, max_length: int) -> Iterator[IO[bytes]]:
        """A target is written to the disk as it comes, and asked for from there on the next time."""
        if TARGETS not in url or url.endswith(WHOLE):
            with super().download_file(url, max_length) as file:
                yield file
            return
        part = self._part(url)
        have = part.stat().st_size if part.is_file() else 0
        if have < max_length:
            self._go_on(url, part, have, max_length)
        with part.open("rb") as file:
            yield file

    def _go_on(self, url: str, part: Path, have: int, max_length: int) -> None:
        response = self._asked(url, {"Range": f"bytes={have}-"} if have else {})
        resumed = have > 0 and response.status == 206
        with response, part.open("ab" if resumed else "wb") as file:
            length = have if resumed else 0
            for chunk in _timely(response):
                length += len(chunk)
                if length > max_length:
                    raise DownloadLengthMismatchError(f"{url}: more than {max_length} bytes")
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    def _part(self, url: str) -> Path:
        """Of what was wanted before this, nothing is kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{url.rpartition('/')[2]}.part"
        for other in self._folder.glob("*.part"):
            if other != part:
                other.unlink(missing_ok=True)
        return part

    def _fetch(self, url: str) -> Iterator[bytes]:
        return _timely(self._asked(url, {}))

    def _asked(self, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        limit = urllib3.Timeout(TIMEOUT_S)
        try:
            response = self._pool.request(
                "GET", url, headers=headers, preload_content=False, timeout=limit
            )
        except urllib3.exceptions.TimeoutError as error:
            raise SlowRetrievalError from error
        if response.status >= 400:
            response.close()
            raise DownloadHTTPError(f"{url}: {response.status}", response.status)
        return response


class FolderFetcher(FetcherInterface):
    """``file://`` addresses within one folder: the repository on a stick."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def forget(self) -> None: ...

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(unquote(urlparse(url).path)).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise DownloadHTTPError(f"{url}: not there", 404)
        return _read(path)


def _timely(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from response.stream(CHUNK)
    except urllib3.exceptions.TimeoutError as error:
        raise SlowRetrievalError from error


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
