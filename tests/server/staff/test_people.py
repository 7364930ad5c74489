"""The page of people: roles are given and ended with a reason; secrets are shown once."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from server.staff.models import Act, RoleAssignment, RolesStand
from server.staff.roles import Role
from tests.server.staff_accounts import PASSWORD, create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/"


def does(client: Client, do: str, **form: object) -> str:
    answer = client.post(PAGE, {"do": do, "reason": "new here", **form}, follow=True)
    return answer.content.decode()


def test_a_new_person_gets_a_role_and_a_password_that_works(boss: Client, village):
    form = {"person": "li", "full_name": "李会计", "role": "bookkeeper", "community": village.code}
    shown = does(boss, "new", **form)
    password = re.search(r"只显示这一次：(\S{12})", shown)
    assert password and "李会计" in shown and "会计" in shown
    assert Client().login(username="li", password=password[1])
    li = User.objects.get(username="li")
    assert li.is_staff and not li.is_superuser
    assert list(li.roles.values_list("role", "community")) == [("bookkeeper", village.pk)]
    assert Act.objects.filter(act="role_given", person_name="boss", reason="new here").exists()
    assert password[1] not in str(list(Act.objects.values()))


def test_a_role_is_ended_with_a_reason_and_stays_in_the_past(boss: Client, village):
    li = create_person("li", (village, Role.BOOKKEEPER))
    role = li.roles.get()
    assert "请写明理由" in does(boss, "end_role", assignment=role.pk, reason=" ")
    assert signed_in(li).get("/admin/billing/bill/").status_code == 200
    does(boss, "end_role", assignment=role.pk)
    role.refresh_from_db()
    assert role.ended_at and role.ended_by.get_username() == "boss"
    assert signed_in(li).get("/admin/billing/bill/").status_code == 403
    with pytest.raises(RolesStand):
        role.delete()
    with pytest.raises(RolesStand):
        RoleAssignment.objects.update(role="administrator")


def test_a_new_password_ends_the_sessions_of_the_old_one(boss: Client, village):
    li = create_person("li", (village, Role.BOOKKEEPER))
    there = signed_in(li)
    shown = does(boss, "new_password", person="li")
    assert there.get("/staff/fleet/").status_code == 302
    assert not Client().login(username="li", password=PASSWORD)
    [password] = re.findall(r"只显示这一次：(\S{12})", shown)
    assert Client().login(username="li", password=password)


@pytest.mark.parametrize("do", ["new_password", "forget_second_step"])
def test_nobody_takes_over_an_account_that_may_do_more(boss: Client, village, do: str):
    other = create_village("other")
    create_person("both", (village, Role.BOOKKEEPER), (other, Role.AUDITOR))
    create_staff("company")
    create_person("stranger", (other, Role.TECHNICIAN))
    for name in ("both", "company", "stranger", "boss", "unknown"):
        answer = boss.post(PAGE, {"do": do, "person": name, "reason": "x"})
        assert answer.status_code == 403, name
    assert User.objects.get(username="both").check_password(PASSWORD)


def test_a_role_is_given_only_where_one_may_and_never_to_the_company(boss: Client, village):
    other = create_village("other")
    create_staff("company")
    for name, community in (("li", other.code), ("company", village.code), ("li", "nowhere")):
        form = {"do": "new", "person": name, "role": "administrator", "community": community}
        assert boss.post(PAGE, form | {"reason": "x"}).status_code == 403
    assert not User.objects.filter(username="li").exists()


def test_who_may_not_see_people_is_refused_and_an_auditor_only_looks(village):
    assert signed_in(create_person("li", (village, Role.BOOKKEEPER))).get(PAGE).status_code == 403
    auditor = signed_in(create_person("auditor", (village, Role.AUDITOR)))
    page = auditor.get(PAGE).content.decode()
    assert "li" in page and "<form" not in page.partition("<main>")[2]
    role = User.objects.get(username="li").roles.get()
    form = {"do": "end_role", "assignment": role.pk, "reason": "x"}
    assert auditor.post(PAGE, form).status_code == 403
