"""Finds a driver by the name that the configuration gives it.

A name is a module in the kind's folder (``zvt`` -> ``device_drivers.card_terminals.zvt``) or an entry
point of another package in the group ``lobbypay.<kind>``. Either offers ``create(settings)``, which
takes the driver's own table of the configuration as a mapping and touches no device.
"""

import importlib
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

KINDS = ("scanners", "card_terminals", "printers", "sensors")


class UnknownDriver(LookupError):
    """No driver of that name; the message lists those that exist."""


def names(kind: str) -> tuple[str, ...]:
    """Every driver of a kind, ours and others'."""
    package = importlib.import_module(f"device_drivers.{kind}")
    return tuple(
        sorted({*package.DRIVERS, *(e.name for e in entry_points(group=f"lobbypay.{kind}"))})
    )


def module(kind: str, name: str) -> ModuleType:
    """The driver's module. Raises UnknownDriver."""
    if kind not in KINDS:
        raise UnknownDriver(f"no device kind {kind!r}; there are {', '.join(KINDS)}")
    package = importlib.import_module(f"device_drivers.{kind}")
    if name in package.DRIVERS:
        return importlib.import_module(f"device_drivers.{kind}.{name}")
    for point in entry_points(group=f"lobbypay.{kind}"):
        if point.name == name:
            return point.load()
    raise UnknownDriver(f"no driver {name!r} among the {kind}; there are {', '.join(names(kind))}")


def factory(kind: str, name: str) -> Callable[[Mapping[str, Any]], Any]:
    """The driver's ``create``. Raises UnknownDriver."""
    return module(kind, name).create
