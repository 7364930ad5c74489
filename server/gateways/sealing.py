"""Keeps addresses unreadable in the database and its backups: whoever has one may write into a chat.

The key comes from the server's own (``secret-key`` of the data folder). With another key an address
cannot be opened any more, and has to be entered again.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class Unreadable(Exception):
    """Sealed with another key."""


def seal(text: str) -> str:
    return _key().encrypt(text.encode()).decode()


def opened(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _key().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Unreadable from error


def digest(text: str) -> str:
    """The same for the same text, and by it nobody finds the text without the server's key."""
    key = b"lobbypay digests\0" + settings.SECRET_KEY.encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _key() -> Fernet:
    digest = hashlib.sha256(b"lobbypay alert addresses\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
