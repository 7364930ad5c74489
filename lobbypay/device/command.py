"""``lobbypay device conformance NAME [--kind KIND] [--config kiosk.toml] [--money]``: does a driver do
what its interface says? Prints a table; exits 1 when a check fails.

Without ``--config`` the driver runs against its simulator, which another package brings along as a
context manager ``bench()`` beside ``create``. With it the configured device itself is tried: nothing
is unplugged, and nothing charged or printed without ``--money`` and ``--paper``.
"""

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import structlog

from device_drivers.conformance import SUITES, Bench, Findings, Outcome, Subject, run_checks
from device_drivers.printers.raster import BUILT_FONTS
from device_drivers.registry import KINDS, UnknownDriver, factory, module, names
from kiosk.asset_paths import FONTS
from kiosk.settings import DEVICE_ROLES, SettingsError, load, printer_memory
from lobbypay.device.benches import BENCHES


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        kind = options.kind or kind_of(options.name)
        with _bench(kind, options) as bench:
            return show(kind, options.name, bench)
    except (UnknownDriver, SettingsError, ValueError) as problem:
        print(f"lobbypay device: {problem}", file=sys.stderr)
        return 2


def show(kind: str, name: str, bench: Bench) -> int:
    """Runs the checks and prints each as it ends: 0 if none fails."""
    failures = 0
    print(f"{name} ({kind})")
    for found in findings(kind, name, bench):
        failures += found.outcome is Outcome.FAILS
        why = f"  {found.why}" if found.why else ""
        print(f"  {found.outcome:8} {found.check}{why}", flush=True)
    print(f"{failures} failed" if failures else "no check failed")
    return 1 if failures else 0


def findings(kind: str, name: str, bench: Bench) -> Iterator[Findings]:
    return run_checks(SUITES[kind], Subject(factory(kind, name), bench))


def kind_of(name: str) -> str:
    """Raises UnknownDriver if there is none of that name, or more than one."""
    kinds = [kind for kind in KINDS if name in names(kind)]
    if len(kinds) != 1:
        known = "; ".join(f"{kind}: {', '.join(names(kind))}" for kind in KINDS)
        raise UnknownDriver(f"{len(kinds)} drivers are called {name!r}; give --kind. {known}")
    return kinds[0]


@contextlib.contextmanager
def simulated_bench(kind: str, name: str) -> Iterator[Bench]:
    """Raises UnknownDriver when the driver comes without one."""
    with tempfile.TemporaryDirectory(prefix="lobbypay-bench-") as folder:
        if (kind, name) in BENCHES:
            with BENCHES[kind, name](Path(folder)) as bench:
                yield bench
            return
        own = getattr(module(kind, name), "bench", None)
        if own is None:
            raise UnknownDriver(f"{name} brings no bench() to be tried on; give --config")
        with own() as bench:
            yield bench


def configured_bench(kind: str, name: str, config: Path, money: bool, paper: bool) -> Bench:
    """Raises SettingsError."""
    settings = load(config)
    role = next(role for role, its_kind in DEVICE_ROLES.items() if its_kind == kind)
    device = settings.device(role)
    if device is None or device.driver != name:
        raise SettingsError(f"{config}: [{role}] does not use the driver {name}")
    given = {
        **{key: str(FONTS / name) for key, name in BUILT_FONTS.items()},
        "state_file": str(printer_memory(settings)),
    }
    own = {**(given if kind == "printers" else {}), **device.own}
    currency = str(device.own.get("currency", "CNY"))
    return Bench(settings=own, moves_money=money, uses_paper=paper, currency=currency)


@contextlib.contextmanager
def _bench(kind: str, options: argparse.Namespace) -> Iterator[Bench]:
    if options.config:
        yield configured_bench(kind, options.name, options.config, options.money, options.paper)
        return
    with simulated_bench(kind, options.name) as bench:
        yield bench


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="lobbypay device", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    conformance = commands.add_parser("conformance", help="does a driver do what it must?")
    conformance.add_argument("name", help="as in the configuration, e.g. zvt")
    conformance.add_argument("--kind", choices=KINDS)
    conformance.add_argument("--config", type=Path, help="try the device of this configuration")
    conformance.add_argument(
        "--money", action="store_true", help="pay one minor unit, several times"
    )
    conformance.add_argument("--paper", action="store_true", help="print test receipts")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
