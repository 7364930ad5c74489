"""Makes the keys that merchant and channels share in the demo and in tests. None of them is a secret
of anybody; none of them is ever committed.

``python -m simulators.channel_keys DIR`` writes them.
"""

import secrets
import sys
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

MCHID, APPID, MERCHANT_SERIAL = (
    "1900000109",
    "wx0000000000000001",
    "5157F09EFDC096DE15EBE81A47057A72",
)
PLATFORM_KEY_ID = "PUB_KEY_ID_0119000001092026112400000001"
ALIPAY_APP_ID, ALIPAY_SELLER_ID = "2021000000000001", "2088000000000001"
_PAIRS = ("wechat-merchant", "wechat-platform", "alipay-app", "alipay-platform")


def write_keys(folder: Path) -> None:
    """Writes what is missing: RSA pairs of 2048 bits the APIv3 key and the account's secret, of
    32 characters each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PAIRS:
        if private_key(folder, name).exists():
            continue
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        public_key(folder, name).write_bytes(public)
        _write_private(private_key(folder, name), pem)
    for path in (apiv3_key(folder), account_secret(folder)):
        if not path.exists():
            _write_private(path, secrets.token_hex(16).encode())


def _write_private(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)


def private_key(folder: Path, name: str) -> Path:
    return folder / f"{name}.key.pem"


def public_key(folder: Path, name: str) -> Path:
    return folder / f"{name}.pub.pem"


def apiv3_key(folder: Path) -> Path:
    return folder / "wechat-apiv3.key"


def account_secret(folder: Path) -> Path:
    """Of the official account whose appid it is."""
    return folder / "wechat-account.secret"


def server_tables(
    folder: Path, wechat_url: str, alipay_url: str, notify_base: str
) -> dict[str, dict[str, Any]]:
    """What the server's configuration says under ``channels`` to use the simulators."""
    return {
        "wechat": {
            "gateway": wechat_url,
            "notify_url": f"{notify_base}/notify/wechat",
            "simulated": True,
            "payment_codes": True,
            "phone_page": True,
            "account_secret_file": str(account_secret(folder)),
            "account_pages": wechat_url,
            "account_api": wechat_url,
            "mchid": MCHID,
            "appid": APPID,
            "merchant_serial": MERCHANT_SERIAL,
            "merchant_key_file": str(private_key(folder, "wechat-merchant")),
            "apiv3_key_file": str(apiv3_key(folder)),
            "platform_public_key_file": str(public_key(folder, "wechat-platform")),
            "platform_public_key_id": PLATFORM_KEY_ID,
        },
        "alipay": {
            "gateway": f"{alipay_url}/gateway.do",
            "notify_url": f"{notify_base}/notify/alipay",
            "simulated": True,
            "payment_codes": True,
            "phone_page": True,
            "app_id": ALIPAY_APP_ID,
            "seller_id": ALIPAY_SELLER_ID,
            "app_private_key_file": str(private_key(folder, "alipay-app")),
            "alipay_public_key_file": str(public_key(folder, "alipay-platform")),
        },
    }


if __name__ == "__main__":
    write_keys(Path(sys.argv[1]))
