"""The terminal's own sealing of messages, written apart from any driver's, after the documentation.

PBKDF2-HMAC-SHA1 ("AdyenNexoV1Salt", 4000 rounds, 80 bytes), AES-256-CBC, HMAC-SHA256 of the plain text.
"""

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 16


class CannotOpen(Exception):
    """The message is not sealed with our key, or not at all."""


class Seal:
    def __init__(self, identifier: str, version: int, passphrase: str) -> None:
        self.identifier, self.version = identifier, version
        raw = hashlib.pbkdf2_hmac("sha1", passphrase.encode(), b"AdyenNexoV1Salt", 4000, dklen=80)
        self._mac_key, self._aes_key, self._base = raw[0:32], raw[32:64], raw[64:80]

    def close(self, root: str, inner: dict[str, Any], damage: str = "") -> bytes:
        """``inner`` sealed under ``root``; ``damage``: "hmac" or "blob"."""
        plain = json.dumps({root: inner}).encode()
        fill = BLOCK - len(plain) % BLOCK
        nonce = os.urandom(BLOCK)
        encryptor = self._aes(nonce).encryptor()
        blob = encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()
        mac = hmac.digest(self._mac_key, plain, "sha256")
        if damage == "hmac":
            mac = bytes([mac[0] ^ 1]) + mac[1:]
        if damage == "blob":
            blob = blob[:-1]
        trailer = {
            "AdyenCryptoVersion": 1,
            "KeyIdentifier": self.identifier,
            "KeyVersion": self.version,
            "Nonce": base64.b64encode(nonce).decode(),
            "Hmac": base64.b64encode(mac).decode(),
        }
        outer = {
            "MessageHeader": inner["MessageHeader"],
            "NexoBlob": base64.b64encode(blob).decode(),
            "SecurityTrailer": trailer,
        }
        return json.dumps({root: outer}).encode()

    def open(self, raw: bytes) -> dict[str, Any]:
        """The inner SaleToPOIRequest. Raises CannotOpen."""
        try:
            outer = json.loads(raw)["SaleToPOIRequest"]
            trailer = outer["SecurityTrailer"]
            if (trailer["KeyIdentifier"], trailer["KeyVersion"]) != (self.identifier, self.version):
                raise CannotOpen("another key")
            decryptor = self._aes(base64.b64decode(trailer["Nonce"])).decryptor()
            padded = decryptor.update(base64.b64decode(outer["NexoBlob"])) + decryptor.finalize()
            plain = padded[: -padded[-1]]
            mac = hmac.digest(self._mac_key, plain, "sha256")
            if not hmac.compare_digest(mac, base64.b64decode(trailer["Hmac"])):
                raise CannotOpen("HMAC")
            return json.loads(plain)["SaleToPOIRequest"]
        except (KeyError, TypeError, ValueError, IndexError) as problem:
            raise CannotOpen(str(problem)) from problem

    def _aes(self, nonce: bytes) -> Cipher[modes.CBC]:
        iv = int.from_bytes(self._base) ^ int.from_bytes(nonce)
        return Cipher(algorithms.AES(self._aes_key), modes.CBC(iv.to_bytes(BLOCK)))
