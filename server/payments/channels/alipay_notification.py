"""Alipay's asynchronous notifications: a form, signed over the bytes of the charset that it names.

The source: open.alipay.com, asynchronous notification, verifying without their SDK: all parameters but
``sign`` and ``sign_type``, sorted by name, ``name=value`` joined by ``&``, in ``charset``.
Old accounts get GBK.
"""

import base64
import binascii
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from server.payments.channels.interface import NotGenuine

_CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}
_CODECS["gb18030"] = "gb18030"


def read(body: bytes, key: RSAPublicKey) -> dict[str, str]:
    """What a genuine notification says. Raises NotGenuine."""
    raw = _parameters(body)
    codec = _CODECS.get(raw.get("charset", b"utf-8").decode("latin-1").lower())
    if codec is None:
        raise NotGenuine("a charset that is not known")
    signature, sign_type = raw.pop("sign", b""), raw.pop("sign_type", b"RSA2")
    if sign_type != b"RSA2":
        raise NotGenuine("not signed by RSA2")
    signed = b"&".join(name.encode("latin-1") + b"=" + raw[name] for name in sorted(raw))
    try:
        key.verify(base64.b64decode(signature, validate=True), signed, PKCS1v15(), SHA256())
        return {name: value.decode(codec) for name, value in raw.items()}
    except (InvalidSignature, binascii.Error) as error:
        raise NotGenuine("signature") from error
    except UnicodeDecodeError as error:
        raise NotGenuine(f"not in {codec}") from error


def _parameters(body: bytes) -> dict[str, bytes]:
    """By name, as the bytes that were meant; latin-1 carries any byte through the library."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            encoding="latin-1",
            max_num_fields=100,
        )
    except ValueError as error:
        raise NotGenuine("no form") from error
    found = {name: value.encode("latin-1") for name, value in pairs}
    if len(found) != len(pairs):
        raise NotGenuine("a parameter that comes twice")
    return found
