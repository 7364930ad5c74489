"""Sensors and lamps on a relay and input board that speaks Modbus RTU over a serial line.

One thread owns the line: it looks at the inputs, and sets the lamps that are wished for. Three looks in a
row without a good answer, and the board is not there. Written from the specification and tried on the
simulator only, on no real board yet.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog

from device_drivers.deadlines import Deadlines
from device_drivers.errors import DeviceError, NotReachable, ProtocolError, Refused, Timeout
from device_drivers.sensors import modbus
from device_drivers.sensors.conditions import NOT_REACHABLE, conditions_of
from device_drivers.sensors.interface import Lamp, Readings, Signal
from device_drivers.settings import BadSetting, Table
from device_drivers.status import Condition, DeviceStatus
from device_drivers.transport import Serial, Transport

log = structlog.get_logger(__name__)

DRIVER = "modbus_rtu"
ANSWER_S = 0.5  # to the end of an answer
TRIES = 3
QUIET_S = (
    1.0  # after an answer that did not come: it may still, and would be taken for the next one
)
PAUSE_S = 0.01  # between two frames: at least 3.5 characters, 4 ms at 9600 baud
REOPEN_S = 1.0
LAMPS_EVERY_S = 10.0  # a board that was without power has forgotten its lamps
SHOCK_TOLD_S = 600.0  # so long a blow is told to staff
PLACE_MAX = 255
_PERCENT, _DEGREES = (0, 100), (-60, 200)


@dataclass(frozen=True)
class BoardSettings:
    port: str
    baud: int
    parity: str
    address: int
    bits_by: int  # the function by which inputs are read
    inputs: tuple[tuple[Signal, int], ...]
    inverted: frozenset[Signal]  # on while their input is off, as with a contact that opens
    lamps: tuple[tuple[Lamp, int], ...]
    registers_by: int
    temperature: int | None
    temperature_scale: float
    temperature_c: tuple[float, float]
    battery: int | None
    battery_percent_min: int
    poll_s: float
    measure_s: float


def create(settings: Mapping[str, Any]) -> "ModbusBoard":
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    table = Table(settings)
    functions = {"discrete": modbus.READ_DISCRETE_INPUTS, "coils": modbus.READ_COILS}
    kinds = {"input": modbus.READ_INPUT_REGISTERS, "holding": modbus.READ_HOLDING_REGISTERS}
    wired = BoardSettings(
        port=table.text("port"),
        baud=table.whole("baud", 9600, 1200, 115200),
        parity=table.choice("parity", ("none", "even", "odd"), "none")[0].upper(),
        address=table.whole("address", 1, 1, 247),
        bits_by=functions[table.choice("inputs_are", tuple(functions), "discrete")],
        inputs=_places(table, "inputs", Signal),
        inverted=frozenset(Signal(one) for one in _some(table, "inverted", Signal)),
        lamps=_places(table, "lamps", Lamp),
        registers_by=kinds[table.choice("registers_are", tuple(kinds), "input")],
        temperature=table.whole_or_none("temperature_register", 0, 65535),
        temperature_scale=table.number("temperature_scale", 0.1, 0.001, 100),
        temperature_c=(
            table.number("temperature_low_c", 0, -50, 50),
            table.number("temperature_high_c", 60, 20, 120),
        ),
        battery=table.whole_or_none("battery_register", 0, 65535),
        battery_percent_min=table.whole("battery_percent_min", 30, 1, 99),
        poll_s=table.number("poll_s", 0.2, 0.02, 5),
        measure_s=table.number("measure_s", 5, 0.1, 600),
    )
    table.finish()
    return ModbusBoard(wired, Serial(wired.port, wired.baud, wired.parity))


def _places(table: Table, key: str, kind: Any) -> Any:
    """``{door = 0, shock = 1}``: which input or coil each is on."""
    given, known = table.anything(key, {}), {one.value for one in kind}
    allowed = f"numbers from 0 to {PLACE_MAX}, each once, for some of {', '.join(sorted(known))}"
    if not isinstance(given, Mapping) or not set(given) <= known:
        raise BadSetting(key, given, allowed)
    places = list(given.values())
    whole = all(type(place) is int and 0 <= place <= PLACE_MAX for place in places)
    if not whole or len(set(places)) != len(places):
        raise BadSetting(key, given, allowed)
    return tuple((kind(name), place) for name, place in given.items())


def _some(table: Table, key: str, kind: Any) -> tuple[str, ...]:
    given = table.anything(key, [])
    return table.choices(key, tuple(one.value for one in kind), ()) if given else ()


class ModbusBoard:
    """See ``interface.SensorBoard``."""

    def __init__(self, wired: BoardSettings, line: Transport) -> None:
        self._wired, self._line = wired, line
        self.deadlines = Deadlines(
            open_s=TRIES * ANSWER_S + 2, probe_s=0, close_s=2 * QUIET_S + 4 * ANSWER_S + 2
        )
        self.signals = frozenset(signal for signal, _place in wired.inputs)
        if wired.battery is not None:
            self.signals |= {Signal.BATTERY_LOW}
        self._lock = threading.Lock()
        self._readings, self._lit = Readings(), frozenset[Lamp]()
        self._wished = frozenset[Lamp]()
        self._watcher: Callable[[Readings], None] = lambda readings: None
        self._thread: threading.Thread | None = None
        self._closing, self._news = threading.Event(), threading.Event()
        self._measured_at = self._lamps_at = self._struck_at = -SHOCK_TOLD_S
        self._there = self._missed = False

    def open(self) -> None:
        if self._thread is not None:
            if not self._there:
                raise NotReachable(f"{self._line.place}: the board does not answer")
            return
        self._closing.clear()
        self._line.open()
        try:
            first = self._look()
        except DeviceError:
            self._line.close()
            raise
        self._there = True
        self._seen(first)
        self._thread = threading.Thread(target=self._run, name="sensor-board", daemon=True)
        self._thread.start()

    def watch(self, on_change: Callable[[Readings], None]) -> None:
        with self._lock:
            self._watcher = on_change
        _told(on_change, self._readings)

    def show(self, lamps: frozenset[Lamp]) -> None:
        self._wished = lamps
        self._news.set()

    def readings(self) -> Readings:
        return self._readings

    def status(self) -> DeviceStatus:
        if not self._there:
            return DeviceStatus(DRIVER, conditions=(NOT_REACHABLE,))
        now = self._readings
        if time.monotonic() - self._struck_at < SHOCK_TOLD_S:
            now = replace(now, on=now.on | {Signal.SHOCK})
        conditions: tuple[Condition, ...] = conditions_of(
            now, self.signals, *self._wired.temperature_c
        )
        return DeviceStatus(DRIVER, conditions=conditions)

    def close(self) -> None:
        self._closing.set()
        self._news.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(self.deadlines.close_s)
        self._there = False
        self._readings = Readings()

    def _run(self) -> None:
        failures = 0
        while not self._closing.is_set():
            try:
                if not self._there:
                    self._line.open()
                self._seen(self._look())
                self._light(self._wished)
                self._there, failures = True, 0
            except (NotReachable, Timeout, ProtocolError, Refused) as problem:
                failures = self._failed(problem, failures + 1)
            pause = self._wired.poll_s if self._there else REOPEN_S
            self._news.wait(pause)
            self._news.clear()
        with suppress(DeviceError):
            self._light(frozenset())
        self._line.close()

    def _failed(self, problem: DeviceError, failures: int) -> int:
        """One answer that is garbled or missing says nothing yet; a line that is gone does."""
        if self._there and (failures >= TRIES or isinstance(problem, NotReachable)):
            log.warning("sensor_board_lost", detail=problem.detail)
            self._there, self._lamps_at = False, -LAMPS_EVERY_S
            self._seen(Readings())
        return failures

    def _look(self) -> Readings:
        wired, on = self._wired, set[Signal]()
        if wired.inputs:
            last = max(place for _signal, place in wired.inputs)
            asked = modbus.read_bits(wired.address, wired.bits_by, 0, last + 1)
            found = modbus.bits(self._ask(asked), last + 1)
            on = {s for s, place in wired.inputs if found[place] is not (s in wired.inverted)}
        temperature, battery = self._readings.temperature_c, self._readings.battery_percent
        if time.monotonic() - self._measured_at >= wired.measure_s:
            scale = wired.temperature_scale
            temperature = self._measured(wired.temperature, scale, _DEGREES, temperature)
            percent = self._measured(wired.battery, 1, _PERCENT, battery)
            battery = None if percent is None else round(percent)
            self._measured_at = time.monotonic()
        if battery is not None and battery < wired.battery_percent_min:
            on.add(Signal.BATTERY_LOW)
        return Readings(True, frozenset(on), temperature, battery)

    def _measured(
        self, register: int | None, scale: float, among: tuple[float, float], before: float | None
    ) -> float | None:
        """As ``before`` where the board refuses, as without its probe: it still knows of the door. None
        for what nothing can measure, by which boards say that they do not know (0xFFFF)."""
        if register is None:
            return None
        asked = modbus.read_register(self._wired.address, self._wired.registers_by, register)
        try:
            found = round(modbus.signed(self._ask(asked)) * scale, 1)
        except Refused as refused:
            log.warning("not_measured", register=register, detail=refused.detail)
            return before
        least, most = among
        return found if least <= found <= most else None

    def _light(self, lamps: frozenset[Lamp]) -> None:
        """All coils up to the last lamp; those between that are no lamps stay off. A board that refuses
        lamps still knows of the door."""
        now, places = time.monotonic(), dict(self._wired.lamps)
        if not places or (lamps == self._lit and now - self._lamps_at < LAMPS_EVERY_S):
            return
        lit = [False] * (max(places.values()) + 1)
        for lamp, place in places.items():
            lit[place] = lamp in lamps
        try:
            self._ask(modbus.write_coils(self._wired.address, 0, tuple(lit)))
        except Refused as refused:
            log.warning("not_lit", detail=refused.detail)
        self._lit, self._lamps_at = lamps, now

    def _ask(self, request: modbus.Request) -> bytes:
        """Raises NotReachable, Timeout, ProtocolError, Refused."""
        self._clear(QUIET_S if self._missed else PAUSE_S)
        self._missed = True
        self._line.send(request.frame, ANSWER_S)
        answer, end = b"", time.monotonic() + ANSWER_S
        while missing := modbus.missing(request, answer):
            left = end - time.monotonic()
            if left <= 0:
                raise Timeout(f"{self._line.place}: {missing} bytes are missing")
            answer += self._line.receive(left)
        self._missed = False
        return modbus.data_of(request, answer)

    def _clear(self, quiet_s: float) -> None:
        """Forgets what is left of an earlier answer, until the line was quiet for so long."""
        end = time.monotonic() + ANSWER_S + quiet_s
        while self._line.receive(quiet_s):
            if time.monotonic() >= end:
                raise ProtocolError(f"{self._line.place}: it does not stop sending")

    def _seen(self, now: Readings) -> None:
        if Signal.SHOCK in now.on:
            self._struck_at = time.monotonic()
        if now == self._readings:
            return
        self._readings = now
        with self._lock:
            watcher = self._watcher
        _told(watcher, now)


def _told(watcher: Callable[[Readings], None], now: Readings) -> None:
    try:
        watcher(now)
    except Exception:
        log.exception("sensors_not_told")
