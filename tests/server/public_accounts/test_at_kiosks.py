"""What kiosks are told of public accounts: their own community's, what is public, a year of each kind."""

import pytest

from server.api.kiosk_config import config_of, version_of
from server.fleet.models import Kiosk
from server.public_accounts import at_kiosks, publishing
from server.public_accounts.models import Kind, Publication, State
from server.public_accounts.rows import NO_NOTE
from server.staff import approvals
from server.staff.models import Request
from server.staff.roles import Role
from tests.server.fleet.heartbeats import kiosk
from tests.server.staff_accounts import create_person
from tests.server.village import NOW, create_village

pytestmark = pytest.mark.django_db
ROW = {"section": "", "zh": "照明", "en": "Light", "more_zh": "", "more_en": "", "minor": 700}


def made(community, period: str, kind: Kind = Kind.ENERGY, state: State = State.PUBLIC, version=1):
    return Publication.objects.create(
        community=community,
        kind=kind,
        period=period,
        version=version,
        state=state,
        rows=[ROW],
        drafted_by="Wang",
        drafted_at=NOW,
        public_at=None if state is State.DRAFT else NOW,
    )


@pytest.fixture
def machine() -> Kiosk:
    kiosk()
    return Kiosk.objects.select_related("community").get()


def test_the_newest_of_each_kind_and_no_draft_nothing_replaced_nothing_of_others(machine):
    own, other = machine.community, create_village("other")
    for quarter in ("2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"):
        made(own, quarter)
    made(own, "2026-Q3", Kind.REPAIR, State.REPLACED)
    made(own, "2026-Q4", state=State.DRAFT)
    made(own, "2026-01-01", Kind.STANDARDS)
    made(other, "2026-Q3")
    told = config_of(machine, NOW).accounts
    assert [(one.kind, one.period) for one in told] == [
        ("standards", "2026-01-01"),
        ("energy", "2026-Q3"),
        ("energy", "2026-Q2"),
        ("energy", "2026-Q1"),
        ("energy", "2025-Q4"),
    ]
    assert told[0].name.zh == "收费标准" and told[0].rows[0].amount_minor == 700
    assert "Wang" not in config_of(machine, NOW).model_dump_json(), "who wrote it is the office's"


def test_what_another_person_makes_public_is_known_to_kiosks_at_once(machine):
    community = machine.community
    drafter = create_person("drafter", (community, Role.BOOKKEEPER))
    other = create_person("other", (community, Role.APPROVER))
    before = version_of(machine, NOW)
    one = publishing.draft(drafter, community, Kind.ENERGY, "2026-Q3", [ROW], NO_NOTE, NOW)
    assert version_of(machine, NOW) == before and config_of(machine, NOW).accounts == []
    publishing.ask(drafter, one.pk, "quarter", NOW)
    approvals.approve(Request.objects.get().pk, other, "checked", NOW)
    assert version_of(machine, NOW) != before
    assert version_of(machine, NOW) == config_of(machine, NOW).version
    assert [told.id for told in config_of(machine, NOW).accounts] == [str(one.pk)]


def test_a_heartbeat_reads_no_rows(machine, django_assert_num_queries):
    made(machine.community, "2026-Q3")
    with django_assert_num_queries(1) as asked:
        at_kiosks.keys(machine.community)
    assert '"rows"' not in asked.captured_queries[0]["sql"]
