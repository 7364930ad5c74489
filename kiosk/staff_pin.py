"""The staff PIN: kept as a salted, slow hash (scrypt, RFC 7914), never as itself, never logged.

``scrypt$N$r$p$salt$hash``, salt and hash in base64url. A PIN is short, so whoever steals the hash finds
it in days; it opens a screen that moves no resident's money, and the kiosk limits the tries.
"""

import hashlib
import hmac
import re
import secrets

from contract import base64url

N, R, P = 2**15, 8, 1  # some 0.1 s and 32 MB
MEMORY_MAX = 128 * 2**20
FORM = re.compile(
    r"scrypt\$([0-9]{1,8})\$([0-9]{1,3})\$([0-9]{1,3})\$([A-Za-z0-9_-]{20,})\$([A-Za-z0-9_-]{40,})"
)
PIN = re.compile(r"[0-9]{6,12}", re.ASCII)


def make(pin: str) -> str:
    """Raises ValueError for what is no PIN of 6 to 12 digits, or too easily guessed."""
    if not PIN.fullmatch(pin):
        raise ValueError("a PIN has 6 to 12 digits")
    if len(set(pin)) < 3 or pin in "0123456789012" or pin in "9876543210987":
        raise ValueError("this PIN is too easily guessed")
    salt = secrets.token_bytes(16)
    return (
        f"scrypt${N}${R}${P}${base64url.encode(salt)}${base64url.encode(_hash(pin, salt, N, R, P))}"
    )


def matches(pin: str, made: str) -> bool:
    """Takes as long for a wrong PIN as for the right one. Never raises on any text."""
    found = FORM.fullmatch(made)
    if found is None:
        return False
    n, r, p = (int(found[i]) for i in (1, 2, 3))
    try:
        known = base64url.decode(found[5])
        return hmac.compare_digest(_hash(pin, base64url.decode(found[4]), n, r, p), known)
    except ValueError:
        return False


def _hash(pin: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=MEMORY_MAX, dklen=32)
