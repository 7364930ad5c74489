"""``lobbypay soak``: finds the soak test in the checkout that this package is installed from."""

import importlib
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str]) -> int:
    """See ``tests.soak.command``. 2 when there is no checkout."""
    if not (_ROOT / "tests" / "soak").is_dir():
        print("lobbypay soak: works in a checkout only; tests/ is not here", file=sys.stderr)
        return 2
    sys.path.insert(0, str(_ROOT))
    return importlib.import_module("tests.soak.command").main(argv)
