"""A signed request is taken as it was sent and by whom, or not at all."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.http_signature import (
    SignatureRefused,
    SignatureStale,
    Signed,
    _in_any_form,
    _in_our_form,
    sign,
    verify,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
NONCE = "n" * 24


def headers(method="POST", path="/api/v1/x?a=1", body=b"{}", created=NOW, key=KEY):
    url = f"http://127.0.0.1:8000{path}"
    return sign(method, url, body, key=key, key_id="K", created=created, nonce=NONCE)


def check(signed, method="POST", path="/api/v1/x?a=1", body=b"{}", now=NOW):
    return verify(method, path, signed, body, public_key=lambda _: KEY.public_key(), now=now)


def test_a_signed_request_names_its_key_and_nonce():
    signed = check(headers())
    assert (signed.key_id, signed.nonce, signed.created) == ("K", NONCE, NOW)


def test_behind_a_proxy_the_host_may_be_another_one():
    assert check(headers(path="/api/v1/x"), path="/api/v1/x").key_id == "K"


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "PUT"},
        {"path": "/api/v1/x?a=2"},
        {"path": "/api/v1/y?a=1"},
        {"body": b"{ }"},
        {"body": b""},
    ],
)
def test_any_change_on_the_way_is_noticed(changed):
    with pytest.raises(SignatureRefused):
        check(headers(), **changed)


def test_another_key_or_an_unknown_one_is_refused():
    with pytest.raises(SignatureRefused):
        check(headers(key=Ed25519PrivateKey.generate()))
    with pytest.raises(SignatureRefused):
        verify("POST", "/api/v1/x?a=1", headers(), b"{}", public_key=lambda _: None, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_future_signature_is_stale(minutes):
    with pytest.raises(SignatureStale):
        check(headers(), now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("without", ["Signature", "Signature-Input", "Content-Digest"])
def test_a_missing_header_is_refused(without):
    signed = headers()
    del signed[without]
    with pytest.raises(SignatureRefused):
        check(signed)


@given(
    st.sampled_from(["Signature", "Signature-Input", "Content-Digest"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=120),
)
def test_garbage_in_the_headers_is_refused_and_nothing_else(name, garbage):
    signed = {**headers(), name: garbage}
    with pytest.raises(SignatureRefused):
        check(signed)


def _verdict(verified, *changed):
    try:
        return verified(*changed)
    except SignatureRefused as refused:
        return type(refused)


_CHANGES = {
    "Signature-Input": [
        ("kiosk=", "other="),
        (";created=", "; created="),
        ('"@method" "@path"', '"@path" "@method"'),
        ('"@query" ', ""),
        ("created=1", "created=2"),
        ('keyid="K"', 'keyid="L"'),
        ("ed25519", "rsa-pss-sha512"),
        ('nonce="n', 'nonce="m'),
        ("lobbypay-kiosk-1", "lobbypay-kiosk-2"),
        (";tag", ";expires=1;tag"),
    ],
    "Signature": [("kiosk=", "other="), ("==:", "=:"), (":", ""), ("kiosk=:A", "kiosk=:B")],
    "Content-Digest": [("sha-256", "sha-512"), ("=:", "=: "), (":", "")],
}


@given(st.data())
def test_what_we_write_is_judged_as_the_general_grammar_judges_it(data):
    """By the form of our own and by the library: the same is taken, the same refused."""
    path = data.draw(st.sampled_from(["/api/v1/heartbeats", "/api/v1/x?wait=25&after_version=3"]))
    body = data.draw(st.binary(max_size=40))
    sent = headers(path=path, body=body)
    for name, changes in _CHANGES.items():
        for old, new in data.draw(st.lists(st.sampled_from(changes), max_size=1)):
            sent[name] = sent[name].replace(old, new, 1)
    arrived = data.draw(st.sampled_from([body, body, b"other"]))
    way = data.draw(
        st.sampled_from(
            [path, path, path + "/", "/api//v1", "/api/v1/%41", path + "?", path + "?a=1"]
        )
    )
    key = data.draw(st.sampled_from([KEY.public_key(), None]))
    asked = ("POST", way, sent, arrived, lambda name: key if name == "K" else None)
    ours, general = (_verdict(how, *asked) for how in (_in_our_form, _in_any_form))
    assert ours is None or ours == general


@pytest.mark.parametrize("path", ["/api/v1/heartbeats", "/api/v1/x?wait=25.0&after_version=3"])
def test_what_we_write_is_in_our_form(path):
    asked = ("POST", path, headers(path=path), b"{}", lambda name: KEY.public_key())
    assert _in_our_form(*asked) == Signed("K", NONCE, NOW)
