"""What staff see and set about messages, and what residents choose on the phone page."""

import pytest
from django.test import Client

from server.billing.signing import bill_url
from server.estate.occupancy import move_in
from server.gateways import sealing
from server.outbox.models import Consent, MessageTerms, MessageWish, ResidentMessage, Way
from server.resident_messages import consent, sending, spreading
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.phone.conftest import clock  # noqa: F401
from tests.server.resident_messages.conftest import NUMBER, resident_of, unit_of
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, TODAY, bill_of, create_village, issue

pytestmark = pytest.mark.django_db
SETTINGS = {
    "kinds": ["bill", "paid"],
    "ways": ["sms"],
    "quiet_from": "21:00",
    "quiet_until": "08:30",
    "per_day": "2",
    "language": "zh",
    "provider": "aliyun",
    "key_id": "LTAI1",
    "sign_name": "晴天物业",
    "app_id": "",
    "code-bill-zh": "SMS_1",
    "secret": "top-secret",
    "reason": "new contract",
}


def by(community, role: Role = Role.ADMINISTRATOR) -> Client:
    return signed_in(create_person(f"p-{role}", (community, role)))


def body(answer) -> str:
    return answer.content.decode()


def test_terms_are_set_with_a_reason_and_the_secret_is_sealed_and_never_shown(db):
    village = create_village()
    client, given = by(village), SETTINGS | {"community": village.code}
    client.post("/staff/messages/settings/", given | {"reason": " "})
    assert not MessageTerms.objects.exists()
    client.post("/staff/messages/settings/", given)
    terms = MessageTerms.objects.get()
    assert terms.kinds == ["bill", "paid"] and terms.templates == {"bill-zh": "SMS_1"}
    assert "top-secret" not in terms.secret and sealing.opened(terms.secret) == "top-secret"
    page = body(client.get("/staff/messages/settings/"))
    assert "top-secret" not in page and terms.secret not in page and "${amount}" in page
    act = Act.objects.get(act="message_terms_set")
    assert act.reason == "new contract" and act.after["secret"] == "***"
    client.post("/staff/messages/settings/", given | {"secret": "", "per_day": "5"})
    terms.refresh_from_db()
    assert terms.per_day == 5 and sealing.opened(terms.secret) == "top-secret"
    assert Act.objects.latest("pk").after == {"per_day": 5}


@pytest.mark.parametrize(
    "wrong", [{"per_day": "0"}, {"quiet_from": "late"}, {"key_id": "a b"}, {"app_id": "x"}]
)
def test_what_cannot_be_is_refused_in_words(db, wrong):
    village = create_village()
    answer = by(village).post(
        "/staff/messages/settings/", SETTINGS | {"community": village.code} | wrong, follow=True
    )
    assert not MessageTerms.objects.exists() and "notice bad" in body(answer)


def test_who_may_not_set_them_sees_them_only(village):
    client = by(village, Role.COLLECTOR)
    assert 'name="reason"' not in body(client.get("/staff/messages/settings/"))
    answer = client.post("/staff/messages/settings/", SETTINGS | {"community": village.code})
    assert answer.status_code == 403


def test_staff_write_consent_down_with_how_and_why(village):
    client, unit = by(village, Role.COLLECTOR), unit_of(village)
    where, resident = f"/staff/messages/units/{unit.pk}/", resident_of(village)
    said = {"do": "consent", "person": resident.pk, "way": "sms", "state": "withdrawn"}
    client.post(where, said | {"how": "page", "reason": "x"})  # that is the resident's own
    client.post(where, said | {"how": "call", "reason": ""})
    assert consent.agreed([resident.pk]) == {resident.pk: {"sms"}}
    client.post(where, said | {"how": "call", "reason": "called us"})
    assert consent.agreed([resident.pk]) == {}
    step = Consent.objects.first()
    assert (step.how, step.by, step.reason) == ("call", "p-collector", "called us")
    wish = {"do": "wish", "person": resident.pk, "way": "mail", "language": "en", "reason": "x"}
    client.post(where, wish)
    assert MessageWish.objects.get().language == "en"
    assert Act.objects.filter(act__in=("message_consent", "message_wish")).count() == 3
    mail = said | {"way": "mail", "state": "given", "how": "desk", "reason": "x"}
    assert "没有登记" in body(client.post(where, mail, follow=True))
    page = body(client.get(where))
    assert NUMBER not in page and "王小明" not in page and "138****1201" in page


