"""Conditions of the kiosk's own, whose words stand in the service catalogue under their code."""

from device_drivers.status import Condition, Level
from kiosk.texts.catalogue import both


def condition(level: Level, id: str, *, code: str = "", **values: object) -> Condition:
    """What is wrong (``ID.what``) and its remedy (``ID.remedy``); ``code`` where it is not the id."""
    return Condition(
        level, code or id, both(f"{id}.what", **values), both(f"{id}.remedy", **values)
    )
