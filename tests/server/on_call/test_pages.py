"""The pages of alerts: what is there, who may do what; addresses are seen by nobody."""

from datetime import date, time, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from server.alerts.models import Alert
from server.alerts.raising import TEXTS, raise_alert
from server.configuration import AlertsSection
from server.estate.models import Community
from server.on_call import escalation, listing, sending
from server.on_call.models import (
    Comment,
    Handling,
    Message,
    PersonAddress,
    Rule,
    Shift,
    Substitution,
    Turn,
)
from server.staff.models import Act, RoleAssignment
from server.staff.roles import Role
from tests.server.on_call.people import address, on_duty, technician
from tests.server.pages import foreign, words_of
from tests.server.staff_accounts import create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def village() -> Community:
    return create_village()


@pytest.fixture
def boss(village) -> Client:
    return signed_in(create_person("boss", (village, Role.ADMINISTRATOR)))


@pytest.fixture
def fitter(village) -> Client:
    person = create_person("fitter", (village, Role.TECHNICIAN))
    address(person)
    on_duty(village, person)
    return signed_in(person)


def raised(village: Community, kind: str = "kiosk_no_money", **details) -> Alert:
    raise_alert(village.pk, kind, "K1", timezone.now() - MINUTE, kiosk_code="K1", **details)
    return Alert.objects.get(kind=kind)


def post(client: Client, path: str, **form) -> str:
    answer = client.post(path, form, follow=True)
    assert answer.status_code == 200, answer.status_code
    return words_of(answer.content.decode())


def test_an_alert_has_a_page_with_what_to_do_and_all_that_happened(village, fitter):
    faults = [{"zh": "刷卡机连不上", "en": "The card terminal cannot be reached"}]
    alert = raised(village, faults=faults)
    path = f"/staff/alerts/{alert.pk}/"
    escalation.look(timezone.now())
    sending.look(timezone.now())
    post(fitter, path, do="comment", text="我在路上")
    post(fitter, path, do="acknowledge")
    shown = words_of(fitter.get(path).content.decode())
    for said in (
        "刷卡机连不上",
        "怎么办",
        "首次通知",
        "已发出",
        "我在路上",
        "有人在处理",
        "认领告警",
    ):
        assert said in shown, said
    assert "恢复通知" in shown
    assert mail.outbox[0].to == ["fitter@example.com"] and "fitter@example.com" not in shown


def test_acts_from_the_page_need_a_reason_where_one_is_asked_for(village, fitter):
    alert = raised(village)
    path = f"/staff/alerts/{alert.pk}/"
    assert "请写明理由" in post(fitter, path, do="silence", minutes="60", reason=" ")
    assert "请选择 30 天以内" in post(fitter, path, do="silence", minutes="x", reason="y")
    assert "请写点内容" in post(fitter, path, do="comment", text=" ")
    assert "请选择人员" in post(fitter, path, do="assign", person="x")
    assert not Comment.objects.exists()
    assert fitter.post(path, {"do": "other"}).status_code == 403
    assert "在此之前不再通知" in post(fitter, path, do="silence", minutes="60", reason="换件")
    assert Handling.objects.get().silence_reason == "换件"
    Alert.objects.update(resolved_at=timezone.now())
    assert "已经结束" in post(fitter, path, do="acknowledge")


def test_the_list_filters_and_says_when_nobody_was_reached(village, boss):
    raised(village)
    raise_alert(village.pk, "device_error", "K2/x", timezone.now(), kiosk_code="K2")
    escalation.look(timezone.now())
    page = words_of(boss.get("/staff/alerts/").content.decode())
    assert "终端不能收款" in page and "没有通知到任何人" in page
    assert "终端不能收款" not in words_of(boss.get("/staff/alerts/?q=K2").content.decode())
    assert "终端不能收款" not in words_of(boss.get("/staff/alerts/?group=device").content.decode())
    for state in ("mine", "silenced", "ended"):
        assert "没有告警" in words_of(boss.get(f"/staff/alerts/?state={state}").content.decode())


def test_alerts_about_money_are_for_those_who_see_payments(village, fitter, boss):
    money = raised(village, "paid_twice")
    clerk = signed_in(create_person("clerk", (village, Role.BOOKKEEPER)))
    path = f"/staff/alerts/{money.pk}/"
    assert (fitter.get(path).status_code, clerk.get(path).status_code) == (404, 200)
    assert "没有告警" in words_of(fitter.get("/staff/alerts/").content.decode())


