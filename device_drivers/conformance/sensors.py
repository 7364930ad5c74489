"""What every board of sensors and lamps must do."""

from device_drivers.conformance.check import Check, Subject, claim, wait_until, within
from device_drivers.deadlines import AT_ONCE_S
from device_drivers.sensors.interface import Lamp, Readings, Signal
from device_drivers.status import Level

NOTICED_S = 2.0  # so soon the kiosk knows that its door is open


class Watcher:
    """Takes readings as the kiosk does."""

    def __init__(self) -> None:
        self.seen: list[Readings] = []

    def __call__(self, now: Readings) -> None:
        self.seen.append(now)

    def sees(self, signal: Signal, on: bool) -> bool:
        def there() -> bool:
            return bool(self.seen) and (signal in self.seen[-1].on) is on

        return wait_until(there, NOTICED_S)


def each_signal_is_told_and_ends(at: Subject) -> None:
    assert at.bench.signal is not None
    watcher = Watcher()
    with at.opened() as driver:
        within(AT_ONCE_S, lambda: driver.watch(watcher), "watch")
        for signal in sorted(driver.signals):
            at.bench.signal(signal.value, True)
            claim(watcher.sees(signal, True), f"{signal} was not told within {NOTICED_S:g} s")
            claim(signal in driver.readings().on, f"readings() does not know of {signal}")
            at.bench.signal(signal.value, False)
            claim(watcher.sees(signal, False), f"the end of {signal} was not told")


def a_watcher_hears_at_once_what_is_so(at: Subject) -> None:
    assert at.bench.signal is not None
    with at.opened() as driver:
        signal = min(driver.signals)
        at.bench.signal(signal.value, True)
        wait_until(lambda: signal in driver.readings().on, NOTICED_S)
        watcher = Watcher()
        driver.watch(watcher)
        claim(watcher.seen and signal in watcher.seen[0].on, "it was not told what is so now")
        at.bench.signal(signal.value, False)


def an_open_door_is_a_condition(at: Subject) -> None:
    assert at.bench.signal is not None
    with at.opened() as driver:
        if Signal.DOOR not in driver.signals:
            return
        at.bench.signal(Signal.DOOR.value, True)
        at.becomes(driver, Level.ERROR)
        at.bench.signal(Signal.DOOR.value, False)
        at.becomes(driver, Level.OK)


def lamps_are_lit_and_go_out(at: Subject) -> None:
    assert at.bench.lit is not None
    lit = at.bench.lit
    with at.opened() as driver:
        for lamps in ({Lamp.READY}, {Lamp.BUSY, Lamp.READING}, set[Lamp]()):
            wished = frozenset(lamps)
            within(AT_ONCE_S, lambda wished=wished: driver.show(wished), "show")
            there = wait_until(lambda lamps=lamps: lit() == {one.value for one in lamps})
            claim(there, f"{sorted(lamps)} were wished for, and {sorted(lit())} are lit")
        driver.show(frozenset({Lamp.READY}))
        wait_until(lambda: bool(lit()))
    claim(not lit(), f"after close() {sorted(lit())} are lit")


def unplugged_nothing_is_claimed_and_lamps_come_again(at: Subject) -> None:
    assert at.bench.unplug and at.bench.plug_in and at.bench.lit
    lit, watcher = at.bench.lit, Watcher()
    with at.opened() as driver:
        driver.watch(watcher)
        driver.show(frozenset({Lamp.READY}))
        wait_until(lambda: bool(lit()))
        at.bench.unplug()
        try:
            at.becomes(driver, Level.ERROR)
            claim(not driver.readings().known, "what it said before is still taken for true")
            claim(not watcher.seen[-1].known, "its watcher was not told that it is gone")
        finally:
            at.bench.plug_in()
        at.becomes(driver, Level.OK)
        claim(wait_until(lambda: lit() == {"ready"}), "the lamp did not come again")


def a_watcher_that_fails_stops_nothing(at: Subject) -> None:
    assert at.bench.signal is not None
    seen: list[Readings] = []

    def clumsy(now: Readings) -> None:
        seen.append(now)
        raise RuntimeError("the watcher failed")

    with at.opened() as driver:
        driver.watch(clumsy)
        signal = min(driver.signals)
        before = len(seen)
        at.bench.signal(signal.value, True)
        claim(wait_until(lambda: len(seen) > before, NOTICED_S), "nothing more is told")
        at.bench.signal(signal.value, False)
        at.becomes(driver, Level.OK)


def noise_is_no_signal(at: Subject) -> None:
    assert at.bench.noise is not None
    watcher = Watcher()
    with at.opened() as driver:
        driver.watch(watcher)
        for _ in range(5):
            at.bench.noise()
            wait_until(lambda: False, 0.1)
        at.becomes(driver, Level.OK)
        claim(not any(now.on for now in watcher.seen), "noise was taken for a signal")


CHECKS = (
    Check("each signal is told, and its end", each_signal_is_told_and_ends, ("signal",)),
    Check("a watcher hears at once what is so", a_watcher_hears_at_once_what_is_so, ("signal",)),
    Check("an open door is a condition", an_open_door_is_a_condition, ("signal",)),
    Check("lamps are lit and go out", lamps_are_lit_and_go_out, ("lit",)),
    Check(
        "unplugged nothing is claimed, and lamps come again",
        unplugged_nothing_is_claimed_and_lamps_come_again,
        ("unplug", "plug_in", "lit"),
    ),
    Check("a watcher that fails stops nothing", a_watcher_that_fails_stops_nothing, ("signal",)),
    Check("noise is no signal", noise_is_no_signal, ("noise",)),
)
