"""The configured devices: their drivers from the settings, and what supervisors watch of each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_drivers.card_terminals.interface import CardTerminal
from device_drivers.printers.interface import ReceiptPrinter
from device_drivers.printers.raster import BUILT_FONTS
from device_drivers.registry import UnknownDriver, factory
from device_drivers.scanners.interface import Scanner
from device_drivers.sensors.interface import SensorBoard
from device_drivers.status import DeviceStatus, SelfTesting
from kiosk.asset_paths import FONTS
from kiosk.health.supervisor import Watched
from kiosk.health.touch import TouchWatch
from kiosk.health.voice_inputs import VoiceInputs
from kiosk.runtime.card_desk import CardDesk
from kiosk.settings import DEVICE_ROLES, Settings, SettingsError, printer_memory


@dataclass
class Devices:
    """The configured drivers; a role without a driver is None. ``inputs``: what the voice reads."""

    scanner: Scanner | None
    terminal: CardTerminal | None
    printer: ReceiptPrinter | None
    inputs: VoiceInputs
    sensors: SensorBoard | None = None


def make_devices(settings: Settings, config_path: Path) -> Devices:
    """Raises SettingsError naming the table, the key and what is allowed. Touches no device."""
    extra = {
        "printer": {
            **{key: str(FONTS / name) for key, name in BUILT_FONTS.items()},
            "state_file": str(printer_memory(settings)),
        }
    }
    made: dict[str, Any] = {}
    for role, kind in DEVICE_ROLES.items():
        device = settings.device(role)
        if device is None:
            made[role] = None
            continue
        try:
            made[role] = factory(kind, device.driver)({**extra.get(role, {}), **device.own})
        except (UnknownDriver, ValueError) as error:
            raise SettingsError(f"{config_path}: [{role}]: {error}") from error
    inputs = VoiceInputs(settings.voice)
    first = (made["scanner"], made["card_terminal"], made["printer"])
    return Devices(*first, inputs, made["sensors"])


def watched(
    devices: Devices, settings: Settings, desk: CardDesk | None, resting: Callable[[], bool]
) -> list[Watched]:
    """``resting``: whether nobody is served now, so that a self-test disturbs no one."""

    def test_of(device: Any) -> Callable[[], DeviceStatus] | None:
        return device.self_test if isinstance(device, SelfTesting) else None

    found = []
    if devices.scanner and settings.scanner:
        s, name = devices.scanner, settings.scanner.driver
        found.append(Watched("scanner", name, s.open, s.status, s.close, test_of(s), resting))
    if desk and settings.card_terminal:
        name = settings.card_terminal.driver
        found.append(Watched("card_terminal", name, lambda: None, desk.probe, desk.close))
    if devices.printer and settings.printer:
        p, name = devices.printer, settings.printer.driver
        found.append(Watched("printer", name, p.open, p.probe, p.close, test_of(p), resting))
    if devices.sensors and settings.sensors:
        b, name = devices.sensors, settings.sensors.driver
        found.append(Watched("sensors", name, b.open, b.status, b.close))
    touch = TouchWatch(
        settings.touch.name if settings.touch else "", required=settings.touch is not None
    )
    found.append(Watched("touch", "touch", lambda: None, touch.probe, lambda: None))
    return [*found, *devices.inputs.watched()]
