"""People on call for tests: with addresses, around the clock, and their receivers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

from server.estate.models import Community
from server.gateways import sealing
from server.on_call.models import PersonAddress, Shift
from server.staff.roles import Role
from simulators.chat_robot.robot import Robot
from simulators.http_door import HttpDoor
from tests.server.staff_accounts import create_person
from tests.server.village import NOW

MIDNIGHT = time(0, 0)


def address(person: Any, way: str = "mail", to: str = "", language: str = "zh") -> PersonAddress:
    to = to or f"{person.get_username()}@example.com"
    return PersonAddress.objects.create(
        person=person,
        way=way,
        sealed=sealing.seal(to),
        shown=f"…{to[-4:]}",
        language=language,
        added_at=NOW,
    )


def on_duty(community: Community, person: Any, level: int = 1, **hours: Any) -> Shift:
    values = {"weekdays": "1234567", "starts": MIDNIGHT, "ends": MIDNIGHT, **hours}
    return Shift.objects.create(community=community, person=person, level=level, **values)


def technician(community: Community, name: str, level: int = 1, **to: Any) -> Any:
    """On call around the clock, told by mail unless another way is named."""
    person = create_person(name, (community, Role.TECHNICIAN))
    address(person, **to)
    on_duty(community, person, level)
    return person


@contextmanager
def robot() -> Iterator[tuple[Robot, str]]:
    """A webhook's receiver, and its address as staff paste it."""
    machine = Robot()
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    try:
        yield machine, f"http://127.0.0.1:{door.port}/hook/3f9c2b7a41d84c0e9a7b"
    finally:
        door.close()
