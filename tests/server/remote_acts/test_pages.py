"""The pages of acts: what is asked, what staff see of it, and whose it is."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from contract.remote_acts import ActKind
from server.fleet.enrolment import PairingRefused, create_pairing_code, enrol, retired_keys
from server.remote_acts.exchange import KeyGone
from server.remote_acts.models import ActAttachment, GroupMember, KioskGroup, RemoteAct, State
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.remote_acts.machines import KEY, asked, call, machine
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db
ASK = "/staff/fleet/acts/ask/"
PNG = b"\x89PNG\r\n\x1a\n..."


@pytest.fixture
def kiosk(db):
    return machine(create_village())


@pytest.fixture
def technician(kiosk):
    return signed_in(create_person("wang", (kiosk.community, Role.TECHNICIAN)))


def form(kiosk, kind: str, **more: str) -> dict[str, str]:
    return {
        "kind": kind,
        "target": f"kiosk:{kiosk.pk}",
        "minutes": "60",
        "reason": "it hangs",
        **more,
    }


def test_every_kind_has_a_form_in_both_languages(technician, kiosk):
    for kind in ActKind:
        answer = technician.get(ASK, {"kind": kind.value, "target": f"kiosk:{kiosk.pk}"})
        if kind is ActKind.SETTINGS:
            assert answer.status_code == 403
            continue
        assert answer.status_code == 200
        assert "理由" in answer.content.decode()
    assert technician.get(ASK, {"kind": "format_disk"}).status_code == 302


def test_a_form_asks_once_and_leads_to_the_act(technician, kiosk):
    given = form(kiosk, "restart", wish="01900000-0000-7000-8000-000000000009")
    answer = technician.post(ASK, given)
    act = RemoteAct.objects.get()
    assert answer["Location"] == f"/staff/fleet/acts/{act.pk}/"
    technician.post(ASK, given)
    assert RemoteAct.objects.count() == 1
    page = technician.get(answer["Location"]).content.decode()
    for shown in ("重启程序", "终端还没取走", "wang", "维修员", "it hangs", "K03"):
        assert shown in page


def test_out_of_service_takes_words_in_both_languages_and_a_time_of_the_community(
    technician, kiosk
):
    soon = timezone.now() + timedelta(hours=20)
    until = soon.strftime("%Y-%m-%dT%H:%M")
    given = form(kiosk, "out_of_service", words_zh="打印机维修", until=until)
    assert technician.post(ASK, given).status_code == 422
    technician.post(ASK, {**given, "words_en": "Printer repair"})
    said = RemoteAct.objects.get().parameters
    assert said["words"] == {"zh": "打印机维修", "en": "Printer repair"}
    assert said["until"] == f"{until}:00+08:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"target": ""},
        {"target": "kiosk:x"},
        {"target": "group:9"},
        {"target": "group:" + "9" * 5000},
        {"minutes": "7"},
        {"until": "soon"},
        {"until": "0001-01-01T00:00"},
        {"until": "9999-12-31T23:59"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_asked(technician, kiosk, wrong):
    answer = technician.post(ASK, form(kiosk, "out_of_service", **wrong))
    assert answer.status_code == 422
    assert "notice bad" in answer.content.decode()
    assert not RemoteAct.objects.exists()


@pytest.fixture
def owner(kiosk):
    return signed_in(create_staff("boss"))


LIMIT, AGE = "payments.offline_card_limit_minor", "payments.offline_bills_max_age_h"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({AGE: "soon"}, "断网时账单可用小时数"),
        ({LIMIT: "12.345"}, "这不是金额：12.345"),
        ({LIMIT: "100000000"}, "断网时刷卡上限"),
    ],
)
def test_a_setting_that_cannot_be_is_called_by_its_name_and_what_was_typed_stays(
    owner, kiosk, typed, said
):
    answer = owner.post(ASK, form(kiosk, "settings", **{"look.theme": "night"}, **typed))
    page = answer.content.decode()
    notice = page[page.index("notice bad") :].partition("</p>")[0]
    assert answer.status_code == 422
    assert said in notice and "offline_" not in notice
    assert '<option value="night" selected>' in page
    assert f'value="{next(iter(typed.values()))}"' in page


def test_amounts_and_times_of_settings_are_as_people_write_them(owner, kiosk):
    given = {LIMIT: "500.50", "look.night_from": "20:30"}
    page = owner.post(ASK, form(kiosk, "settings", **given), follow=True).content.decode()
    assert RemoteAct.objects.get().parameters["payments"] == {"offline_card_limit_minor": 50_050}
    assert "￥500.50" in page
    assert "20:30</dd>" in page
    owner.post(ASK, form(kiosk, "settings", **{LIMIT: "0"}))
    newest = RemoteAct.objects.order_by("number").last()
    assert newest.parameters["payments"] == {"offline_card_limit_minor": 0}


def test_a_group_counts_the_kiosks_that_would_be_asked(technician, kiosk):
    group = KioskGroup.objects.create(community=kiosk.community, name="ring")
    unpaired = machine(kiosk.community, "K04")
    unpaired.public_key = ""
    unpaired.save()
    for one in (kiosk, unpaired):
        GroupMember.objects.create(community=kiosk.community, group=group, kiosk=one)
    page = technician.get(ASK, {"kind": "restart"}).content.decode()
    assert "ring (1 台终端)" in page


def test_another_communitys_acts_and_kiosks_are_not_there(kiosk):
    other = create_village("other")
    stranger = signed_in(create_person("li", (other, Role.TECHNICIAN)))
    act = asked(create_person("w", (kiosk.community, Role.TECHNICIAN)), kiosk, ActKind.RESTART)
    for path in (f"acts/{act.pk}/", f"acts/{act.pk}/attachment/", f"kiosks/{kiosk.pk}/acts/"):
        assert stranger.get(f"/staff/fleet/{path}").status_code == 404
    assert "K03" not in stranger.get("/staff/fleet/acts/").content.decode()
    assert stranger.post(ASK, form(kiosk, "reboot")).status_code == 422
    assert stranger.post(f"/staff/fleet/acts/{act.pk}/", {"reason": "x"}).status_code == 404
    assert RemoteAct.objects.count() == 1


def test_who_only_looks_sees_and_asks_nothing(kiosk):
    looker = signed_in(create_person("audit", (kiosk.community, Role.AUDITOR)))
    assert looker.get(ASK, {"kind": "restart"}).status_code == 403
    part = looker.get(f"/staff/fleet/kiosks/{kiosk.pk}/acts/").content.decode()
    assert "acts/ask/" not in part


def test_an_act_is_called_off_with_a_reason(technician, kiosk):
    technician.post(ASK, form(kiosk, "restart"))
    act = RemoteAct.objects.get()
    technician.post(f"/staff/fleet/acts/{act.pk}/", {"reason": ""})
    assert RemoteAct.objects.get().state == State.ASKED
    technician.post(f"/staff/fleet/acts/{act.pk}/", {"reason": "the wrong one"})
    assert RemoteAct.objects.get().state == State.CANCELLED
    assert Act.objects.filter(act="kiosk_act_taken_back", reason="the wrong one").exists()


def test_findings_and_pictures_are_shown(technician, kiosk):
    technician.post(ASK, form(kiosk, "self_test"))
    test = RemoteAct.objects.get()
    remedy = {"zh": "清理磁盘", "en": "Free the disk"}
    what = {"zh": "空间不足", "en": "Little space"}
    found = [{"about": "space", "level": "warning", "what": what, "remedy": remedy}]
    call(kiosk, (str(test.pk), "done"), findings=found, now=timezone.now())
    page = technician.get(f"/staff/fleet/acts/{test.pk}/").content.decode()
    assert "空间不足" in page and "清理磁盘" in page
    technician.post(ASK, form(kiosk, "picture"))
    picture = RemoteAct.objects.get(kind="picture")
    sent = {"kind": "image/png", "content": base64.b64encode(PNG).decode()}
    call(kiosk, (str(picture.pk), "done"), attachment=sent, now=timezone.now())
    answer = technician.get(f"/staff/fleet/acts/{picture.pk}/attachment/")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert ActAttachment.objects.count() == 1


def test_a_failure_is_said_in_words(technician, kiosk):
    technician.post(ASK, form(kiosk, "reboot"))
    act = RemoteAct.objects.get()
    call(kiosk, (str(act.pk), "refused"), code="not_configured", now=timezone.now())
    page = technician.get(f"/staff/fleet/acts/{act.pk}/").content.decode()
    assert "没有配置相应命令" in page
    assert "not_configured" not in page


def test_a_group_is_asked_together(technician, kiosk):
    others = [machine(kiosk.community, code) for code in ("K04", "K05")]
    made = {
        "community": kiosk.community.code,
        "name": "试点",
        "kiosk": [str(kiosk.pk), str(others[0].pk)],
        "reason": "first ring",
    }
    technician.post("/staff/fleet/groups/", made)
    group = KioskGroup.objects.get()
    technician.post(ASK, form(kiosk, "self_test", target=f"group:{group.pk}"))
    assert {a.kiosk.code for a in RemoteAct.objects.all()} == {"K03", "K04"}
    made = {**made, "group": str(group.pk), "kiosk": [str(others[1].pk)]}
    technician.post("/staff/fleet/groups/", made)
    members = GroupMember.objects.filter(ended_at=None)
    assert [member.kiosk.code for member in members] == ["K05"]
    assert GroupMember.objects.count() == 3
    technician.post(ASK, form(kiosk, "logs", target=f"community:{kiosk.community.code}"))
    assert RemoteAct.objects.filter(kind="logs").count() == 3
    assert Act.objects.filter(act="kiosk_group_changed").count() == 2


def test_settings_are_asked_by_an_administrator(kiosk):
    boss = signed_in(create_person("boss", (kiosk.community, Role.ADMINISTRATOR)))
    given = form(kiosk, "settings", **{"look.theme": "night", "look.night_from": "20:30"})
    boss.post(ASK, given)
    assert RemoteAct.objects.get().parameters == {
        "look": {"theme": "night", "night_from": "20:30:00"}
    }
    assert boss.post(ASK, form(kiosk, "settings")).status_code == 422
    assert boss.post(ASK, form(kiosk, "settings", **{"look.theme": "x"})).status_code == 422


def test_a_revoked_key_is_refused_at_once_and_the_next_machine_goes_on(kiosk):
    now = timezone.now()
    unused = create_pairing_code(kiosk, now=now)
    looker = signed_in(create_person("audit", (kiosk.community, Role.AUDITOR)))
    page, revoke = f"/staff/fleet/acts/?kiosk={kiosk.pk}", f"/staff/fleet/kiosks/{kiosk.pk}/revoke/"
    assert looker.post(revoke, {"reason": "x"}).status_code == 403
    assert "revoke" not in looker.get(page).content.decode()
    person = signed_in(create_person("wang", (kiosk.community, Role.TECHNICIAN)))
    person.post(ASK, form(kiosk, "restart"))
    act = RemoteAct.objects.get()
    person.post(revoke, {"reason": ""})
    kiosk.refresh_from_db()
    assert kiosk.public_key == KEY
    person.post(revoke, {"reason": "stolen"})
    with pytest.raises(KeyGone):
        call(kiosk, (str(act.pk), "taken"), now=timezone.now())
    with pytest.raises(PairingRefused):
        enrol(unused, "n" * 43, now=now)
    assert retired_keys(str(kiosk.pk)) == [KEY]
    assert Act.objects.get(act="kiosk_key_revoked").reason == "stolen"
    code = create_pairing_code(kiosk, now=now)
    again = enrol(code, "n" * 43, now=timezone.now())
    assert (again.pk, call(again).acts) == (kiosk.pk, [])
    assert RemoteAct.objects.get().state == State.CANCELLED
