"""Nobody sees or changes anything of a community without a role in it: all addresses of staff, all pages,
actions and suggestions of the back office, walked as it finds them."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from server.alerts.models import Alert
from server.billing.instalments.models import InstalmentAgreement
from server.billing.meters import Meter, MeterReading
from server.billing.models import FeeItem
from server.billing.reading_photos import ReadingPhoto
from server.billing.signing import create_key
from server.billing_runs import background, previews, runs
from server.billing_runs.schedule_models import DueRun
from server.estate.models import Community, ParkingSpace
from server.fleet import pairing_wishes
from server.fleet.heartbeats import record_heartbeat
from server.fleet.models import Kiosk
from server.notices.models import Notice
from server.on_call import escalation
from server.on_call.models import Comment, Rule, Shift, Substitution
from server.onboarding.models import EstateFile
from server.open_questions import actions as questions
from server.payments.models import PaymentOrder, Refund
from server.public_accounts.models import Publication
from server.remote_acts.models import ActAttachment, RemoteAct
from server.rollouts.models import Rollout, UpdateTry
from server.service_requests.coming_in import Said, open_request
from server.service_requests.models import Origin, Topic
from server.staff.back_office import ModelAdmin, StackedInline, TabularInline
from server.staff.models import Act, Request, RoleAssignment
from server.staff.people import Person
from server.staff.roles import Area, Role, area_of
from tests.server.fleet.heartbeats import device, heartbeat
from tests.server.on_call.people import MIDNIGHT, address, on_duty
from tests.server.open_questions import questions as lobby
from tests.server.payments import world as worlds
from tests.server.payments.conftest import world_with_one_channel
from tests.server.staff import walk
from tests.server.staff.message_rows import a_message_to_a_resident, message_forms
from tests.server.staff.walk import Ask, Routes
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.standard_answers.rows import a_round_of_training, a_standard_answer
from tests.server.village import NOW, TODAY, create_village, issue

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900), pytest.mark.any_database]


@dataclass
class Walked:
    """The communities, and what there is to ask for: collected once, by looking at every page as the
    company does."""

    foreign: Community
    home: Community
    asks: list[Ask] = field(default_factory=list)
    shown_to_the_company: set[str] = field(
        default_factory=set
    )  # paths of pages that give rows away


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(autouse=True)
def data_folder(folder: Path, settings) -> Path:
    """The keys are those that the module's communities were made with."""
    settings.DATA_FOLDER = folder
    return folder


@pytest.fixture(scope="module")
def walked(django_db_setup, django_db_blocker, folder: Path) -> Iterator[Walked]:
    """One estate for the module. Each test works within its transaction, which is taken back."""
    outer = transaction.atomic()
    outer._from_testcase = True
    with (
        django_db_blocker.unblock(),
        pytest.MonkeyPatch.context() as patch,
        override_settings(AXES_ENABLED=False, DATA_FOLDER=folder),
        outer,
    ):
        foreign = community_with_everything(world_with_one_channel(patch))
        home = create_village("home")
        issue(home)
        made = Walked(foreign, home)
        collect(made)
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def foreign(walked: Walked, db) -> Community:
    walked.foreign.refresh_from_db()
    return walked.foreign


@pytest.fixture
def home(walked: Walked, db) -> Community:
    walked.home.refresh_from_db()
    return walked.home


def an_act_from_afar(kiosk: Kiosk) -> None:
    act = RemoteAct.objects.create(
        community=kiosk.community,
        kiosk=kiosk,
        number=1,
        wish=uuid.uuid4(),
        kind="logs",
        asked_by=walk.MARK,
        reason=walk.MARK,
        asked_at=NOW,
        not_after=timezone.now() + timedelta(days=1),
        state_at=NOW,
    )
    pairing_wishes.ask("w" * 43, "10.0.0.1", timezone.now())
    times = {"begun_at": NOW, "changed_at": NOW, "counts_from": NOW}
    of_it = {"community": kiosk.community, "version": "7.7.7"}
    Rollout.objects.create(**of_it, begun_by=walk.MARK, reason=walk.MARK, **times)
    tried = {"attempt": 1, "state": "waits", "begun_at": NOW, "state_at": NOW}
    UpdateTry.objects.create(**of_it, kiosk=kiosk, **tried)
    kept = {"kind": "text/plain", "content": walk.MARK.encode()}
    ActAttachment.objects.create(community=kiosk.community, act=act, **kept)


