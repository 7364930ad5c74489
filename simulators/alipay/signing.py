"""Alipay's signatures, RSA2: checks the app's, makes its own."""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from simulators import channel_keys
from simulators.payment_channel.faults import Faults


def joined(told: Mapping[str, str]) -> bytes:
    """Sorted by name, ``name=value`` joined by ``&``; empty values are left out."""
    return "&".join(f"{k}={v}" for k, v in sorted(told.items()) if v != "").encode()


class Signing:
    def __init__(self, keys: Path, faults: Faults) -> None:
        private = load_pem_private_key(
            channel_keys.private_key(keys, "alipay-platform").read_bytes(), None
        )
        public = load_pem_public_key(channel_keys.public_key(keys, "alipay-app").read_bytes())
        assert isinstance(private, RSAPrivateKey) and isinstance(public, RSAPublicKey)
        self._private, self._app, self._faults = private, public, faults

    def is_the_apps(self, told: Mapping[str, str]) -> bool:
        """Requests: everything but ``sign``."""
        unsigned = {k: v for k, v in told.items() if k != "sign"}
        try:
            signature = base64.b64decode(told["sign"])
            self._app.verify(signature, joined(unsigned), PKCS1v15(), SHA256())
        except (InvalidSignature, ValueError, KeyError):
            return False
        return True

    def sign(self, content: bytes) -> str:
        """Answers: the text of the response's object as it stands."""
        if self._faults.bad_signature:
            return base64.b64encode(secrets.token_bytes(256)).decode()
        return base64.b64encode(self._private.sign(content, PKCS1v15(), SHA256())).decode()

    def sign_notification(self, told: Mapping[str, str]) -> str:
        """Notifications: everything but ``sign`` and ``sign_type``."""
        return self.sign(joined({k: v for k, v in told.items() if k not in ("sign", "sign_type")}))
