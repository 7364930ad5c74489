"""One release as a file: the program as it stands in this checkout, and the packages that it needs on a
kiosk, each with the hash of requirements.lock. The same commit gives the same bytes but for packages."""

import io
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import requires
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("contract", "kiosk", "device_drivers", "lobbypay", "assets")
LEFT_OUT = ("__pycache__", "release", "demo")
EXTRAS = ("kiosk",)
UPDATER = ("tuf", "securesystemslib", "cryptography", "urllib3")


class NotBuilt(Exception):
    """Says what is missing."""


def needed(*roots: str) -> set[str]:
    """The names of all packages that a kiosk needs, or that these need, of what is installed here."""
    found: set[str] = {canonicalize_name(root) for root in roots}
    ahead: list[tuple[str, tuple[str, ...]]] = [(root, ()) for root in roots]
    ahead = ahead or [("lobbypay", EXTRAS)]
    while ahead:
        name, extras = ahead.pop()
        for line in requires(name) or ():
            one = Requirement(line)
            if one.marker and not any(
                one.marker.evaluate({**default_environment(), "extra": extra})
                for extra in (*extras, "")
            ):
                continue
            if (called := canonicalize_name(one.name)) not in found:
                found.add(called)
                ahead.append((called, tuple(one.extras)))
    return found


def locked(names: set[str], lock: str) -> str:
    """The blocks of requirements.lock for these names. Raises NotBuilt for one that is not there."""
    blocks: dict[str, str] = {}
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        name = canonicalize_name(block.partition("==")[0])  # more than one where Pythons differ
        blocks[name] = blocks.get(name, "") + block.rstrip() + "\n"
    if missing := sorted(names - set(blocks)):
        raise NotBuilt(f"not in requirements.lock: {', '.join(missing)}")
    return "".join(blocks[name] for name in sorted(names))


def build(version: str, to: Path, platform: str = "") -> Path:
    """``platform``: of pip, such as manylinux_2_28_aarch64; empty: of this machine. Raises NotBuilt."""
    if missing := unprepared(ROOT):
        raise NotBuilt(f"run `make setup` first: there is no {missing[0]}")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        wanted = _download(needed(), place, platform)
        pack(to, version, ROOT, wanted, sorted((place / "wheels").iterdir()))
    return to


def unprepared(root: Path) -> list[str]:
    """What set-up makes and is not there: fonts, the keyboard's dictionary, compiled catalogues."""
    catalogues = [po.with_suffix(".mo") for po in (root / "assets" / "locale").rglob("*.po")]
    assets = root / "assets"
    fonts, pinyin = assets / "fonts" / "built", assets / "pinyin" / "built"
    made = [fonts / "LobbyScreen-Bold.otf", *catalogues, pinyin / "lobbypay.table.bin"]
    return [str(path.relative_to(root)) for path in made if not path.is_file()]


def build_updater(to: Path, platform: str = "") -> Path:
    """What a machine's updater is made of: its code, and the packages that it needs. Raises NotBuilt."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        wanted = _download(needed(*UPDATER), place, platform)
        with tarfile.open(to, "w") as tar:
            for path in sorted((ROOT / "updater").glob("*.py")):
                _add(tar, f"updater/{path.name}", path.read_bytes())
            _add(tar, "requirements.txt", wanted.encode())
            for wheel in sorted((place / "wheels").iterdir()):
                _add(tar, f"wheels/{wheel.name}", wheel.read_bytes())
    return to


def _download(names: set[str], place: Path, platform: str) -> str:
    """Into ``wheels`` there; returns the requirements with their hashes. Raises NotBuilt."""
    wanted = place / "requirements.txt"
    wanted.write_text(locked(names, (ROOT / "requirements.lock").read_text()))
    other = ["--platform", platform] if platform else []
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    words += ["--only-binary", ":all:", "--require-hashes", *other]
    words += ["-r", str(wanted), "-d", str(place / "wheels")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuilt(done.stderr[-1000:])
    return wanted.read_text()


def pack(to: Path, version: str, root: Path, requirements: str, wheels: list[Path]) -> None:
    with tarfile.open(to, "w") as tar:
        for room in ROOMS:
            for path in sorted((root / room).rglob("*")):
                inner = path.relative_to(root)
                if path.is_file() and not set(inner.parts) & set(LEFT_OUT):
                    _add(tar, f"app/{inner}", path.read_bytes())
        metadata = f"Metadata-Version: 2.1\nName: lobbypay\nVersion: {version}\n"
        _add(tar, f"app/lobbypay-{version}.dist-info/METADATA", metadata.encode())
        _add(tar, "requirements.txt", requirements.encode())
        for wheel in wheels:
            _add(tar, f"wheels/{wheel.name}", wheel.read_bytes())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))