def a_request_of_a_resident(community: Community) -> None:
    topic = Topic.objects.create(community=community, kind="repair", name_zh="x", name_en="x")
    unit = community.units.first()
    said = Said(walk.MARK, [walk.MARK.encode()])
    wish = uuid.uuid4()
    request = open_request(
        unit, topic, said, wish=wish, origin=Origin.PHONE, phone="12345", now=NOW
    )
    assert request.number
    a_standard_answer(community, request.number)
    a_round_of_training(community, walk.MARK)


def community_with_everything(world: worlds.World) -> Community:
    """A community with a row of every kind, each with the mark in its texts."""
    lobby.refused_refund(world)
    lobby.lost_card(world)
    lobby.paid_twice(world)
    community = world.community
    kiosk = Kiosk.objects.get(community=community)
    record_heartbeat(kiosk, heartbeat(NOW, device("printer")), now=NOW)
    a_request_of_a_resident(community)
    a_message_to_a_resident(community)
    accounts = {"community": community, "kind": "common", "period": "2026-Q3", "version": 1}
    Publication.objects.create(**accounts, drafted_by="x", drafted_at=NOW)
    ParkingSpace.objects.create(community=community, code="B1", unit=world.unit)
    create_key(community, now=NOW)
    Notice.objects.create(
        community=community, title_zh="x", title_en="x", show_from=TODAY, show_until=TODAY
    )
    run = runs.begin(community, "2027-01", today=TODAY, person=Person("x"), reason="x", at=NOW)
    background.enqueue(run, "x")
    DueRun.objects.create(community=community, period="2027-02", due_on=TODAY)
    previews.ask(community, "2027-03", None, "x", NOW)
    company = create_staff("company")
    EstateFile.objects.create(
        community=community, name="x", token="x", account=company.pk, sent_by="x", sent_at=NOW
    )
    item = FeeItem.objects.filter(community=community).first()
    meter = Meter.objects.create(
        community=community, fee_item=item, scope="unit", unit=world.unit, code="W1"
    )
    read = MeterReading.objects.create(
        community=community, meter=meter, period="2027-01", counter=1, read_on=TODAY
    )
    ReadingPhoto.objects.create(
        community=community, reading=read, name="x", taken_by="x", kept_at=NOW
    )
    technician = create_person(f"{walk.MARK}person", (community, Role.TECHNICIAN))
    Request.objects.create(
        community=community,
        kind="void_bill",
        subject=f"{walk.MARK}{walk.SOUGHT}",
        amount_minor=1,
        currency="CNY",
        reason=walk.MARK,
        asked_by=technician,
        asked_by_name=walk.MARK,
        asked_at=NOW,
        expires_at=timezone.now() + timedelta(days=1),
    )
    InstalmentAgreement.objects.create(
        community=community,
        unit=community.units.first(),
        agreed_by=walk.MARK,
        agreed_on=NOW.date(),
        principal_minor=1,
        late_fee_minor=0,
        late_fee="owed",
        grows=True,
        reason=walk.MARK,
        made_by_name=walk.MARK,
        made_at=NOW,
    )
    alerts_that_reach(technician, community)
    an_act_from_afar(kiosk)
    walk.plant(community.pk)
    return community


def alerts_that_reach(person: User, community: Community) -> None:
    """Somebody is on call and was told of an alert."""
    on_duty(community, person)
    days = {"first_day": TODAY, "last_day": TODAY, "starts": MIDNIGHT, "ends": MIDNIGHT}
    Substitution.objects.create(community=community, person=person, level=1, **days)
    Rule.objects.create(community=community, kind="money", first_after=0, changed_at=NOW)
    address(person)
    escalation.look(timezone.now())
    alert = Alert.objects.filter(community=community).first()
    Comment.objects.create(community=community, alert=alert, person_name="x", text="x", at=NOW)


