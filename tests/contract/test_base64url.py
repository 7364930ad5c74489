"""One spelling for the same bytes, wherever somebody else may have written them."""

import pytest

from contract import base64url
from contract.journal_hash import NotSigned, check_signature, sign_entry
from tests.kiosk.core.story import BILL_SIGNER as SIGNER


@pytest.mark.parametrize("raw", [b"", b"\xff", b"\xfb\xff", b"lobby", bytes(range(64))])
def test_what_is_encoded_is_read_again(raw):
    text = base64url.encode(raw)
    assert "=" not in text
    assert base64url.decode(text) == base64url.decode_exactly(text) == raw


@pytest.mark.parametrize("text", ["_w==", "_x", "/w", "_w\n", "_", "水", "_w="])
def test_another_spelling_of_the_same_bytes_is_refused(text):
    with pytest.raises(ValueError):
        base64url.decode_exactly(text)


def test_a_signature_of_an_entry_is_spelled_in_one_way():
    key, text = SIGNER.public_key(), sign_entry(SIGNER, "id-3", 1, "ab" * 32)
    check_signature(key, "id-3", 1, "ab" * 32, text)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    another = text[:-1] + letters[letters.index(text[-1]) ^ 1]
    assert base64url.decode(another) == base64url.decode(text)
    with pytest.raises(NotSigned):
        check_signature(key, "id-3", 1, "ab" * 32, another)
