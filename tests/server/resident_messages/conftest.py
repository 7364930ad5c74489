"""A village that tells its residents everything, by a provider that answers as the real one."""

from collections.abc import Iterator

import pytest

from server.configuration import MessagesSection
from server.estate.models import Community, Contact, Resident, Unit
from server.estate.occupancy import payer
from server.gateways import sealing
from server.outbox.models import Kind, Language, MessageTerms, Provider, Way
from server.resident_messages import consent
from server.staff.people import Person
from simulators.aliyun_sms.gateway import Gateway as Aliyun
from simulators.http_door import HttpDoor
from simulators.tencent_sms.gateway import Gateway as Tencent
from tests.server.village import NOW, TODAY, create_village

NUMBER = "13800001201"
OFFICE = Person("Office")


@pytest.fixture
def tencent(settings) -> Iterator[Tencent]:
    machine = Tencent("AKID", "secret", "1400000000")
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    at = MessagesSection(tencent_endpoint=f"http://127.0.0.1:{door.port}")
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"messages": at})
    yield machine
    door.close()


@pytest.fixture
def aliyun(settings) -> Iterator[Aliyun]:
    machine = Aliyun("AKID", "secret")
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    at = MessagesSection(aliyun_endpoint=f"http://127.0.0.1:{door.port}")
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"messages": at})
    yield machine
    door.close()


@pytest.fixture
def village(db) -> Community:
    """Tells all by text message and mail; 1-1-101's payer agreed to text messages."""
    community = create_village()
    terms_of(community)
    resident = resident_of(community)
    resident.phone = NUMBER
    resident.save()
    agree(resident, Way.SMS)
    return community


def terms_of(community: Community, provider: str = Provider.TENCENT) -> MessageTerms:
    return MessageTerms.objects.create(
        community=community,
        kinds=Kind.values,
        ways=Way.values,
        provider=provider,
        key_id="AKID",
        secret=sealing.seal("secret"),
        sign_name="晴天物业",
        app_id="1400000000" if provider == Provider.TENCENT else "",
        templates={
            f"{kind}-{language}": f"{100 + i}"
            for i, kind in enumerate(Kind.values)
            for language in Language.values
        },
    )


def unit_of(community: Community, code: str = "1-1-101") -> Unit:
    return Unit.objects.select_related("community").get(community=community, code=code)


def resident_of(community: Community, code: str = "1-1-101") -> Resident:
    found = payer(unit_of(community, code), TODAY)
    assert found is not None
    return found


def agree(resident: Resident, way: str, state: str = "given") -> None:
    if way == Way.MAIL and state == "given":
        Contact.objects.get_or_create(
            community=resident.community,
            resident=resident,
            kind="email",
            value=f"r{resident.pk}@example.com",
        )
    consent.write_down(resident, way, state, "desk", NOW, by=OFFICE, reason="asked")
