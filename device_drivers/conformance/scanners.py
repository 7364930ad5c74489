"""What every scanner must do."""

from device_drivers.conformance.check import SETTLES_S, Check, Subject, claim, wait_until, within
from device_drivers.deadlines import AT_ONCE_S
from device_drivers.scanners.interface import CODE_LENGTH_MAX, Scan
from device_drivers.status import Level

QUIET_S = 1.0  # so long nothing must come
SHOWN_S = 0.5  # a code that was not read by then is shown again


class Desk:
    """Takes codes as the kiosk does."""

    def __init__(self, at: Subject) -> None:
        assert at.bench.show is not None
        self._show = at.bench.show
        self.scans: list[Scan] = []

    def __call__(self, scan: Scan) -> None:
        self.scans.append(scan)

    def texts(self) -> list[str]:
        return [scan.text for scan in self.scans]

    def reads(self, code: str) -> bool:
        """Holds a code before it, again and again as a resident would, until it was read."""

        def read() -> bool:
            self._show(code)
            return wait_until(lambda: code in self.texts(), SHOWN_S)

        return wait_until(read, SETTLES_S)


def a_code_is_handed_over(at: Subject) -> None:
    desk = Desk(at)
    with at.opened() as driver:
        within(AT_ONCE_S, lambda: driver.arm(desk), "arm")
        claim(desk.reads("LOBBY-1001"), "a code that was shown did not arrive")
        scan = desk.scans[-1]
        claim(scan.kind and scan.reader, f"kind and reader must be named: {scan}")
        claim(set(desk.texts()) == {"LOBBY-1001"}, "something else arrived too")


def one_code_arrives_once(at: Subject) -> None:
    assert at.bench.show is not None
    desk = Desk(at)
    with at.opened() as driver:
        driver.arm(desk)
        claim(desk.reads("LOBBY-1002"), "a code that was shown did not arrive")
        seen = desk.texts().count("LOBBY-1002")
        at.bench.show("LOBBY-1002")
        wait_until(lambda: desk.texts().count("LOBBY-1002") > seen, QUIET_S)
        claim(desk.texts().count("LOBBY-1002") == seen, "it arrived twice while still in sight")


def disarmed_nothing_arrives(at: Subject) -> None:
    assert at.bench.show is not None
    desk = Desk(at)
    with at.opened() as driver:
        driver.arm(desk)
        claim(desk.reads("LOBBY-1003"), "a code that was shown did not arrive")
        within(AT_ONCE_S, driver.disarm, "disarm")
        at.bench.show("LOBBY-1004")
        wait_until(lambda: "LOBBY-1004" in desk.texts(), QUIET_S)
        claim("LOBBY-1004" not in desk.texts(), "a code arrived after disarm()")
        driver.arm(desk)
        claim(desk.reads("LOBBY-1005"), "armed again, a code did not arrive")


def closed_nothing_arrives(at: Subject) -> None:
    assert at.bench.show is not None
    desk = Desk(at)
    with at.opened() as driver:
        driver.arm(desk)
        claim(desk.reads("LOBBY-1006"), "a code that was shown did not arrive")
    at.bench.show("LOBBY-1007")
    wait_until(lambda: "LOBBY-1007" in desk.texts(), QUIET_S)
    claim("LOBBY-1007" not in desk.texts(), "a code arrived after close()")


def a_receiver_that_fails_stops_nothing(at: Subject) -> None:
    desk = Desk(at)

    def clumsy(scan: Scan) -> None:
        desk(scan)
        raise RuntimeError("the receiver failed")

    with at.opened() as driver:
        driver.arm(clumsy)
        claim(desk.reads("LOBBY-1008"), "a code that was shown did not arrive")
        claim(desk.reads("LOBBY-1009"), "after a receiver failed, no code arrives")


def noise_stops_nothing(at: Subject) -> None:
    assert at.bench.noise is not None
    desk = Desk(at)
    with at.opened() as driver:
        driver.arm(desk)
        claim(desk.reads("LOBBY-1010"), "a code that was shown did not arrive")
        at.bench.noise()
        claim(desk.reads("LOBBY-1011"), "after noise, no code arrives")
        longest = max(len(text) for text in desk.texts())
        claim(longest <= CODE_LENGTH_MAX, f"{longest} characters were handed over")


def a_code_arrives_after_it_was_unplugged(at: Subject) -> None:
    assert at.bench.unplug and at.bench.plug_in
    desk = Desk(at)
    with at.opened() as driver:
        driver.arm(desk)
        at.bench.unplug()
        try:
            at.becomes(driver, Level.ERROR)
        finally:
            at.bench.plug_in()
        claim(desk.reads("LOBBY-1012"), "plugged in again, no code arrives")


def a_preview_is_a_picture(at: Subject) -> None:
    with at.opened() as driver:
        picture = within(AT_ONCE_S, driver.preview, "preview")
        if picture is not None:
            width, height, rgb = picture
            claim(len(rgb) == width * height * 3, f"{width} x {height} has {len(rgb)} bytes")


CHECKS = (
    Check("a code is handed over", a_code_is_handed_over, ("show",)),
    Check("a code in sight arrives once", one_code_arrives_once, ("show",)),
    Check("disarmed nothing arrives", disarmed_nothing_arrives, ("show",)),
    Check("closed nothing arrives", closed_nothing_arrives, ("show",)),
    Check("a receiver that fails stops nothing", a_receiver_that_fails_stops_nothing, ("show",)),
    Check("noise stops nothing", noise_stops_nothing, ("show", "noise")),
    Check(
        "unplugged while armed, codes arrive again",
        a_code_arrives_after_it_was_unplugged,
        ("show", "unplug", "plug_in"),
    ),
    Check("a preview is a picture", a_preview_is_a_picture),
)
