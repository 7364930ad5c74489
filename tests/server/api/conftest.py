"""An enrolled kiosk of a community with bills, and who looks after its requests."""

import pytest
from django.utils import timezone

from kiosk.central.identity import public_text
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import Kiosk
from server.payments.channels import registry
from server.service_requests import topics
from server.staff.roles import Role
from tests.server.api.callers import Caller
from tests.server.payments import world as worlds
from tests.server.staff_accounts import create_person


@pytest.fixture
def world(db, monkeypatch):
    made = worlds.make()

    def channel(method):
        return made.channel if method == "wechat" else None

    monkeypatch.setattr(registry, "channel", channel)
    return made


@pytest.fixture
def kiosk(world):
    caller = Caller()
    row = Kiosk.objects.get()
    code = create_pairing_code(row, now=timezone.now())
    body = {"pairing_code": code, "public_key": public_text(caller.key)}
    answer = caller.post("/enrol", body)
    assert answer.status_code == 200, answer.content
    caller.key_id = answer.json()["kiosk_id"]
    return caller


@pytest.fixture
def manager(world):
    person = create_person("manager", (world.community, Role.APPROVER))
    topics.begin(person, world.community, timezone.now())
    return person