def test_an_auditor_looks_and_does_nothing(village):
    alert = raised(village)
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    for path in (f"/staff/alerts/{alert.pk}/", "/staff/alerts/on-call/", "/staff/alerts/rules/"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert 'name="do"' not in page.content.decode()
    assert auditor.post(f"/staff/alerts/{alert.pk}/", {"do": "acknowledge"}).status_code == 403


def test_who_works_in_several_communities_chooses_one(village):
    other = create_village("other")
    Community.objects.filter(pk=other.pk).update(name_zh="大镇")
    both = signed_in(
        create_person("both", (village, Role.ADMINISTRATOR), (other, Role.ADMINISTRATOR))
    )
    for page in ("on-call/", "rules/"):
        shown = both.get(f"/staff/alerts/{page}?community=other").content.decode()
        assert '<option value="other" selected>大镇</option>' in shown
        assert '<option value="village">小村</option>' in shown
    raised(village)
    assert "终端不能收款" not in words_of(
        both.get("/staff/alerts/?community=other").content.decode()
    )


PLAN = {"level": "1", "starts": "08:00", "ends": "18:00", "reason": "新排班"}


def test_the_plan_is_made_and_ended_with_a_reason_and_each_change_is_in_the_log(village, boss):
    person = create_person("fitter", (village, Role.TECHNICIAN))
    path = f"/staff/alerts/on-call/?community={village.code}"
    form = {**PLAN, "community": village.code, "person": person.pk}
    said = post(boss, path, do="add", weekday=["1", "2"], **form)
    assert "值班安排已修改" in said and "没有地址" in said and "周一 周二" in said
    post(boss, path, do="add_day", first_day="2026-10-01", last_day="2027-10-01", **form)
    assert "请写明理由" in post(boss, path, do="add", weekday=["1"], **{**form, "reason": ""})
    assert "请至少选择一天" in post(boss, path, do="add", **form)
    assert "请输入时间" in post(boss, path, do="add", weekday=["1"], **{**form, "starts": "x"})
    assert "结束日期应在" in post(
        boss, path, do="add_day", first_day="2026-10-02", last_day="2026-10-01", **form
    )
    shift, days = Shift.objects.get(), Substitution.objects.get()
    post(boss, path, do="end", row=shift.pk, community=village.code, reason="不再值班")
    post(boss, path, do="end_day", row=days.pk, community=village.code, reason="不再值班")
    assert "已经结束" in post(
        boss, path, do="end", row=shift.pk, community=village.code, reason="x"
    )
    acts = Act.objects.filter(subject_kind="on_call").order_by("pk")
    assert list(acts.values_list("act", flat=True)) == [
        "on_call_added",
        "on_call_day_added",
        "on_call_ended",
        "on_call_day_ended",
    ]
    assert acts[0].after == {
        "person": "fitter",
        "level": 1,
        "hours": "08:00-18:00",
        "weekdays": "12",
    }
    assert (acts[2].before["person"], acts[2].reason) == ("fitter", "不再值班")


def test_only_who_plans_changes_plan_and_rules_and_only_at_home(village, fitter, boss):
    other = create_village("other")
    person = create_person("far", (other, Role.TECHNICIAN))
    form = {**PLAN, "do": "add", "weekday": "1", "person": person.pk}
    path = "/staff/alerts/on-call/"
    assert fitter.post(path, {**form, "community": village.code}).status_code == 403
    assert boss.post(path, {**form, "community": other.code}).status_code == 403
    assert boss.get(f"{path}?community={other.code}").status_code == 403
    assert "请选择人员" in post(boss, path, **{**form, "community": village.code})
    rule = {"do": "set", "kind": "device", "first_after": "5", "reason": "x"}
    assert (
        fitter.post("/staff/alerts/rules/", {**rule, "community": village.code}).status_code == 403
    )
    assert not Shift.objects.filter(person=person).exists() and not Rule.objects.exists()


def test_rules_are_set_for_a_group_or_one_kind_and_go_back_to_the_usual(village, boss):
    path = "/staff/alerts/rules/"
    form = {"community": village.code, "do": "set", "kind": "device", "reason": "夜里不吵"}
    assert "规则已修改" in post(boss, path, first_after="5", second_after="30", **form)
    assert "不能小于前一级" in post(boss, path, first_after="30", second_after="5", **form)
    assert "整数" in post(boss, path, first_after="-1", **form)
    assert "最短间隔" in post(boss, path, first_after="0", repeat_after="1", **form)
    post(boss, path, **{**form, "kind": "paid_twice", "first_after": "0"})
    assert "自定规则" in words_of(boss.get(path).content.decode())
    assert boss.post(path, {**form, "kind": "nothing"}).status_code == 403
    post(boss, path, **{**form, "do": "usual"})
    assert list(Rule.objects.values_list("kind", flat=True)) == ["paid_twice"]
    act = Act.objects.filter(act="alert_rule_set").order_by("pk").first()
    assert (act.after["second_after"], act.reason) == (30, "夜里不吵")


def test_a_changed_rule_holds_for_what_is_open(village, boss):
    technician(village, "night")
    Rule.objects.create(
        community=village, kind="no_money", first_after=100, changed_at=timezone.now()
    )
    raised(village)
    escalation.look(timezone.now())
    assert not Message.objects.exists()
    form = {"community": village.code, "do": "set", "kind": "no_money", "reason": "x"}
    post(boss, "/staff/alerts/rules/", first_after="0", **form)
    escalation.look(timezone.now())
    assert Message.objects.count() == 1


WEBHOOK = (
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
)


def test_own_addresses_are_added_tried_and_ended_and_never_shown_again(village, fitter):
    path = "/staff/alerts/addresses/"
    add = {"do": "add", "language": "zh"}
    said = post(fitter, path, way="chat", address=WEBHOOK, **add)
    assert "地址已添加" in said and "0ec2sifa5" not in said
    post(fitter, path, way="sms", address="138 0000 1111", **add)
    page = fitter.get(path).content.decode()
    assert "138****11" in page and "13800001111" not in page and "693a91f6" not in page
    assert "您已有这个地址" in post(fitter, path, way="chat", address=WEBHOOK, **add)
    for way, wrong in (("mail", "x"), ("chat", "file:///x"), ("sms", "12"), ("chat", "")):
        assert "地址已添加" not in post(fitter, path, way=way, address=wrong, **add)
    assert PersonAddress.objects.count() == 3
    own = PersonAddress.objects.get(way="mail")
    assert "已发出，请看是否收到" in post(fitter, path, do="try", row=own.pk)
    assert mail.outbox[0].subject == "LobbyPay 测试：告警会发到这里"
    assert "请稍等再试" in post(fitter, path, do="try", row=own.pk)
    post(fitter, path, do="end", row=own.pk)
    own.refresh_from_db()
    assert own.ended_at is not None and own.sealed == ""
    log = str(list(Act.objects.values_list("before", "after")))
    assert "693a91f6" not in log and "13800001111" not in log and "WeCom" in log


def test_nobody_touches_anothers_addresses(village, fitter, boss):
    own = PersonAddress.objects.get()
    for do in ("try", "end"):
        assert "已经结束" in post(boss, "/staff/alerts/addresses/", do=do, row=own.pk)
    own.refresh_from_db()
    assert own.ended_at is None and mail.outbox == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_every_kind_speaks_one_language(village, language):
    client = signed_in(create_staff("company"))
    client.cookies["django_language"] = language
    technician(village, "night")
    for kind in TEXTS:
        raise_alert(village.pk, kind, "K1", timezone.now(), kiosk_code="K1")
    escalation.look(timezone.now() + 10 * MINUTE)
    for alert in Alert.objects.all():
        page = client.get(f"/staff/alerts/{alert.pk}/").content.decode()
        texts = Message.objects.filter(alert=alert).values_list("text", flat=True)
        shown = page
        for text in texts:
            for line in text.splitlines():
                shown = shown.replace(line, "")
        assert foreign(shown, language, "小村") == [], alert.kind


def test_who_holds_no_role_any_more_is_marked_in_the_plan(village, boss):
    gone = technician(village, "gone")
    days = {"first_day": date(2099, 1, 1), "last_day": date(2099, 1, 1)}
    hours = {"starts": time(0), "ends": time(0)}
    Substitution.objects.create(community=village, person=gone, level=1, **days, **hours)
    path = f"/staff/alerts/on-call/?community={village.code}"
    marked = "在本小区已无角色，不会收到通知"
    assert marked not in words_of(boss.get(path).content.decode())
    RoleAssignment.objects.filter(person=gone).update(ended_at=timezone.now())
    said = words_of(boss.get(path).content.decode())
    assert said.count(marked) == 2 and "没有地址" not in said
    assert "前一天晚上开始的夜班" in said


def test_that_an_alert_reached_nobody_is_said_until_somebody_looks_after_it(village, boss):
    alert = raised(village)
    escalation.look(timezone.now())
    said = "没有通知到任何人"
    before = words_of(boss.get("/staff/alerts/").content.decode())
    post(boss, f"/staff/alerts/{alert.pk}/", do="acknowledge")
    after = words_of(boss.get("/staff/alerts/").content.decode())
    assert (said in before, said in after) == (True, False)


def test_our_own_words_about_a_message_are_in_the_pages_language(village, fitter, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    alert = raised(village)
    escalation.look(timezone.now())
    sending.look(timezone.now())
    page = words_of(fitter.get(f"/staff/alerts/{alert.pk}/").content.decode())
    assert "没有配置邮件服务器" in page and "no-mail" not in page
    row = PersonAddress.objects.get()
    said = post(fitter, "/staff/alerts/addresses/", do="try", row=row.pk)
    assert "没有配置邮件服务器" in said


def test_a_test_of_an_address_counts_as_a_message_and_never_breaks_the_page(
    village, fitter, settings, monkeypatch
):
    def breaks(_address, _text):
        raise RecursionError

    few = AlertsSection(per_person_hour=1)
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"alerts": few})
    monkeypatch.setitem(sending.WAYS, "mail", breaks)
    row = PersonAddress.objects.get()
    path = "/staff/alerts/addresses/"
    said = post(fitter, path, do="try", row=row.pk)
    assert "本服务器未能交出消息" in said and "RecursionError" not in said
    Turn.objects.all().delete()
    assert "已达上限" in post(fitter, path, do="try", row=row.pk)
    raised(village)
    escalation.look(timezone.now())
    assert sending.look(timezone.now()) == 0


