"""A page of staff asks the database as often for a hundred rows as for ten: every page without a row in
its address, found from the resolver, with so many rows of each kind that waits for people."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from server.alerts.models import Alert
from server.fleet.models import Kiosk
from server.jobs.models import Job
from server.notices.models import Notice, NoticePlace
from server.payments.models import PaymentOrder
from server.staff.models import Request, RoleAssignment
from server.staff.roles import Role
from server.training.models import TrainingRound
from tests.server.billing_runs.hamlet import create_hamlet, run_all
from tests.server.fleet.heartbeats import device, heartbeat
from tests.server.open_questions import questions as lobby
from tests.server.payments.world import NOW, World
from tests.server.staff import walk
from tests.server.staff_accounts import create_staff, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database, pytest.mark.timeout(400)]
FEW, MANY = 10, 100
WITH_A_QUESTION = ("/staff/?q=1-1", "/staff/?q=K03", "/staff/log/?person=company")
LEFT_OUT = {
    "/staff/logout/",
    "/staff/onboarding/template/",
}  # one ends the session, one gives a file


def pages() -> list[str]:
    routes = (f"/{route}" for route, _pattern in walk._patterns(get_resolver()))
    own = {route for route in routes if route.startswith("/staff/") and "<" not in route}
    return sorted(own - LEFT_OUT) + list(WITH_A_QUESTION)


def add_rows(world: World, numbers: range) -> None:
    """As many kiosks, alerts, orders whose outcome is unknown, requests, people, jobs, notices."""
    community = world.community
    said = heartbeat(NOW, device("printer")).model_dump(mode="json")
    values = PaymentOrder.objects.order_by("pk").values()[0]
    values.pop("id")
    asking = User.objects.get(username="company")
    for n in numbers:
        Kiosk.objects.create(
            community=community, code=f"L{n}", location_zh="x", location_en="x", heartbeat=said
        )
        Alert.objects.create(
            community=community, kind="paid_twice", subject=f"{n}", raised_at=NOW, details={}
        )
        copied = values | {"payment_id": str(UUID(int=10_000 + n)), "reference": f"L{n}-000001"}
        PaymentOrder.objects.create(**copied | {"out_trade_no": f"copy{n}"})
        Request.objects.create(
            community=community,
            kind="void_bill",
            subject=f"{n}",
            amount_minor=1,
            currency="CNY",
            reason="x",
            asked_by=asking,
            asked_by_name="x",
            asked_at=NOW,
            expires_at=timezone.now() + timedelta(days=1),
        )
        person = User.objects.create(username=f"person{n}", is_staff=True)
        RoleAssignment.objects.create(
            person=person, community=community, role=Role.AUDITOR, given_at=NOW
        )
        days = {"show_from": NOW.date(), "show_until": timezone.now().date() + timedelta(days=1)}
        notice = Notice.objects.create(community=community, title_zh="x", title_en="x", **days)
        house = community.buildings.first()
        NoticePlace.objects.create(community=community, notice=notice, building=house)
        TrainingRound.objects.create(
            community=community, person=person, begun_at=NOW, ended_at=NOW, points_max=1
        )
        Job.objects.create(
            community=community,
            kind="x",
            subject=f"{n}",
            asked_by="x",
            asked_at=NOW,
            beat_at=NOW,
        )


def asked(client: Client, address: str) -> list[str]:
    if client.get(address).status_code != 200:  # what is remembered for the process is read now
        return []
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    questions = [query["sql"] for query in found if query["sql"].startswith("SELECT")]
    # That the session was used is noted now and then, by the clock.
    return [sql for sql in questions if "django_session" not in sql and "staff_signin" not in sql]


def test_no_page_asks_for_each_row(world: World):
    company = signed_in(create_staff("company"))
    lobby.lost_card(world)
    few = create_hamlet("few", buildings=1, rooms=FEW)
    many = create_hamlet("many", buildings=1, rooms=MANY - FEW)  # each community may ask for itself
    run_all(few, size=FEW)
    add_rows(world, range(FEW))
    before = {address: asked(company, address) for address in pages()}
    run_all(many, size=MANY)
    add_rows(world, range(FEW, MANY))
    assert sum(bool(queries) for queries in before.values()) > 15
    more = {}
    for address, earlier in before.items():
        later = asked(company, address)
        if len(later) > len(earlier) + 1:  # another page
            more[address] = (len(earlier), len(later), later[-1][:300])
    assert not more
