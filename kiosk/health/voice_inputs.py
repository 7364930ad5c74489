"""The tactile keypad and the headset's jack of a kiosk that speaks: read for the voice, and watched.

Whoever sees is served without them, so that one which is gone is a warning; whoever does not see cannot
begin without them.
"""

from collections.abc import Callable

from device_drivers.input_devices.headset_jack import HeadsetJack
from device_drivers.input_devices.keypad import Keypad, keys_of
from device_drivers.status import DeviceStatus, Level
from kiosk.health.supervisor import Watched
from kiosk.settings import Voice
from kiosk.texts.conditions import condition

KEYPAD, HEADSET_JACK = "keypad", "headset_jack"
NO_KEYPAD, NO_JACK = "voice.no_keypad", "voice.no_jack"
_GONE = {KEYPAD: NO_KEYPAD, HEADSET_JACK: NO_JACK}


class VoiceInputs:
    """Those that ``settings`` name; none without. Opens nothing before ``start``."""

    def __init__(self, settings: Voice | None) -> None:
        self._settings = settings
        self._devices: dict[str, Keypad | HeadsetJack] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """What is set up."""
        wanted = self._settings
        if wanted is None:
            return ()
        jack = wanted.headset and wanted.headset_jack
        return (*((KEYPAD,) if wanted.keypad else ()), *((HEADSET_JACK,) if jack else ()))

    def start(self, key: Callable[[str], None], plugged: Callable[[bool], None]) -> None:
        """``key`` gets the names of keys that are pressed, ``plugged`` whether a headset is in; both on
        threads of the devices."""
        wanted = self._settings
        if wanted is None:
            return
        for role in self.roles:
            if role == KEYPAD:
                keys = keys_of(dict(wanted.keys))
                path = str(wanted.keypad)
                self._devices[role] = Keypad(path, lambda pressed: key(pressed.value), keys)
            else:
                self._devices[role] = HeadsetJack(str(wanted.headset_jack), plugged)
            self._devices[role].start()

    def close(self) -> None:
        for device in self._devices.values():
            device.close()

    def watched(self) -> list[Watched]:
        """For the supervisors: they only look, the devices open themselves again."""

        def nothing() -> None:
            return None

        def probe_of(role: str) -> Callable[[], DeviceStatus]:
            return lambda: self.status(role)

        return [Watched(role, role, nothing, probe_of(role), nothing) for role in self.roles]

    def status(self, role: str) -> DeviceStatus:
        """How one of them is; before ``start`` nothing is wrong with it."""
        device = self._devices.get(role)
        if device is None:
            return DeviceStatus(role)
        node = device.node
        gone = (condition(Level.WARNING, _GONE[role]),) if node.problem else ()
        return DeviceStatus(role, node.name, node.simulated, gone)
