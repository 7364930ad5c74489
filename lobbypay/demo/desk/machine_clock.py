"""The clock of the kiosk's machine, set wrong while the kiosk runs.

``python -m lobbypay.demo.desk.machine_clock FILE ...`` is ``lobbypay kiosk ...`` on a machine whose clock
is as many seconds off as the file says at each moment. Only what the kiosk takes from the machine's clock
is wrong; what it measures time with goes on as before, as on a real machine.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

MODULE = "lobbypay.demo.desk.machine_clock"


class MachineClock:
    """``program`` is what starts the kiosk with this clock."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "machine-clock"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self.set(0)

    @property
    def program(self) -> tuple[str, ...]:
        return MODULE, str(self._file)

    def set(self, seconds: int) -> None:
        """How far it is off; behind is negative."""
        part = self._file.with_suffix(".part")
        part.write_text(str(seconds))
        part.rename(self._file)
        self.seconds = seconds


def main(argv: list[str]) -> int:
    from kiosk import bootstrap
    from kiosk.commands import kiosk as command

    file = Path(argv[0])

    def machine_time() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=int(file.read_text()))

    bootstrap.machine_time = machine_time
    return command.main(argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