def company() -> Client:
    return signed_in(User.objects.get(username="company"))


def collect(walked: Walked) -> None:
    """Looks first, then what would change something, so that the looks find all of it."""
    foreign = walked.foreign
    routes, client = Routes(foreign.pk).collect(), company()
    assert not routes.unreached, "say in walk.OWN_ROUTES how these are filled in"
    walked.asks += routes.asks
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(username="company")
    walked.asks += walk.actions(routes, client, request)
    for ask in routes.asks:
        text = ask.by(client)
        if walk.gives_away(text):
            walked.shown_to_the_company.add(ask.path)
        walked.asks += walk.forms(ask, text, foreign.pk)
    walked.asks += [*own_pages(foreign), *alert_forms(foreign), *message_forms(foreign)]
    for act in questions.DEEDS:
        for subject in subjects(foreign):
            form = {"act": act, "subject": subject, "reason": "x", "purpose": "credit"}
            yes = form | {"looked": "yes", "how": "cash"}
            walked.asks.append(Ask("/staff/open-questions/act/", None, yes))


def own_pages(foreign: Community) -> Iterator[Ask]:
    """What the forms of our own pages of people and approvals send."""
    asked, role = Request.objects.get(community=foreign), foreign.roles.order_by("pk")[0]
    name = role.person.get_username()
    for decision in ("approve", "refuse"):
        form = {"request": asked.pk, "decision": decision, "reason": "x"}
        yield Ask("/staff/requests/", Request, form)
    more = {"reason": "x", "role": "administrator", "community": foreign.code}
    for notice in foreign.notices.all():
        taken_down = {"do": "take_down", "reason": "x"}
        yield Ask(f"/staff/notices/{notice.pk}/", Notice, taken_down)
    for person in (name, "nobody"):
        for do in ("new", "end_role", "new_password", "forget_second_step"):
            form = {"do": do, "person": person, "assignment": role.pk, **more}
            yield Ask("/staff/people/", RoleAssignment, form)


def alert_forms(foreign: Community) -> Iterator[Ask]:
    """What the forms of the alerts' pages send."""
    more = {"reason": "x", "text": "x", "minutes": "60", "person": foreign.roles.first().person_id}
    for alert in Alert.objects.filter(community=foreign):
        for do in ("acknowledge", "assign", "comment", "silence", "hear"):
            yield Ask(f"/staff/alerts/{alert.pk}/", Alert, {"do": do, **more})
    plan = {
        "community": foreign.code,
        "level": "1",
        "weekday": "1",
        "starts": "08:00",
        "ends": "09:00",
        "first_day": "2027-01-01",
        "last_day": "2027-01-02",
    }
    rows = (("add", ""), ("end", Shift), ("add_day", ""), ("end_day", Substitution))
    for do, model in rows:
        row = model.objects.get(community=foreign).pk if model else ""
        yield Ask("/staff/alerts/on-call/", Shift, {"do": do, "row": row, **plan, **more})
    rule = {"kind": "money", "first_after": "7", "community": foreign.code, **more}
    for do in ("set", "usual"):
        yield Ask("/staff/alerts/rules/", Rule, {"do": do, **rule})
    for page in ("on-call", "rules"):
        yield Ask(f"/staff/alerts/{page}/?community={foreign.code}", Rule)
    yield Ask(f"/staff/alerts/?state=all&community={foreign.code}", Alert)


def subjects(community: Community) -> list[str]:
    orders = PaymentOrder.objects.filter(community=community).values_list("payment_id", flat=True)
    refunds = Refund.objects.filter(community=community).values_list("refund_no", flat=True)
    alerts = Alert.objects.filter(community=community).values_list("pk", flat=True)
    return [*orders, *refunds, *(str(pk) for pk in alerts)]


def test_a_person_of_another_community_and_one_without_a_role_see_and_change_nothing(
    walked: Walked, foreign: Community, home: Community
):
    outsider = create_person("outsider", *((home, role) for role in Role))
    people = [signed_in(outsider), signed_in(create_person("nobody"))]
    before = walk.snapshot(foreign.pk)
    for client in people:
        for ask in walked.asks:
            assert not walk.gives_away(ask.by(client)), ask
        assert walk.snapshot(foreign.pk) == before
    assert len(walked.asks) > 200


