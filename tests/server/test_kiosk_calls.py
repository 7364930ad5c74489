"""What a kiosk's call is told on its own way past the middleware of pages."""

import pytest

from tests.server.api.callers import Caller

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["nothing", "heartbeats/", ""])
def test_an_address_that_is_none_is_a_page_and_as_safe_as_others(client, path):
    told = client.get(f"/api/v1/{path}", headers={"Accept-Language": "en"})
    assert told.status_code == 404 and b"Page not found" in told.content
    assert "default-src 'self'" in told["Content-Security-Policy"]
    assert told["X-Frame-Options"] == "DENY"


def test_an_answer_says_how_long_it_is():
    """So that one which a proxy cut short is known as such."""
    for told in (Caller("nobody").get("/config"), Caller().client.get("/api/v1/heartbeats")):
        assert told["Content-Length"] == str(len(told.content)) != "0"
