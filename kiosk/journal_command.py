"""``lobbypay journal verify|export FILE``: for whoever has to know what a kiosk's journal says."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.journal import Journal, JournalBroken, JournalUnavailable, verify

PAGE = 500


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("lobbypay journal", description="Read a kiosk's journal.")
    parser.add_argument("command", choices=("verify", "export"))
    parser.add_argument("file", type=Path)
    options = parser.parse_args(argv)
    try:
        count = verify(options.file)
    except JournalBroken as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    except JournalUnavailable as error:
        print(error, file=sys.stderr)
        return 2
    if options.command == "verify":
        print(f"{options.file}: {count} entries, every link holds")
        return 0
    _export(options.file)
    return 0


def _export(path: Path) -> None:
    """One JSON line an entry."""
    journal = Journal(path, lambda: datetime.now(UTC))
    position = 0
    while entries := journal.after(position, PAGE):
        for entry in entries:
            print(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False))
        position = entries[-1].sequence
    journal.close()
