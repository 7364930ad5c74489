"""Looks at the machine and its line: server, clock, journal, space, fonts, display. Changes nothing.

The one write is an empty transaction of the journal, to know that it can be written.
"""

import ctypes
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device_drivers.printers.raster import BUILT_FONTS
from device_drivers.printers.typefaces import has
from kiosk.asset_paths import FONTS
from kiosk.central import identity as identity_file
from kiosk.central.client import CentralClient, Refused, ServerAway
from kiosk.clock import OFF
from kiosk.doctor import conditions
from kiosk.doctor.attached import Attached
from kiosk.doctor.finding import Finding, fine, wrong
from kiosk.journal.continuation import current
from kiosk.journal.journal import Journal
from kiosk.journal.schema import JournalBroken, JournalUnavailable
from kiosk.journal.verification import origin_of, verify
from kiosk.settings import Settings

SPACE_MIN, SPACE_GOOD = 50 * 2**20, 500 * 2**20  # bytes
RARE_CHARACTER = "\N{CJK UNIFIED IDEOGRAPH-36C3}"
OTHER_LETTER = "Ş"
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
_TIMEX_SIZE = 512  # more than any struct timex


def _identity(settings: Settings) -> identity_file.Identity | None:
    try:
        return identity_file.load(settings.data_dir)
    except identity_file.NotEnrolled:
        return None


def enrolment(settings: Settings) -> Finding:
    me = _identity(settings)
    if me is None:
        return wrong("enrolment", conditions.NOT_ENROLLED, str(settings.data_dir))
    named = f"{me.kiosk_code} ({me.community})"
    return fine("enrolment", name=named)


def server(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """Whether it answers, knows this kiosk, and what its clock says."""
    url, me = settings.server.url, _identity(settings)
    host = urlsplit(url).hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError as error:
        yield wrong("server", conditions.NAME, f"{host}: {error}")
        return
    # A key that nobody knows is refused, which also shows that the server is there.
    key, key_id = (me.key, me.kiosk_id) if me else (Ed25519PrivateKey.generate(), "doctor")
    try:
        config = CentralClient(url, key_id, key, timeout_s=settings.server.timeout_s).config()
    except ServerAway as error:
        is_ours = "SSLError" in str(error)
        yield wrong("server", conditions.CERTIFICATE if is_ours else conditions.AWAY, str(error))
        return
    except Refused as error:
        if me is None:
            yield fine("server", url=url)
        else:
            yield wrong("server", conditions.REFUSED, error.error.code)
        return
    yield fine("server", url=url)
    off = abs((now or datetime.now(UTC)) - config.server_time)
    if off > OFF:
        yield wrong("clock", conditions.CLOCK, str(off))


def clock() -> Finding:
    """Whether the kernel's clock is disciplined; asked without any right (modes = 0)."""
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE))
    if state == _TIME_ERROR:
        return wrong("clock", conditions.NOT_SYNCHRONISED)
    return fine("clock")


def journal(settings: Settings, *, running: bool) -> Finding:
    """Each link checked; written to only while the kiosk does not run."""
    path, me = current(settings.data_dir), _identity(settings)
    if not path.exists():
        if not os.access(settings.data_dir, os.W_OK):
            return wrong("journal", conditions.JOURNAL_UNAVAILABLE, str(settings.data_dir))
        return fine("journal", "journal.none_yet")
    try:
        count = verify(path, _trusted(me, origin_of(path).public_key) if me else "")
        if not running:
            opened = Journal(path, lambda: datetime.now(UTC), seal=me.seal if me else None)
            opened.check_writable()
            opened.close()
    except JournalBroken as error:
        return wrong("journal", conditions.JOURNAL_BROKEN, str(error))
    except JournalUnavailable as error:
        return wrong("journal", conditions.JOURNAL_UNAVAILABLE, str(error))
    return fine("journal", detail=str(path), entries=count)


def _trusted(me: identity_file.Identity, first: str) -> str:
    """By which key the journal has to be the kiosk's: of now or before; empty for a file without."""
    if not first:
        return ""
    return first if me.seal.of(first) else me.seal.public_key


def space(settings: Settings) -> Finding:
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**20:,.0f} MB: {folder}"
    if free < SPACE_MIN:
        return wrong("space", conditions.NO_SPACE, told)
    if free < SPACE_GOOD:
        return wrong("space", conditions.LITTLE_SPACE, told)
    return fine("space", detail=str(folder), free=f"{free / 2**30:.1f} GB")


def fonts(folder: Path = FONTS) -> Finding:
    """Both weights of both typefaces are there; the first has the characters of rare names, the other
    further scripts."""
    for name in BUILT_FONTS.values():
        path = folder / name
        needed = RARE_CHARACTER if name.startswith("LobbySans") else OTHER_LETTER
        try:
            if not has(path, needed):
                return wrong("fonts", conditions.FONTS, f"{path}: {needed}")
        except OSError as error:
            return wrong("fonts", conditions.FONTS, f"{path}: {error}")
    return fine("fonts")


def display(root: Path = Path("/")) -> Finding:
    """A display server that answers, and a monitor where the graphics card tells of one."""
    outputs = sorted((root / "sys/class/drm").glob("card*-*"))
    states = {o.name.partition("-")[2]: (o / "status").read_text().strip() for o in outputs}
    connected = [name for name, state in states.items() if state == "connected"]
    if not _display_answers(root):
        return wrong("display", conditions.NO_DISPLAY, f"DISPLAY={os.environ.get('DISPLAY', '')}")
    if states and not connected:
        return wrong("display", conditions.NO_MONITOR, ", ".join(states))
    told = ", ".join(connected)
    return fine("display", detail=told)


def _display_answers(root: Path) -> bool:
    """DISPLAY if it is set, else any X or Wayland socket: over ssh it is seldom set."""
    named = os.environ.get("DISPLAY", "")
    x_sockets = root / "tmp/.X11-unix"
    if named:
        number = named.rpartition(":")[2].partition(".")[0]
        wanted = [x_sockets / f"X{number}"] if named.startswith(":") else []
    else:
        wanted = [*x_sockets.glob("X*"), *(root / "run/user").glob("*/wayland-?")]
    return any(_answers(path) for path in wanted)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(2)
        try:
            asking.connect(str(path))
        except OSError:
            return False
    return True


def touch(found: list[Attached]) -> Finding:
    screens = [one for one in found if one.kind == "touch"]
    if not screens:
        return wrong("touch", conditions.NO_TOUCH)
    told = ", ".join(f"{one.name} ({one.device})" for one in screens)
    return fine("touch", found=told)
