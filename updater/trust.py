"""What the repository's signatures vouch for (The Update Framework): which releases there are, and the
bytes of one. An older repository, a replayed or expired one, or other bytes are refused here."""

import errno
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tuf.api.exceptions import (
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
)
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater
from urllib3.exceptions import HTTPError

from updater.fetching import FolderFetcher, LineFetcher
from updater.version import is_version, order

RINGS = ("canary", "tenth", "all")
INDEX = "releases.json"  # the names of all releases: a target like the others
logging.getLogger("tuf").setLevel(logging.CRITICAL)
T = TypeVar("T")


class Refused(Exception):
    """``code`` says why: ``expired`` (or the clock is wrong), ``not_trusted``, ``not_reached``,
    ``not_there``, ``broken``, ``no_space``, ``wrong_machine``, ``not_for_ring``, ``older``, ``too_old``,
    ``does_not_start``, ``disk``, ``clock``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True)
class Release:
    """``ring``: as far as it may go. ``since``: the oldest release that can change to it. ``machine``:
    processor and Python for which it was built, or ``any``."""

    target: TargetFile
    version: str
    ring: str
    since: str
    machine: str


class Repository:
    """One look at the repository, by the line or in a folder. ``state`` keeps what is trusted: a later
    look, by whichever way, accepts nothing older. Raises Refused."""

    def __init__(self, state: Path, root: Path, url: str = "", stick: Path | None = None) -> None:
        metadata = state / "metadata"
        metadata.mkdir(parents=True, exist_ok=True)
        self._state = state
        base = stick.resolve().as_uri() if stick else url.rstrip("/")
        self._fetcher = FolderFetcher(stick) if stick else LineFetcher(state / "parts")
        self._client = _guarded(
            lambda: Updater(
                metadata_dir=str(metadata),
                metadata_base_url=f"{base}/metadata/",
                target_base_url=f"{base}/targets/",
                fetcher=self._fetcher,
                bootstrap=root.read_bytes(),
            )
        )
        _guarded(self._client.refresh)

    def releases(self, machine: str) -> list[Release]:
        """Those that are offered for this machine, the newest last. Raises Refused."""
        index = self._client.get_targetinfo(INDEX)
        if index is None:
            return []
        path = self._state / INDEX
        _guarded(lambda: self._client.download_target(index, str(path)))
        names = json.loads(path.read_bytes())
        found = [one for name in names if (one := self._release(str(name))) is not None]
        fitting = [one for one in found if one.machine in (machine, "any")]
        return sorted(fitting, key=lambda one: order(one.version))

    def find(self, version: str, machine: str) -> Release:
        """Raises Refused."""
        fitting = [one for one in self.releases(machine) if one.version == version]
        if not fitting:
            raise Refused("not_there", f"{version} for {machine}")
        return fitting[-1]

    def fetch(self, release: Release, to: Path) -> None:
        """What came by the line so far is kept for the next try, unless it is not what was signed. Raises
        Refused."""
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            _guarded(lambda: self._client.download_target(release.target, str(to)))
        except Refused as refused:
            if refused.code == "broken":
                self._fetcher.forget()
            raise
        self._fetcher.forget()

    def _release(self, name: str) -> Release | None:
        """None for what is no release that this updater understands."""
        target = _guarded(lambda: self._client.get_targetinfo(name))
        said = (target.custom or {}) if target else {}
        version, since, ring = said.get("version"), said.get("since", "0.0"), said.get("ring")
        if target is None or not is_version(version) or not is_version(since) or ring not in RINGS:
            return None
        return Release(target, version, ring, since, str(said.get("machine", "any")))


def _guarded(do: Callable[[], T]) -> T:
    """Raises Refused for what is refused, does not come, or finds no room."""
    try:
        return do()
    except ExpiredMetadataError as error:
        raise Refused("expired", str(error)) from error
    except (LengthOrHashMismatchError, DownloadLengthMismatchError) as error:
        raise Refused("broken", str(error)) from error
    except (DownloadError, HTTPError) as error:
        raise Refused("not_reached", str(error)) from error
    except RepositoryError as error:
        raise Refused("not_trusted", str(error)) from error
    except OSError as error:
        code = "no_space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "not_reached"
        raise Refused(code, str(error)) from error
