"""WeChat Pay's signatures, API v3: checks the merchant's, makes its own, encrypts notifications."""

import base64
import json
import re
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from contract.plain_text import whole_number
from simulators import channel_keys
from simulators.payment_channel.faults import Faults

_SCHEME = "WECHATPAY2-SHA256-RSA2048 "
STALE_S = 3600


class Signing:
    def __init__(self, keys: Path, faults: Faults) -> None:
        private = load_pem_private_key(
            channel_keys.private_key(keys, "wechat-platform").read_bytes(), None
        )
        public = load_pem_public_key(channel_keys.public_key(keys, "wechat-merchant").read_bytes())
        assert isinstance(private, RSAPrivateKey) and isinstance(public, RSAPublicKey)
        self._private, self._merchant, self._faults = private, public, faults
        self._apiv3_key = channel_keys.apiv3_key(keys).read_bytes().strip()

    def is_the_merchants(self, method: str, target: str, authorization: str, body: bytes) -> bool:
        """doc/v3, signing a request: method, path with query, timestamp, nonce, body, each with
        a newline."""
        if not authorization.startswith(_SCHEME):
            return False
        told = dict(re.findall(r'(\w+)="([^"]*)"', authorization))
        if told.get("mchid") != channel_keys.MCHID:
            return False
        if told.get("serial_no") != channel_keys.MERCHANT_SERIAL:
            return False
        second = whole_number(told.get("timestamp", ""))
        if second is None or abs(time.time() - second) > 300:
            return False
        message = f"{method}\n{target}\n{told['timestamp']}\n{told['nonce_str']}\n".encode()
        try:
            signature = base64.b64decode(told["signature"])
            self._merchant.verify(signature, message + body + b"\n", PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError, KeyError):
            return False
        return True

    def is_signed_by_the_merchant(self, lines: Sequence[str], signature: str) -> bool:
        """These lines, each with a newline."""
        message = "".join(f"{line}\n" for line in lines).encode()
        try:
            self._merchant.verify(base64.b64decode(signature), message, PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def headers(self, body: bytes) -> dict[str, str]:
        """doc/v3, verifying signatures: timestamp, nonce, body, each with a newline."""
        stamp = str(int(time.time()) - (STALE_S if self._faults.stale_timestamp else 0))
        nonce = secrets.token_hex(16)
        message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
        signature = base64.b64encode(self._private.sign(message, PKCS1v15(), SHA256())).decode()
        if self._faults.signtest:
            signature = "WECHATPAY/SIGNTEST/" + signature[19:]
        if self._faults.bad_signature:
            signature = base64.b64encode(secrets.token_bytes(256)).decode()
        return {
            "Wechatpay-Serial": channel_keys.PLATFORM_KEY_ID,
            "Wechatpay-Signature": signature,
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature-Type": _SCHEME.strip(),
        }

    def encrypted(self, resource: dict[str, Any]) -> dict[str, str]:
        """AEAD_AES_256_GCM under the APIv3 key (doc/v3, decrypting notifications)."""
        nonce, associated = secrets.token_hex(6), "transaction"
        plain = json.dumps(resource, ensure_ascii=False).encode()
        sealed = AESGCM(self._apiv3_key).encrypt(nonce.encode(), plain, associated.encode())
        return {
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": base64.b64encode(sealed).decode(),
            "associated_data": associated,
            "nonce": nonce,
            "original_type": "transaction",
        }
