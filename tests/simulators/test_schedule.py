"""A schedule strikes by the clock and by the count, through the table of the control API."""

from pathlib import Path
from typing import Any

import pytest

from simulators.schedule import Entry, Schedule, load
from tests.device_drivers.waiting import wait_until


class Device:
    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    @property
    def actions(self) -> dict[str, Any]:
        return {name: self._take(name) for name in ("fault", "clear", "unplug")}

    def _take(self, action: str) -> Any:
        def take(body: dict[str, Any]) -> None:
            if body.get("name") == "no_such":
                raise ValueError("no fault 'no_such'")
            self.told.append((action, body))

        return take


def test_by_the_count(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(
        '[[fault]]\nat_count = 2\nfault = "jam_midway"\nafter_dots = 90\n'
        '[[fault]]\nat_count = 3\naction = "unplug"\n'
    )
    device = Device()
    schedule = Schedule(load(path), device.actions)
    schedule.start()
    schedule.count()
    assert device.told == []
    schedule.count()
    assert device.told == [("fault", {"name": "jam_midway", "after_dots": 90})]
    schedule.count()
    assert device.told[1:] == [("unplug", {})]


def test_by_the_clock_and_over_again(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text('[{"after_s": 0.01, "fault": "paper_out", "for_s": 0.01}]')
    device = Device()
    schedule = Schedule(load(path), device.actions)
    schedule.start()
    assert wait_until(lambda: len(device.told) == 2)
    assert device.told == [("fault", {"name": "paper_out"}), ("clear", {"name": "paper_out"})]
    schedule.close()


def test_what_the_device_refuses_is_kept() -> None:
    device = Device()
    schedule = Schedule((Entry("fault", {"name": "no_such"}, at_count=1),), device.actions)
    schedule.count()
    assert "no_such" in schedule.refused[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[{"fault": "silent"}]', "after_s or at_count"),
        ('[{"after_s": 1, "at_count": 1, "fault": "silent"}]', "after_s or at_count"),
        ('[{"after_s": 1}]', "fault or action"),
        ('[{"after_s": "soon", "fault": "silent"}]', "entry 1"),
        ('["silent"]', "a table"),
        ('{"after_s": 1}', "a list"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=said):
        load(path)


def test_an_action_that_there_is_not_is_named_at_once() -> None:
    with pytest.raises(ValueError, match="explode"):
        Schedule((Entry("explode", at_count=1),), Device().actions)