def test_an_auditor_sees_and_changes_nothing(walked: Walked, foreign: Community):
    auditor = signed_in(create_person("auditor", (foreign, Role.AUDITOR)))
    before = walk.snapshot(foreign.pk)
    seen = {ask.model for ask in walked.asks if walk.gives_away(ask.by(auditor))}
    after = walk.snapshot(foreign.pk)
    assert after | {"staff.Act": before["staff.Act"]} == before, "looks alone are written down"
    looks = {"looked_at", "searched", "log_exported", "list_exported"}
    looks |= {"message_read", "message_lookup"}
    theirs = Act.objects.filter(community=foreign, person__username="auditor")
    assert set(theirs.values_list("act", flat=True)) <= looks
    for model in admin.site._registry:
        if area_of(model._meta.label_lower) is not Area.COMPANY and has_rows(model, foreign):
            assert model in seen, f"an auditor should see {model._meta.label}"


def has_rows(model: type, community: Community) -> bool:
    routes = Routes(community.pk)
    return any(walk.MARK in str(value) for row in routes.rows(model).values_list() for value in row)


def test_the_walk_itself_finds_what_is_given_away_and_what_is_changed(
    walked: Walked, foreign: Community
):
    """As the company, which may see and change: else the walk above could not fail."""
    client, before = company(), walk.snapshot(foreign.pk)
    for ask in walked.asks:
        if ask.form is not None:
            ask.by(client)
    after = walk.snapshot(foreign.pk)
    changed = {name for name in before if before[name] != after[name]}
    assert len(walked.shown_to_the_company) > 40
    assert {"notices.Notice", "alerts.Alert"} <= changed and len(changed) > 5
    own = {"on_call.Handling", "on_call.Comment", "on_call.Shift", "on_call.Substitution"}
    assert own | {"on_call.Rule"} <= changed


def test_every_model_of_the_back_office_goes_through_the_door():
    for model, registered in admin.site._registry.items():
        assert isinstance(registered, ModelAdmin), model._meta.label
        for inline in registered.inlines:
            assert issubclass(inline, (TabularInline, StackedInline)), inline


def test_a_filter_offers_only_communities_of_the_person(foreign: Community, home: Community):
    second = create_village("second")
    held = [(home, Role.BOOKKEEPER), (second, Role.AUDITOR)]
    page = signed_in(create_person("clerk", *held)).get("/admin/billing/bill/").content.decode()
    assert f"community__id__exact={home.pk}" in page
    assert f"community__id__exact={foreign.pk}" not in page


def test_a_bookkeeper_here_is_a_reader_there(foreign: Community, home: Community):
    person = create_person("both", (home, Role.BOOKKEEPER), (foreign, Role.AUDITOR))
    client = signed_in(person)
    own, other = home.residents.first(), foreign.residents.first()
    for resident, saved in ((own, True), (other, False)):
        form = walk.Form()
        page = f"/admin/estate/resident/{resident.pk}/change/"
        form.feed(company().get(page).content.decode())
        client.post(page, form.values | {"name": "钱七", "_save": "x"})
        resident.refresh_from_db()
        assert (resident.name == "钱七") is saved
    assert walk.MARK in client.get(f"/admin/estate/resident/{other.pk}/change/").content.decode()


def test_a_role_that_ended_opens_nothing(foreign: Community):
    person = create_person("gone", (foreign, Role.AUDITOR))
    client = signed_in(person)
    assert walk.gives_away(client.get("/staff/fleet/").content.decode())
    person.roles.update(ended_at=NOW)
    assert not walk.gives_away(client.get("/staff/fleet/").content.decode())


def test_permissions_of_djangos_own_tables_open_nothing(foreign: Community):
    from django.contrib.auth.models import Permission

    person = create_person("old")
    person.user_permissions.set(Permission.objects.all())
    assert signed_in(person).get("/admin/estate/resident/").status_code == 403