def test_the_log_is_masked_and_looking_closer_is_written_down(village, tencent):
    issue(village)
    spreading.look(NOW)
    sending.look(NOW)
    client, message = by(village, Role.AUDITOR), ResidentMessage.objects.get()
    page = body(client.get("/staff/messages/"))
    assert "138****1201" in page and NUMBER not in page and "¥" not in page
    where = f"/staff/messages/{message.pk}/"
    one = body(client.get(where))
    assert message.receipt in one and message.values["amount"] not in one
    assert message.values["amount"] in body(client.post(where))
    found = client.post("/staff/messages/", {"number": f"138 0000 {NUMBER[-4:]}"})
    assert "1-1-101" in body(found) and NUMBER not in body(found)
    assert "1-1-101" not in body(client.post("/staff/messages/", {"number": "13900000000"}))
    acts = Act.objects.filter(act__in=("message_read", "message_lookup")).order_by("pk")
    assert [act.subject_id for act in acts] == [str(message.pk), "138****1201", "139****0000"]
    assert "住户消息" in body(client.get(f"/staff/units/{unit_of(village).pk}/"))


def test_without_a_choice_a_number_is_looked_for_in_all_communities_of_the_person(village, tencent):
    issue(village)
    spreading.look(NOW)
    first, another = create_village("a-first"), create_village("z-last")
    person = create_person("of-both", (first, Role.AUDITOR), (village, Role.AUDITOR))
    client = signed_in(person)
    assert "1-1-101" in body(client.post("/staff/messages/", {"number": NUMBER}))
    looked = Act.objects.filter(act="message_lookup").values_list("community", flat=True)
    assert set(looked) == {first.pk, village.pk}, "each is told that somebody looked"
    elsewhere = signed_in(create_person("elsewhere", (another, Role.AUDITOR)))
    assert "1-1-101" not in body(elsewhere.post("/staff/messages/", {"number": NUMBER}))


def page_of(village) -> str:
    url = bill_url(bill_of(village), TODAY)
    return "/" + url.split("//")[-1].partition("/")[2]


def test_the_payer_agrees_and_ends_it_behind_the_bills_code(village, clock):  # noqa: F811
    issue(village)
    consent.write_down(resident_of(village), Way.SMS, "withdrawn", "page", NOW, by=None)
    client, where = Client(), page_of(village)
    assert "手机消息提醒" in body(client.get(where))
    page = body(client.get(f"{where}/messages"))
    assert "138****01" in page and "1201<" not in page and "checked" not in page
    client.post(f"{where}/messages", {"ways": "sms", "first": "sms", "language": "en"})
    step = Consent.objects.first()
    assert (step.state, step.how, step.by) == ("given", "page", "")
    assert "checked" in body(client.get(f"{where}/messages"))
    client.post(f"{where}/messages", {"first": "sms", "language": "en"})
    assert consent.agreed([resident_of(village).pk]) == {}
    before = Consent.objects.count()
    client.post(f"{where}/messages", {"first": "sms", "language": "en"})
    client.post(f"{where}/messages", {"ways": "mail"})  # no address is known
    assert Consent.objects.count() == before


def test_a_code_of_another_payer_or_of_nothing_opens_it_not(village, clock):  # noqa: F811
    issue(village)
    where, unit = page_of(village), unit_of(village)
    assert Client().get(f"{where[:-4]}AAAA/messages").status_code == 404
    new = resident_of(village, "1-1-102")
    move_in(unit, new, "tenant", since=TODAY)
    answer = Client().post(f"{where}/messages", {"ways": "sms", "first": "sms", "language": "zh"})
    assert answer.status_code == 302 and answer["Location"] == where
    assert not Consent.objects.filter(resident=new).exists()
    MessageTerms.objects.update(kinds=[])
    assert "手机消息提醒" not in body(Client().get(where))
