"""A PostgreSQL of our own for tests: made in a temporary folder, on a socket there, thrown away after."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

USER = "lobbypay"
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=")


def programs() -> Path | None:
    """Where the newest installed PostgreSQL has its programs; None when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _version(initdb: Path) -> int:
    return int(initdb.parent.parent.name)


@contextmanager
def running(bin_folder: Path, settings: tuple[str, ...] = _SETTINGS) -> Iterator[str]:
    """The URL of an empty database in a fresh cluster, while the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="lobbypay-pg-"))
    cluster, log = folder / "cluster", folder / "log"
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres")
    try:
        _run(bin_folder / "initdb", "-D", cluster, "-U", USER, "-A", "trust", "-E", "UTF8", "-N")
        options = " ".join(f"-c {setting}" for setting in settings)
        _run(
            *(bin_folder / "pg_ctl", "-D", cluster, "-l", log, "-w", "-t", "120"),
            *("-o", f"-k {folder} {options}", "start"),
        )
        try:
            _run(bin_folder / "createdb", "-h", folder, "-U", USER, "lobbypay")
            yield f"postgresql://{USER}@/lobbypay?host={quote(str(folder), safe='')}"
        finally:
            _run(bin_folder / "pg_ctl", "-D", cluster, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if os.getuid() == 0:
        words = ["runuser", "-u", "postgres", "--", *words]
    # Not a pipe: the server inherits the output, and a pipe would be waited for until it ends.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, stdout=said, stderr=said, cwd="/", timeout=180, check=False)
        said.seek(0)
        assert done.returncode == 0, f"{words}: {said.read().decode(errors='replace')}"
