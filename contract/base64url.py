"""Base64 for addresses and codes: the URL-safe letters of RFC 4648, section 5, without padding."""

import base64
import binascii


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """For what was made by us or checked before. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def decode_exactly(text: str) -> bytes:
    """For what anybody may have written: bytes have one spelling only. Raises ValueError."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(f"no base64url: {error}") from error
    if encode(raw) != text:
        raise ValueError("no base64url: spelled in another way than its bytes are")
    return raw
