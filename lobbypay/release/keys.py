"""Keys of the repository: Ed25519, a file each, closed by a passphrase where one is given. Those of root
and targets are kept away from every machine that is on a network."""

import getpass
import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner

PASSPHRASE = "LOBBYPAY_RELEASE_PASSPHRASE"


class KeyNotUsable(Exception):
    """The key cannot be used; says why."""


def make(path: Path, passphrase: str) -> CryptoSigner:
    """Raises FileExistsError: a key is never written over."""
    key = Ed25519PrivateKey.generate()
    closed = s.BestAvailableEncryption(passphrase.encode()) if passphrase else s.NoEncryption()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, closed))
    return CryptoSigner(key)


def read(path: Path) -> CryptoSigner:
    """Asks for the passphrase where the key has one. Raises KeyNotUsable."""
    try:
        content = path.read_bytes()
        try:
            key = s.load_pem_private_key(content, None)
        except TypeError:
            key = s.load_pem_private_key(content, asked(f"{path.name}: ").encode())
    except (OSError, ValueError) as error:
        raise KeyNotUsable(f"{path}: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyNotUsable(f"{path}: not an Ed25519 key")
    return CryptoSigner(key)


def asked(words: str) -> str:
    """The passphrase, from the environment or unseen from the terminal."""
    given = os.environ.get(PASSPHRASE)
    return getpass.getpass(words) if given is None else given
