"""Seals and opens messages: what travels on the local network is unreadable and cannot be altered.

As Adyen's libraries do it (adyen-java-api-library, NexoCrypto and NexoDerivedKeyGenerator): 80 bytes from
the passphrase by PBKDF2-HMAC-SHA1 (4000 rounds, a fixed salt) = HMAC key 32, cipher key 32, IV 16;
AES-256-CBC with PKCS#7 under IV xor nonce; HMAC-SHA256 over the plain text.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from device_drivers.errors import ProtocolError

SALT, ROUNDS = b"AdyenNexoV1Salt", 4000
NONCE_BYTES = 16
VERSION = 1
NOT_SEALED = "nexo.not_sealed"
NOT_GENUINE = "nexo.not_genuine"
OTHER_KEY = "nexo.other_key"


@dataclass(frozen=True)
class SharedKey:
    """``identifier`` and ``version`` name the passphrase; all three are set up with the provider."""

    identifier: str
    version: int
    passphrase: bytes = field(repr=False)


class Sealer:
    def __init__(self, key: SharedKey) -> None:
        self._key = key
        derived = hashlib.pbkdf2_hmac("sha1", key.passphrase, SALT, ROUNDS, 80)
        self._hmac_key, self._cipher_key, self._iv = derived[:32], derived[32:64], derived[64:]

    def seal(self, root: str, header: dict[str, Any], message: bytes) -> dict[str, Any]:
        """``message``, whose header is repeated in clear for routing, under ``root``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        padder = padding.PKCS7(128).padder()
        encryptor = self._cipher(nonce).encryptor()
        blob = encryptor.update(padder.update(message) + padder.finalize()) + encryptor.finalize()
        trailer = {
            "KeyVersion": self._key.version,
            "KeyIdentifier": self._key.identifier,
            "Hmac": base64.b64encode(self._mac(message)).decode(),
            "Nonce": base64.b64encode(nonce).decode(),
            "AdyenCryptoVersion": VERSION,
        }
        sealed = base64.b64encode(blob).decode()
        return {root: {"MessageHeader": header, "NexoBlob": sealed, "SecurityTrailer": trailer}}

    def open(self, envelope: Any) -> bytes:
        """The message of what is under the root. Raises ProtocolError: ``nexo.not_sealed``,
        ``nexo.other_key``, or ``nexo.not_genuine`` for anything that our key did not make."""
        if not isinstance(envelope, dict) or not isinstance(envelope.get("NexoBlob"), str):
            raise ProtocolError(f"an answer in clear: {_words(envelope)}", NOT_SEALED)
        trailer = envelope.get("SecurityTrailer")
        if not isinstance(trailer, dict):
            raise ProtocolError("no SecurityTrailer", NOT_SEALED)
        named = (trailer.get("KeyIdentifier"), trailer.get("KeyVersion"))
        if named != (self._key.identifier, self._key.version):
            raise ProtocolError(f"sealed with key {named!r}", OTHER_KEY)
        try:
            nonce = base64.b64decode(trailer["Nonce"], validate=True)
            mac = base64.b64decode(trailer["Hmac"], validate=True)
            blob = base64.b64decode(envelope["NexoBlob"], validate=True)
            message = self._decrypted(blob, nonce)
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise ProtocolError("it cannot be decrypted", NOT_GENUINE) from None
        if not hmac.compare_digest(mac, self._mac(message)):
            raise ProtocolError("its HMAC is wrong", NOT_GENUINE)
        return message

    def _decrypted(self, blob: bytes, nonce: bytes) -> bytes:
        """Raises ValueError."""
        if len(nonce) != NONCE_BYTES:
            raise ValueError("nonce")
        decryptor = self._cipher(nonce).decryptor()
        padded = decryptor.update(blob) + decryptor.finalize()
        unpadder = padding.PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        iv = bytes(a ^ b for a, b in zip(self._iv, nonce, strict=True))
        return Cipher(algorithms.AES(self._cipher_key), modes.CBC(iv))

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self._hmac_key, message, "sha256").digest()


def _words(envelope: Any) -> str:
    """What a terminal that could not read us says, for the log: its own words, kept short."""
    return json.dumps(envelope, ensure_ascii=True, default=str)[:300]
