"""Kiosks that call the API, signed as theirs are, and what they send."""

import json
import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from contract.http_signature import sign


class Caller:
    """A kiosk's side of the line, as bytes."""

    def __init__(self, key_id="", key=None):
        self.key_id, self.key, self.client = key_id, key or Ed25519PrivateKey.generate(), Client()

    def headers(self, method, path, body=b"", **changes):
        how = {
            "key": self.key,
            "key_id": self.key_id,
            "created": timezone.now(),
            "nonce": secrets.token_urlsafe(18),
        }
        return sign(method, f"http://testserver{path}", body, **{**how, **changes})

    def send(self, method, path, body=None, headers=None):
        raw = json.dumps(body).encode() if body is not None else b""
        headers = headers or self.headers(method, f"/api/v1{path}", raw)
        return self.client.generic(
            method, f"/api/v1{path}", raw, content_type="application/json", headers=headers
        )

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body=None):
        return self.send("POST", path, body if body is not None else {})


def due_bills(world):
    """Amounts as of the real today: the world's bills may have grown a late fee by now."""
    from server.billing.unit_accounts import account_of

    return account_of(world.unit, timezone.localdate()).bills


def payment(world, number=1, method="wechat"):
    bills = due_bills(world)
    request = world.request(number).model_dump(mode="json")
    request["bills"] = [{"number": b.number, "amount_minor": b.amount_minor} for b in bills]
    request["amount_minor"] = sum(b.amount_minor for b in bills)
    return {**request, "method": method}


def error(answer):
    return answer.status_code, answer.json()["code"]
