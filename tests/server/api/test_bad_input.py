"""What no kiosk of ours sends: refused in the contract's words, on every database alike (these tests run
on SQLite and on PostgreSQL)."""

import json
import logging

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.messages import ApiError
from tests.server.api.callers import Caller

NUL, SURROGATE = "\0", "\ud800"
HEARTBEAT = {
    "at": "2026-11-24T22:47:00+08:00",
    "software": "0.1.0",
    "uptime_s": 5,
    "state": "idle",
    "offers": [],
    "devices": [{"role": "printer", "driver": "escpos", "level": "ok", "model": "T"}],
    "journal_last": 0,
    "journal_acknowledged": 0,
    "open_payments": 0,
    "config_version": "",
}


def post_raw(kiosk, path, raw):
    headers = kiosk.headers("POST", f"/api/v1{path}", raw)
    return kiosk.client.generic(
        "POST", f"/api/v1{path}", raw, content_type="application/json", headers=headers
    )


def is_refused(answer, *statuses):
    assert answer.status_code in statuses, answer.content
    return ApiError.model_validate_json(answer.content)


@pytest.fixture(autouse=True)
def nothing_is_an_error_of_ours(caplog):
    yield
    ours = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert not ours, [r.getMessage() for r in ours]


@pytest.mark.parametrize("bad", [NUL, SURROGATE, f"K{NUL}", f"a{SURROGATE}b"])
@pytest.mark.parametrize("where", ["software", "config_version", "devices"])
def test_a_heartbeat_with_what_cannot_be_kept(kiosk, bad, where):
    told = dict(HEARTBEAT)
    told[where] = [{**HEARTBEAT["devices"][0], "model": bad}] if where == "devices" else bad
    is_refused(post_raw(kiosk, "/heartbeats", json.dumps(told).encode()), 422)
    assert post_raw(kiosk, "/heartbeats", json.dumps(HEARTBEAT).encode()).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/bills/%00", "/payments/%00", "/bills/open?cursor=%00", "/bills/a%00b"],
)
def test_addresses_with_what_cannot_be_asked_for(kiosk, path):
    is_refused(kiosk.get(path), 404, 422)


@pytest.mark.parametrize("path", ["/staff/login/?next=%00", "/p/%00", "/b/%00", "/admin/?q=%00"])
def test_pages_too(db, path):
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 500 + b"]" * 500,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"at": ' + b"[" * 900 + b"]" * 900 + b"}",
        b"\xff\xfe{}",
        "房号".encode("gbk"),
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"NaN",
        b'{"uptime_s": Infinity}',
        b'{"uptime_s": 1e999}',
        b'{"uptime_s": ' + b"9" * 5000 + b"}",
        json.dumps(HEARTBEAT | {"uptime_s": 10**30}).encode(),
        json.dumps(HEARTBEAT | {"journal_last": -(10**25)}).encode(),
    ],
    ids=range(16),
)
@pytest.mark.parametrize(
    "path", ["/heartbeats", "/units/lookup", "/payments", "/journal", "/enrol"]
)
def test_bodies_that_are_no_message(kiosk, path, raw):
    is_refused(post_raw(kiosk, path, raw), 422)


def test_a_body_that_is_too_large(kiosk, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    is_refused(post_raw(kiosk, "/heartbeats", b"x" * 2000), 422)


@pytest.mark.parametrize("key_id", ["k" * 300, "k" * 65, "房号" * 40, "", " "])
def test_a_key_id_longer_than_any(kiosk, key_id):
    stranger = Caller(key_id)
    body = {"pairing_code": "ABCDEFGHJK", "public_key": "A" * 43}
    for path in ("/enrol", "/heartbeats"):
        raw = json.dumps(body).encode()
        try:
            headers = stranger.headers("POST", f"/api/v1{path}", raw, nonce="n" * 20)
        except Exception:
            return  # nobody can sign as that
        answer = stranger.send("POST", path, body, headers)
        is_refused(answer, 401, 422)


@pytest.mark.parametrize("length", [41, 300, 100_000])
def test_values_longer_than_their_column(kiosk, length):
    long = "k" * length
    code = {"pairing_code": long, "public_key": "A" * 43}
    is_refused(kiosk.post("/enrol", code), 401, 403, 422)
    is_refused(kiosk.get(f"/bills/{long}"), 404)
    is_refused(kiosk.get(f"/payments/{long}"), 404)
    is_refused(kiosk.post("/units/lookup", {"unit": long}), 422)
    assert kiosk.get(f"/bills/open?cursor={long}").status_code == 200
    beat = HEARTBEAT | {"software": long, "config_version": long}
    assert kiosk.post("/heartbeats", beat).status_code in (200, 422)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["/heartbeats", "/units/lookup", "/payments", "/journal/continue"]),
    fields=st.dictionaries(st.sampled_from(list(HEARTBEAT)), ANY_JSON, max_size=4),
)
def test_anything_at_all_is_answered_in_the_contracts_words(kiosk, path, fields):
    answer = post_raw(kiosk, path, json.dumps(HEARTBEAT | fields).encode())
    if answer.status_code != 200:
        is_refused(answer, 404, 409, 422, 429)
