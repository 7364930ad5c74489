"""A village whose residents are told in WeChat, by the simulated official account."""

import pytest

from server.configuration import MessagesSection
from server.gateways import sealing
from server.outbox.models import (
    Kind,
    Language,
    MessageTerms,
    Way,
)
from server.resident_messages import wechat
from simulators.http_door import HttpDoor
from simulators.wechat_account.gateway import Gateway
from tests.server.resident_messages.conftest import agree, resident_of, terms_of
from tests.server.village import NOW, create_village

OPENID, TOKEN = "oSomebody000000000000000001", "token-of-events"
FIELDS = {
    Kind.BILL: "character_string1 time2 amount3 time4 -",
    Kind.PAID: "character_string1 time2 amount3",
    Kind.ANSWERED: "character_string1 -",
    Kind.OUTAGE: "thing1 time2 time3",
}


@pytest.fixture
def account(settings):
    machine = Gateway("wx0000000000000002", "app-secret", TOKEN)
    door = HttpDoor("127.0.0.1", 0, machine.respond)
    door.start()
    place = f"http://127.0.0.1:{door.port}"
    at = MessagesSection(wechat_api=place, wechat_pages=place)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"messages": at})
    settings.PUBLIC_URL = "http://testserver"
    yield machine
    door.close()


@pytest.fixture
def village(db, account):
    """Tells by WeChat; 1-1-101's payer linked theirs and agreed."""
    community = create_village()
    terms = terms_of(community)
    terms.wechat_appid = "wx0000000000000002"
    terms.wechat_secret, terms.wechat_token = sealing.seal("app-secret"), sealing.seal(TOKEN)
    terms.wechat_templates = {
        f"{kind}-{language}": f"TEMPLATE_{kind} {FIELDS[kind]}"
        for kind in Kind
        for language in Language.values
    }
    terms.save()
    links(community)
    return community


def links(community) -> None:
    resident, terms = resident_of(community), MessageTerms.objects.get(community=community)
    of_community = wechat.account_of(terms)
    assert of_community is not None
    wechat.link(resident, of_community, OPENID, NOW)
    agree(resident, Way.WECHAT)
