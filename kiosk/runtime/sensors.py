"""The cabinet's sensors and lamps: what the board says becomes an event; the session lights the lamps."""

from collections.abc import Callable

from device_drivers.sensors.interface import Lamp, Readings, SensorBoard, Signal
from kiosk.core.cabinet import Cabinet
from kiosk.core.events import Event, SensorsSeen
from kiosk.core.model import Screen, Session
from kiosk.core.patience import RESTING
from kiosk.health.backlight import Backlight
from kiosk.health.battery import BatteryWatch
from kiosk.runtime.engine import Engine
from kiosk.settings import Settings


class Sensors:
    """``soon`` has the server told at once of what is wrong, and not with the next heartbeat only."""

    def __init__(
        self,
        board: SensorBoard,
        post: Callable[[Event], None],
        session: Callable[[], Session],
        soon: Callable[[], None],
    ) -> None:
        self._board, self._post, self._session, self._soon = board, post, session, soon
        self._lit: frozenset[Lamp] | None = None
        self._told: tuple[str, ...] = ()

    def start(self) -> None:
        self._board.watch(self._seen)

    def follow(self) -> None:
        """The session changed."""
        lamps = lamps_of(self._session())
        if lamps != self._lit:
            self._lit = lamps
            self._board.show(lamps)
        report = self._session().lobby.device("sensors")
        wrong = tuple(one.code for one in report.conditions) if report else ()
        if wrong != self._told:
            self._told = wrong
            self._soon()

    def _seen(self, now: Readings) -> None:
        self._post(SensorsSeen(cabinet_of(now, self._board.signals) if now.known else None))


def watch_cabinet(
    settings: Settings, board: SensorBoard | None, engine: Engine, soon: Callable[[], None]
) -> None:
    """What watches the session for the machine's sake: the panel, the battery, sensors and lamps."""
    window = settings.window
    if window.backlight is not None:
        dim = window.night_brightness_percent
        engine.watch(Backlight(window.backlight, dim, lambda: engine.session).see)
    if board is not None:
        sensors = Sensors(board, engine.post, lambda: engine.session, soon)
        engine.watch(sensors.follow)
        engine.watch(BatteryWatch(settings.machine.power_off, lambda: engine.session, soon).see)
        sensors.start()


def cabinet_of(now: Readings, wired: frozenset[Signal]) -> Cabinet:
    """A battery that is low while mains power is known to be there is being charged: the machine would be
    stopped again right after it came back, and nothing would start it."""
    charging = Signal.POWER_LOST in wired and Signal.POWER_LOST not in now.on
    return Cabinet(
        opened=bool(now.on & {Signal.DOOR, Signal.TILT}),
        on_battery=Signal.POWER_LOST in now.on,
        battery_low=Signal.BATTERY_LOW in now.on and not charging,
        present=Signal.PRESENCE in now.on if Signal.PRESENCE in wired else None,
    )


def lamps_of(session: Session) -> frozenset[Lamp]:
    """Closed: dark. The lamp over the scanner is lit while a bill is to be held there."""
    match session.visit.screen:
        case Screen.ATTRACT:
            return frozenset({Lamp.READY})
        case Screen.OUT_OF_ORDER:
            return frozenset({Lamp.TROUBLE})
        case Screen.SCAN:
            return frozenset({Lamp.BUSY, Lamp.READING})
        case screen if screen in RESTING:
            return frozenset()
    return frozenset({Lamp.BUSY})
