"""The repository of releases (The Update Framework): who may sign what, which releases there are, and how
far each may go. What is written is whole: the timestamp, which makes a change seen, comes last."""

import json
import os
import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from updater.trust import INDEX, RINGS
from updater.version import order

LIVES = {
    Root.type: timedelta(days=730),
    Targets.type: timedelta(days=365),
    Snapshot.type: timedelta(days=30),
    Timestamp.type: timedelta(days=30),
}
ONLINE = (Snapshot.type, Timestamp.type)  # signed by the machine that serves the repository


class NotPossible(Exception):
    """Says why, in words for whoever keeps the repository."""


class Keeper:
    """``folder`` has ``metadata/`` and ``targets/``, as any web server gives them out."""

    def __init__(self, folder: Path, now: datetime | None = None) -> None:
        self._metadata, self._targets = folder / "metadata", folder / "targets"
        self._now = (now or datetime.now(UTC)).replace(microsecond=0)

    def make(
        self,
        root_keys: list[CryptoSigner],
        targets_keys: list[CryptoSigner],
        online: CryptoSigner,
        thresholds: tuple[int, int] = (1, 1),
    ) -> None:
        """``thresholds``: of root and targets. Raises NotPossible."""
        if self._metadata.exists():
            raise NotPossible(f"{self._metadata} is there already")
        self._metadata.mkdir(parents=True)
        self._targets.mkdir(parents=True)
        root = Root(version=1, expires=self._until(Root.type), consistent_snapshot=True)
        _allow(root, Root.type, root_keys, thresholds[0])
        _allow(root, Targets.type, targets_keys, thresholds[1])
        for role in ONLINE:
            _allow(root, role, [online], 1)
        self._write_root(Metadata(root), root_keys)
        targets = Targets(version=1, expires=self._until(Targets.type))
        self._index(targets)
        self._sign_targets(Metadata(targets), targets_keys)
        snapshot = Snapshot(version=1, expires=self._until(Snapshot.type))
        snapshot.meta = {"targets.json": MetaFile(1)}
        self._publish(Metadata(snapshot), Metadata(Timestamp(1, expires=self._now)), online)

    def add(
        self,
        archive: Path,
        about: dict[str, str],
        keys: list[CryptoSigner],
        online: CryptoSigner,
    ) -> str:
        """``about``: version, ring, since, machine. Returns the target's name. Raises NotPossible."""
        order(about["version"])
        if about["ring"] not in RINGS:
            raise NotPossible(f"a ring is one of {', '.join(RINGS)}")
        name = f"lobbypay-{about['version']}-{about['machine']}.tar"
        targets = self._newest(Targets.type)
        if name in targets.signed.targets:
            raise NotPossible(f"{name} is there already: a release is never changed")
        target = TargetFile.from_file(name, str(archive), ["sha256"])
        target.unrecognized_fields["custom"] = about
        self._put(archive, name, target)
        targets.signed.targets[name] = target
        self._change(targets, keys, online)
        return name

    def set_ring(
        self, version: str, ring: str, keys: list[CryptoSigner], online: CryptoSigner
    ) -> None:
        """As far as that release may go. Raises NotPossible."""
        if ring not in RINGS:
            raise NotPossible(f"a ring is one of {', '.join(RINGS)}")
        targets = self._newest(Targets.type)
        of_it = [
            one for one in targets.signed.targets.values() if _custom(one, "version") == version
        ]
        if not of_it:
            raise NotPossible(f"there is no release {version}")
        for target in of_it:
            target.unrecognized_fields["custom"] = {**(target.custom or {}), "ring": ring}
        self._change(targets, keys, online)

    def withdraw(self, version: str, keys: list[CryptoSigner], online: CryptoSigner) -> None:
        """It is offered no more; its file stays. Raises NotPossible."""
        targets = self._newest(Targets.type)
        signed = targets.signed.targets
        names = [name for name, one in signed.items() if _custom(one, "version") == version]
        if not names:
            raise NotPossible(f"there is no release {version}")
        for name in names:
            del signed[name]
        self._change(targets, keys, online)

    def refresh(self, online: CryptoSigner) -> None:
        """New dates for what the serving machine signs: at least each fortnight."""
        self._publish(self._newest(Snapshot.type), self._newest(Timestamp.type), online)

    def change_keys(
        self, role: str, new: list[CryptoSigner], root_keys: list[CryptoSigner], threshold: int = 1
    ) -> None:
        """A new root by which ``role`` is signed by other keys; kiosks follow it by the old one's
        signatures. ``online``: snapshot and timestamp. What the role signed must be signed again."""
        root = self._newest(Root.type)
        for one in ONLINE if role == "online" else (role,):
            for key in list(root.signed.roles[one].keyids):
                root.signed.revoke_key(key, one)
            _allow(root.signed, one, new, threshold)
        root.signed.version += 1
        root.signed.expires = self._until(Root.type)
        self._write_root(root, [*root_keys, *(new if role == Root.type else [])])

    def listing(self) -> list[dict[str, Any]]:
        targets = self._newest(Targets.type).signed.targets
        about = [one.custom for name, one in targets.items() if name != INDEX and one.custom]
        return sorted(about, key=lambda one: order(one["version"]))

    def ends(self) -> dict[str, datetime]:
        """Until when what each role signed counts."""
        return {role: self._newest(role).signed.expires for role in LIVES}

    def _change(
        self, targets: Metadata[Targets], keys: list[CryptoSigner], online: CryptoSigner
    ) -> None:
        self._index(targets.signed)
        targets.signed.version += 1
        targets.signed.expires = self._until(Targets.type)
        self._sign_targets(targets, keys)
        snapshot = self._newest(Snapshot.type)
        snapshot.signed.meta["targets.json"] = MetaFile(targets.signed.version)
        self._publish(snapshot, self._newest(Timestamp.type), online)

    def _index(self, targets: Targets) -> None:
        names = sorted(name for name in targets.targets if name != INDEX)
        content = json.dumps(names).encode()
        target = TargetFile.from_data(INDEX, content, ["sha256"])
        _write(self._targets / f"{target.hashes['sha256']}.{INDEX}", content)
        targets.targets[INDEX] = target

    def _put(self, archive: Path, name: str, target: TargetFile) -> None:
        place = self._targets / f"{target.hashes['sha256']}.{name}"
        partial = place.with_name(f"{place.name}.partial")
        shutil.copyfile(archive, partial)
        partial.replace(place)

    def _sign_targets(self, targets: Metadata[Targets], keys: list[CryptoSigner]) -> None:
        _sign(targets, keys)
        try:
            self._newest(Root.type).verify_delegate(Targets.type, targets)
        except RepositoryError as error:
            raise NotPossible(f"targets: {error}") from error
        self._write(f"{targets.signed.version}.targets.json", targets)

    def _publish(
        self, snapshot: Metadata[Snapshot], timestamp: Metadata[Timestamp], online: CryptoSigner
    ) -> None:
        if (self._metadata / "timestamp.json").exists():
            snapshot.signed.version += 1
            timestamp.signed.version += 1
        snapshot.signed.expires = self._until(Snapshot.type)
        timestamp.signed.expires = self._until(Timestamp.type)
        timestamp.signed.snapshot_meta = MetaFile(snapshot.signed.version)
        root = self._newest(Root.type)
        for role, one in ((Snapshot.type, snapshot), (Timestamp.type, timestamp)):
            _sign(one, [online])
            try:
                root.verify_delegate(role, one)
            except RepositoryError as error:
                raise NotPossible(f"{role}: {error}") from error
        self._write(f"{snapshot.signed.version}.snapshot.json", snapshot)
        self._write("timestamp.json", timestamp)

    def _write_root(self, root: Metadata[Root], keys: list[CryptoSigner]) -> None:
        _sign(root, keys)
        checked = [root] if root.signed.version == 1 else [self._newest(Root.type), root]
        for one in checked:
            try:
                one.verify_delegate(Root.type, root)
            except RepositoryError as error:
                raise NotPossible(f"root: {error}") from error
        self._write(f"{root.signed.version}.root.json", root)

    def _newest(self, role: str) -> Metadata[Any]:
        if role == Timestamp.type:
            return Metadata.from_file(str(self._metadata / "timestamp.json"))
        numbers = [
            int(path.name.partition(".")[0]) for path in self._metadata.glob(f"*.{role}.json")
        ]
        if not numbers:
            raise NotPossible(f"there is no repository in {self._metadata.parent}")
        return Metadata.from_file(str(self._metadata / f"{max(numbers)}.{role}.json"))

    def _until(self, role: str) -> datetime:
        return self._now + LIVES[role]

    def _write(self, name: str, what: Metadata[Any]) -> None:
        _write(self._metadata / name, what.to_bytes(JSONSerializer(compact=False)))


def _custom(target: TargetFile, name: str) -> Any:
    return (target.custom or {}).get(name)


def _allow(root: Root, role: str, keys: Iterable[CryptoSigner], threshold: int) -> None:
    signers = list(keys)
    if not 1 <= threshold <= len(signers):
        raise NotPossible(f"{role}: {threshold} of {len(signers)} keys cannot sign")
    for one in signers:
        root.add_key(one.public_key, role)
    root.roles[role].threshold = threshold


def _sign(what: Metadata[Any], keys: list[CryptoSigner]) -> None:
    what.signatures.clear()
    for key in keys:
        what.sign(key, append=True)


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
