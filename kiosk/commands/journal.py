"""``lobbypay journal verify|export FILE``: for whoever has to know what a kiosk's journal says.

``settle`` is the one command that adds to it; it is in ``settle_command``.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from kiosk.commands import settle
from kiosk.journal.audit import breaches
from kiosk.journal.journal import Journal
from kiosk.journal.schema import JournalBroken, JournalUnavailable
from kiosk.journal.verification import origin_of, page_damage, signer_of, verify

PAGE = 500


def main(argv: list[str]) -> int:
    if argv[:1] == ["settle"]:
        return settle.main(argv[1:])
    parser = argparse.ArgumentParser(
        "lobbypay journal",
        description="Read a kiosk's journal.",
        epilog="`lobbypay journal settle --help`: say how a card payment ended that nobody can tell.",
    )
    parser.add_argument("command", choices=("verify", "export"))
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--public-key",
        default="",
        help="the key by which the server knows the kiosk (back office, kiosks)",
    )
    options = parser.parse_args(argv)
    try:
        count = verify(options.file, options.public_key)
    except JournalBroken as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    except JournalUnavailable as error:
        print(error, file=sys.stderr)
        return 2
    if damage := page_damage(options.file):
        print(
            f"{options.file}: {count} entries hold, but the file is damaged: {damage}",
            file=sys.stderr,
        )
        return 1
    if options.command == "verify":
        if found := list(breaches(options.file)):
            print(*(f"{options.file}: {sentence}" for sentence in found), sep="\n", file=sys.stderr)
            return 1
        print(f"{options.file}: {count} entries, {_held(options.file, options.public_key)}")
        return 0
    _export(options.file)
    return 0


def _held(path: Path, trusted_key: str) -> str:
    first, last = origin_of(path).public_key, signer_of(path)
    if not first:
        return "every link holds; entries of this version are not signed"
    if trusted_key:
        return "every link and every signature holds"
    keys = last if first == last else f"{first} and the keys that followed it, the last {last}"
    return f"every link holds, all signed by {keys} (compare it with the server's)"


def _export(path: Path) -> None:
    """One JSON line an entry."""
    journal = Journal(path, lambda: datetime.now(UTC))
    position = 0
    while entries := journal.after(position, PAGE):
        for entry in entries:
            print(json.dumps(entry.model_dump(mode="json"), ensure_ascii=False))
        position = entries[-1].sequence
    journal.close()
