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


class NotBuilt(Exception):
    """Says what is missing."""


def needed() -> set[str]:
    """The names of all packages that a kiosk needs, of what is installed here. Raises NotBuilt."""
    found: set[str] = set()
    ahead = [("lobbypay", EXTRAS)]
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
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        wanted = place / "requirements.txt"
        wanted.write_text(locked(needed(), (ROOT / "requirements.lock").read_text()))
        wheels = place / "wheels"
        other = ["--platform", platform] if platform else []
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        words += ["--only-binary", ":all:", "--require-hashes", *other]
        done = subprocess.run(
            [*words, "-r", str(wanted), "-d", str(wheels)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotBuilt(done.stderr[-1000:])
        pack(to, version, ROOT, wanted.read_text(), sorted(wheels.iterdir()))
    return to


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
