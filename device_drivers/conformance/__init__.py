"""What every driver of a kind must do, as checks that run over the driver itself.

A check sees the driver only through its interface, and the world only through a ``Bench``. It never
looks inside a driver, and never moves money on a bench that does not allow it.
"""

from device_drivers.conformance.bench import Bench
from device_drivers.conformance.check import Check, Findings, Outcome, Subject, run_checks
from device_drivers.conformance.suites import SUITES

__all__ = ["SUITES", "Bench", "Check", "Findings", "Outcome", "Subject", "run_checks"]
