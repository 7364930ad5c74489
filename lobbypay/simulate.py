"""``lobbypay simulate``: finds the simulation in the checkout that this package is installed from."""

import importlib
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str]) -> int:
    """See ``tests.simulation.campaign``. 2 when there is no checkout."""
    if not (_ROOT / "tests" / "simulation").is_dir():
        print("lobbypay simulate: works in a checkout only; tests/ is not here", file=sys.stderr)
        return 2
    sys.path.insert(0, str(_ROOT))
    return importlib.import_module("tests.simulation.campaign").main(argv)
