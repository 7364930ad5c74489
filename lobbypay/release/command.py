"""``lobbypay release``: builds a release, keeps the signed repository, and says how far each release may
go. Keys of root and targets are used where they lie, never on the machine that serves the repository."""

import argparse
import platform
import sys
from pathlib import Path

from lobbypay.release import archive, keys
from lobbypay.release.archive import NotBuilt
from lobbypay.release.keys import KeyNotUsable
from lobbypay.release.repository import Keeper, NotPossible
from updater.trust import RINGS
from updater.version import order


def main(argv: list[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    try:
        return _COMMANDS[options.command](options)
    except (NotPossible, NotBuilt, KeyNotUsable, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("lobbypay release", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("key", help="make a key")
    one.add_argument("file", type=Path)
    one.add_argument("--open", action="store_true", help="without a passphrase: the online key")
    one = commands.add_parser("init", help="make an empty repository")
    one.add_argument("repository", type=Path)
    one.add_argument("--root", type=Path, action="append", required=True)
    one.add_argument("--root-threshold", type=int, default=1)
    one.add_argument("--targets", type=Path, action="append", required=True)
    one.add_argument("--targets-threshold", type=int, default=1)
    one.add_argument("--online", type=Path, required=True)
    one = commands.add_parser("build", help="a release out of this checkout")
    one.add_argument("version")
    one.add_argument("file", type=Path)
    one.add_argument("--platform", default="", help="of pip; left out: this machine's")
    one = commands.add_parser("updater", help="the updater itself, for a new machine")
    one.add_argument("file", type=Path)
    one.add_argument("--platform", default="", help="of pip; left out: this machine's")
    one = _signed(commands.add_parser("add", help="offer a release"))
    one.add_argument("version")
    one.add_argument("file", type=Path)
    one.add_argument("--ring", choices=RINGS, default=RINGS[0])
    one.add_argument("--since", default="0.0", help="the oldest release that can change to it")
    one.add_argument("--machine", default="", help="such as aarch64-cp311; left out: this one's")
    one = _signed(commands.add_parser("ring", help="how far a release may go"))
    one.add_argument("version")
    one.add_argument("ring", choices=RINGS)
    one = _signed(commands.add_parser("withdraw", help="offer a release no more"))
    one.add_argument("version")
    one = commands.add_parser("refresh", help="new dates; each day, where the online key lies")
    one.add_argument("repository", type=Path)
    one.add_argument("--online", type=Path, required=True)
    one = commands.add_parser("keys", help="let a role be signed by other keys")
    one.add_argument("repository", type=Path)
    one.add_argument("role", choices=("root", "targets", "online"))
    one.add_argument("--new", type=Path, action="append", required=True)
    one.add_argument("--threshold", type=int, default=1)
    one.add_argument("--root", type=Path, action="append", required=True)
    one = commands.add_parser("show", help="releases, rings, and until when signatures count")
    one.add_argument("repository", type=Path)
    return parser


def _signed(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("repository", type=Path)
    parser.add_argument("--targets", type=Path, action="append", required=True)
    parser.add_argument("--online", type=Path, required=True)
    return parser


def _key(options: argparse.Namespace) -> int:
    phrase = "" if options.open else keys.asked("passphrase: ")
    if phrase and keys.asked("again: ") != phrase:
        raise KeyNotUsable("the two are not alike")
    if not phrase and not options.open:
        raise KeyNotUsable("a passphrase is needed, or --open")
    print(keys.make(options.file, phrase).public_key.keyid)
    return 0


def _init(options: argparse.Namespace) -> int:
    thresholds = (options.root_threshold, options.targets_threshold)
    of = (_read(options.root), _read(options.targets), keys.read(options.online))
    Keeper(options.repository).make(*of, thresholds)
    print(f"give kiosks {options.repository / 'metadata' / '1.root.json'}")
    return 0


def _build(options: argparse.Namespace) -> int:
    order(options.version)
    made = archive.build(options.version, options.file, options.platform)
    print(f"{made}: {made.stat().st_size // 1_000_000} MB")
    return 0


def _updater(options: argparse.Namespace) -> int:
    print(archive.build_updater(options.file, options.platform))
    return 0


def _add(options: argparse.Namespace) -> int:
    own = f"{platform.machine()}-cp{sys.version_info[0]}{sys.version_info[1]}"
    about = {
        "version": options.version,
        "ring": options.ring,
        "since": options.since,
        "machine": options.machine or own,
    }
    order(options.since)
    signing = (_read(options.targets), keys.read(options.online))
    print(Keeper(options.repository).add(options.file, about, *signing))
    return 0


def _ring(options: argparse.Namespace) -> int:
    signing = (_read(options.targets), keys.read(options.online))
    Keeper(options.repository).set_ring(options.version, options.ring, *signing)
    return 0


def _withdraw(options: argparse.Namespace) -> int:
    signing = (_read(options.targets), keys.read(options.online))
    Keeper(options.repository).withdraw(options.version, *signing)
    return 0


def _refresh(options: argparse.Namespace) -> int:
    Keeper(options.repository).refresh(keys.read(options.online))
    return 0


def _keys(options: argparse.Namespace) -> int:
    of = (_read(options.new), _read(options.root), options.threshold)
    Keeper(options.repository).change_keys(options.role, *of)
    return 0


def _show(options: argparse.Namespace) -> int:
    keeper = Keeper(options.repository)
    for one in keeper.listing():
        print(f"{one['version']:12} {one['machine']:16} {one['ring']:8} since {one['since']}")
    for role, at in keeper.ends().items():
        print(f"{role:12} counts until {at:%Y-%m-%d %H:%M} UTC")
    return 0


def _read(paths: list[Path]) -> list:
    return [keys.read(path) for path in paths]


_COMMANDS = {
    "key": _key,
    "init": _init,
    "build": _build,
    "updater": _updater,
    "add": _add,
    "ring": _ring,
    "withdraw": _withdraw,
    "refresh": _refresh,
    "keys": _keys,
    "show": _show,
}
