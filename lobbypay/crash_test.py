"""``lobbypay crash-test``: finds the crash test in the checkout that this package is installed from."""

import importlib
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent


def main(argv: list[str]) -> int:
    """See ``tests.crash.command``. 2 when there is no checkout."""
    if not (_ROOT / "tests" / "crash").is_dir():
        print("lobbypay crash-test: works in a checkout only; tests/ is not here", file=sys.stderr)
        return 2
    sys.path.insert(0, str(_ROOT))
    return importlib.import_module("tests.crash.command").main(argv)
