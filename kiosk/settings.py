"""The kiosk's configuration file (TOML): typed, and every mistake named by file, line and key."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from contract.kiosk_settings import Look as Look
from contract.kiosk_settings import Payments as Payments
from contract.kiosk_settings import Table
from contract.text_file import NotUtf8, read_text
from kiosk import staff_pin


class SettingsError(Exception):
    """The configuration cannot be used. Each line says what is wrong, where, and what is allowed."""


class Window(Table):
    """``backlight``: the panel's folder in /sys/class/backlight, where it has one; by night, as the
    community has it, it shines at ``night_brightness_percent`` of what it can."""

    width: int = Field(1080, ge=480, le=7680)
    height: int = Field(1920, ge=480, le=7680)
    fullscreen: bool = True
    backlight: Path | None = None
    night_brightness_percent: int = Field(35, ge=5, le=100)


class Server(Table):
    url: str
    timeout_s: float = Field(8.0, gt=0, le=60)

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, url: str) -> str:
        local = re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", url)
        if not (local or re.match(r"https://[^/\s]+", url)):
            raise ValueError("an https:// address is allowed; http:// only for this machine itself")
        return url.rstrip("/")


class Touch(Table):
    """There must be a touch screen; ``name`` is part of its name, empty for any."""

    name: str = ""


class Staff(Table):
    """``pin`` is what ``lobbypay kiosk pin`` prints, never the PIN itself; empty: no staff screen."""

    pin: str = ""

    @field_validator("pin")
    @classmethod
    def _is_hash(cls, pin: str) -> str:
        if pin and not staff_pin.FORM.fullmatch(pin):
            raise ValueError("what `lobbypay kiosk pin` prints is allowed, not the PIN itself")
        return pin


class Voice(Table):
    """The voice. ``speaker`` and ``headset`` are names of ALSA devices; an empty one is not there.
    ``headset_jack``: the input device whose switch tells that one is plugged in. ``keypad``: the input
    device of a tactile keypad; ``keys``: its key codes where they are others than usual. ``all_aloud``:
    the loudspeaker says units and amounts too. ``clips``: a folder with the site's own recordings.
    """

    speaker: str = "default"
    headset: str = ""
    headset_jack: Path | None = None
    keypad: Path | None = None
    keys: dict[Literal["up", "down", "back", "repeat", "ok"], int] = {}
    all_aloud: bool = False
    clips: Path | None = None


class Device(BaseModel):
    """A driver's name; everything else in the table is the driver's own."""

    model_config = ConfigDict(extra="allow", frozen=True)
    driver: str

    @property
    def own(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Machine(Table):
    """Commands of this machine that staff may ask for from afar, each as its words; nothing of them comes
    from the server. ``reboot``: empty, it cannot be asked for. ``power_off``: what stops the machine
    before its battery is empty, see kiosk.health.battery."""

    reboot: list[str] = []
    power_off: list[str] = []


class Updates(Table):
    """``state`` is the file in which this machine's updater says what it does."""

    state: Path = Path("/var/lib/lobbypay-updater/state.json")


class Settings(Table):
    data_dir: Path
    server: Server
    window: Window = Window()  # pyright: ignore[reportCallIssue]
    look: Look = Look()  # pyright: ignore[reportCallIssue]
    payments: Payments = Payments()  # pyright: ignore[reportCallIssue]
    staff: Staff = Staff()
    voice: Voice | None = None  # without the table the kiosk does not speak
    scanner: Device | None = None
    card_terminal: Device | None = None
    printer: Device | None = None
    sensors: Device | None = None
    touch: Touch | None = None
    machine: Machine = Machine()
    updates: Updates | None = None  # without the table nothing updates this kiosk
    probe_socket: Path | None = None  # lets a test look at the screen; leave it out in a lobby

    def device(self, role: str) -> Device | None:
        return getattr(self, role)


def printer_memory(settings: Settings) -> Path:
    """The file in which the printer's driver keeps what must outlive a restart."""
    own = settings.printer.own if settings.printer else {}
    return Path(str(own.get("state_file") or settings.data_dir / "printer.json"))


DEVICE_ROLES = {
    "scanner": "scanners",
    "card_terminal": "card_terminals",
    "printer": "printers",
    "sensors": "sensors",
}


def load(path: Path) -> Settings:
    """Reads the file. Raises SettingsError with one line for each mistake."""
    try:
        text = read_text(path)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from error
    except NotUtf8 as error:
        raise SettingsError(str(error)) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        mistakes = [_mistake(path, text, e["loc"], e["msg"], e["type"]) for e in error.errors()]
        raise SettingsError("\n".join(mistakes)) from error
    if not settings.data_dir.is_absolute():
        settings = settings.model_copy(update={"data_dir": path.parent / settings.data_dir})
    return settings


def _mistake(path: Path, text: str, where: tuple[Any, ...], message: str, kind: str) -> str:
    key = ".".join(str(part) for part in where)
    if kind == "extra_forbidden":
        message = f"is not a setting; allowed here: {', '.join(_allowed(where[:-1]))}"
    elif kind == "missing":
        message = "is missing"
    return f"{path}:{_line_of(text, where)}: {key}: {message}"


def _allowed(where: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in where:
        annotation = model.model_fields[str(part)].annotation
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return sorted(model.model_fields)


def _line_of(text: str, where: tuple[Any, ...]) -> int:
    """The line of the key, or of its table, or 1."""
    table, key, found = "", str(where[-1]), 1
    wanted = ".".join(str(part) for part in where[:-1])
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        if header:
            table = header[1].strip()
            if table in (wanted, ".".join(map(str, where))):
                found = number
        elif table == wanted and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return found
