"""A printer that may jam, and a scanner that residents hold their phones to."""

from collections.abc import Callable

from device_drivers.printers.interface import Document, PrintOutcome, PrintResult
from device_drivers.scanners.interface import Scan
from device_drivers.status import Condition, DeviceStatus, Level
from tests.simulation.faults import Faults
from tests.simulation.scheduler import Scheduler

JAM = Condition(
    Level.ERROR,
    "printer.jam",
    {"zh": "卡纸", "en": "Paper jam"},
    {"zh": "取出卡住的纸", "en": "Take out the jammed paper"},
)
JAMMED_FOR_S = 60.0


class SimulatedPrinter:
    """``printed`` holds the job ids that came out whole."""

    def __init__(
        self, scheduler: Scheduler, faults: Faults, came_out: Callable[[Document], None]
    ) -> None:
        self._scheduler, self._faults, self._came_out = scheduler, faults, came_out
        self.simulated = True
        self._jammed_until = -1.0
        self.printed: list[str] = []

    def open(self) -> None:
        self._scheduler.sleep(0.1)

    def print(self, document: Document) -> PrintResult:
        self._scheduler.sleep(1.5)
        if self._jammed or self._faults.strikes("printer_jam"):
            if not self._jammed:
                self._jammed_until = self._scheduler.now + JAMMED_FOR_S
            return PrintResult(PrintOutcome.UNCERTAIN, self.status(), (JAM.code,))
        self.printed.append(document.job_id)
        self._came_out(document)
        return PrintResult(PrintOutcome.PRINTED, self.status())

    @property
    def _jammed(self) -> bool:
        return self._scheduler.now < self._jammed_until

    def status(self) -> DeviceStatus:
        return DeviceStatus("simulated", "", self.simulated, (JAM,) if self._jammed else ())

    def probe(self) -> DeviceStatus:
        return self.status()

    def close(self) -> None:
        pass


class SimulatedScanner:
    """What is held to it is read while it is armed, and only then."""

    def __init__(self, simulated: bool = True) -> None:
        self._simulated = simulated
        self._on_scan: Callable[[Scan], None] | None = None

    def open(self) -> None:
        pass

    def arm(self, on_scan: Callable[[Scan], None]) -> None:
        self._on_scan = on_scan

    def disarm(self) -> None:
        self._on_scan = None

    def sees(self, text: str) -> None:
        if self._on_scan is not None:
            self._on_scan(Scan(text, "CODE128", "simulated"))

    def preview(self) -> None:
        return None

    def status(self) -> DeviceStatus:
        return DeviceStatus("simulated", simulated=self._simulated)

    def close(self) -> None:
        pass