@pytest.mark.parametrize("clock", ["08:00+08:00", "08:00Z"])
def test_a_time_of_day_has_no_time_zone(village, boss, clock):
    form = {"community": village.code, "do": "add", "reason": "x", "level": "1", "weekday": "1"}
    person = create_person("p", (village, Role.TECHNICIAN)).pk
    post(boss, "/staff/alerts/on-call/", person=person, starts=clock, ends="18:00", **form)
    assert not Shift.objects.filter(person=person).exists()


def test_days_that_are_past_leave_room_for_new_ones(village, boss):
    row = {"community": village, "level": 1, "starts": time(0), "ends": time(0)}
    past = {"first_day": date(2020, 1, 1), "last_day": date(2020, 1, 1)}
    Substitution.objects.bulk_create([Substitution(**row, **past) for _ in range(1000)])
    form = {"community": village.code, "do": "add_day", "reason": "x", "level": "1", "person": ""}
    days = {"first_day": "2099-01-01", "last_day": "2099-01-01"}
    post(boss, "/staff/alerts/on-call/", starts="00:00", ends="00:00", **days, **form)
    assert Substitution.objects.filter(first_day=date(2099, 1, 1)).exists()


def test_more_open_alerts_than_five_hundred_follow_a_new_rule(village, boss):
    Alert.objects.bulk_create(
        Alert(
            community=village,
            kind="kiosk_no_money",
            subject=f"K{number}",
            text_zh="x",
            text_en="x",
            raised_at=timezone.now(),
        )
        for number in range(510)
    )
    Handling.objects.bulk_create(
        Handling(community=village, alert=alert) for alert in Alert.objects.all()
    )
    form = {"community": village.code, "do": "set", "kind": "no_money", "reason": "x"}
    post(boss, "/staff/alerts/rules/", first_after="0", **form)
    assert not Handling.objects.filter(due_at=None).exists()


def test_of_very_many_messages_the_newest_are_shown_and_the_rest_is_counted(
    village, fitter, monkeypatch
):
    monkeypatch.setattr(listing, "MESSAGES_MAX", 2)
    alert = raised(village)
    for _round in range(3):
        Handling.objects.update(due_at=timezone.now())
        escalation.look(timezone.now())
        Message.objects.update(state="sent")
    said = words_of(fitter.get(f"/staff/alerts/{alert.pk}/").content.decode())
    assert "另有 1 条更早的消息没有列出" in said
    assert "首次通知" not in said
