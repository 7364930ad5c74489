"""The kiosk API by its own description: whatever is sent, signed or not, it answers, and never with
trouble of its own; and nobody but the kiosk that signed what it sends gets anything done."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET

from server.api.calls import api
from server.fleet.models import Kiosk
from tests.server.api.callers import Caller

SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())
OPERATIONS = {
    f"{one.method.upper()} {one.path}": one
    for one in (result.ok() for result in SCHEMA.get_all_operations())
}
# A machine that is to be paired has no key here yet: what it sends is signed by the key that it names.
OPEN = {"POST /api/v1/enrol", "POST /api/v1/pairings"}
pytestmark = pytest.mark.slow
fuzzed = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


class Fuzz:
    """One request as the description allows it, or nearly so."""

    def __init__(self, case: Any) -> None:
        self.method, self.path = case.method.upper(), case.formatted_path
        query = urlencode(case.query or {}, doseq=True)
        self.path += f"?{query}" if query else ""
        self.body = b"" if case.body is NOT_SET else _bytes(case.body)

    def sent(self, caller: Caller, signed: bytes | None = None, **changes: Any) -> Any:
        """``signed``: another body under the signature."""
        what = self.body if signed is None else signed
        headers = caller.headers(self.method, self.path, what, **changes)
        return self.bare(caller, headers)

    def bare(self, caller: Caller, headers: dict[str, str] | None = None) -> Any:
        return caller.client.generic(
            self.method, self.path, self.body, content_type="application/json", headers=headers
        )


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def requests(name: str, mode: GenerationMode) -> st.SearchStrategy[Fuzz]:
    return OPERATIONS[name].as_strategy(generation_mode=mode).map(Fuzz)


def ways() -> list[tuple[str, GenerationMode]]:
    """Also what the description does not allow, where it leaves anything to be not allowed."""
    bodies = [name for name, one in OPERATIONS.items() if len(one.body)]
    return [
        *((name, GenerationMode.POSITIVE) for name in OPERATIONS),
        *((name, GenerationMode.NEGATIVE) for name in bodies),
    ]


@pytest.mark.parametrize(("name", "mode"), ways())
def test_what_a_kiosk_sends_is_answered_without_trouble(kiosk, name: str, mode: GenerationMode):
    @fuzzed
    @given(request=requests(name, mode))
    def send(request: Fuzz) -> None:
        answer = request.sent(kiosk)
        assert answer.status_code < 500, (request.path, request.body, answer.content)
        if answer.status_code >= 400:
            assert answer.json()["code"]

    send()


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - OPEN))
def test_what_no_kiosk_signed_is_refused(kiosk, name: str):
    stranger = Caller(kiosk.key_id)  # its name, another key
    late = timezone.now() - timedelta(hours=1)
    early = timezone.now() + timedelta(hours=1)
    nonce = "used-before-0123456789"

    @fuzzed
    @given(request=requests(name, GenerationMode.POSITIVE))
    def send(request: Fuzz) -> None:
        request.sent(kiosk, nonce=nonce)
        refused = {
            "not signed": request.bare(kiosk),
            "another key": request.sent(stranger),
            "nobody's key": request.sent(Caller("0190d5a0-0000-7000-8000-00000000ffff")),
            "long ago": request.sent(kiosk, created=late),
            "not yet": request.sent(kiosk, created=early),
            "again": request.sent(kiosk, nonce=nonce),
            "altered": request.sent(kiosk, signed=request.body + b" "),
        }
        taken = {
            how: a.status_code for how, a in refused.items() if a.status_code not in (401, 403)
        }
        assert not taken, (request.path, taken)

    send()


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - OPEN))
def test_a_key_that_was_taken_away_does_nothing(kiosk, name: str):
    Kiosk.objects.update(public_key="")

    @fuzzed
    @given(request=requests(name, GenerationMode.POSITIVE))
    def send(request: Fuzz) -> None:
        assert request.sent(kiosk).status_code in (401, 403)

    send()
