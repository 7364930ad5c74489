"""Signing in: one door, a pause after wrong passwords, a second step, sessions that end."""

import time
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from server.staff import accounts, second_factor
from server.staff.models import Act, SignIn
from server.staff.roles import Role
from tests.server.staff_accounts import PASSWORD, create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db
LOGIN = "/staff/login/"


def enters(client: Client, password: str = PASSWORD, name: str = "li"):
    return client.post(LOGIN, {"username": name, "password": password})


@pytest.fixture
def person() -> User:
    return create_person("li", (create_village(), Role.BOOKKEEPER))


def want_second_factor(settings, *roles: str) -> None:
    server = settings.LOBBYPAY.server.model_copy(update={"second_factor_roles": list(roles)})
    settings.LOBBYPAY = settings.LOBBYPAY.model_copy(update={"server": server})


def digits(app: TOTPDevice, step: int = 0) -> str:
    return f"{totp(app.bin_key, t0=-30 * step):06d}"


def test_the_back_office_has_the_same_door(client: Client):
    assert client.get("/admin/login/?next=/admin/")["Location"] == "/staff/login/?next=/admin/"


def test_after_five_wrong_passwords_the_right_one_has_to_wait(client: Client, person, settings):
    settings.AXES_ENABLED = True
    answers = [enters(client, "wrong").status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert enters(client).status_code == 429
    assert "15 分钟" in enters(client).content.decode()
    assert enters(client, name="somebody-else").status_code == 200
    act = Act.objects.filter(act="locked_out").first()
    assert act and (act.subject_id, act.person_id) == ("li", person.pk)


def test_who_goes_on_trying_fills_no_table_and_locks_nobody_out_for_longer(
    client: Client, person, settings
):
    settings.AXES_ENABLED = True
    for _ in range(5):
        enters(client, "wrong")
    known = AccessAttempt.objects.get()
    for _ in range(10):
        assert enters(client, "wrong").status_code == 429
    again = AccessAttempt.objects.get()
    assert (again.attempt_time, again.post_data) == (known.attempt_time, known.post_data)
    assert Act.objects.filter(act="locked_out").count() == 1
    accounts.let_in(person, accounts.OPERATOR, "", timezone.now(), new_second_step=False)
    for _ in range(7):
        enters(client, "wrong")
    assert Act.objects.filter(act="locked_out").count() == 2
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert enters(client).status_code == 302
    assert not AccessLog.objects.exists()


def test_whoever_runs_the_server_lets_somebody_in_again(client: Client, person, settings):
    settings.AXES_ENABLED = True
    app = second_factor.new_app(person)
    second_factor.prove(person, app, digits(app), person_of(person), timezone.now())
    for _ in range(5):
        enters(client, "wrong")
    now = timezone.now()
    accounts.let_in(person, accounts.OPERATOR, "", now, new_second_step=False)
    enters(client)
    assert client.get("/staff/fleet/")["Location"].startswith("/staff/second-factor/")
    accounts.let_in(person, accounts.OPERATOR, "phone lost", now, new_second_step=True)
    assert client.get("/staff/fleet/").status_code == 200
    assert Act.objects.get(act="second_factor_forgotten").reason == "phone lost"


def test_a_name_that_there_is_not_is_not_written_down(client: Client, settings):
    settings.AXES_ENABLED = True
    for _ in range(6):
        enters(client, "x", name="my-password-by-mistake")
    assert not Act.objects.exists()


def test_a_role_may_want_a_second_step(client: Client, person, settings):
    want_second_factor(settings, "bookkeeper")
    enters(client)
    for page in ("/staff/fleet/", "/admin/", "/staff/open-questions/"):
        assert client.get(page)["Location"] == f"/staff/second-factor/?next={page}"
    live = client.get("/staff/fleet/live/", headers={"HX-Request": "true"})
    assert live["HX-Redirect"].startswith("/staff/second-factor/")
    assert "data:image/svg" in client.get("/staff/second-factor/").content.decode()
    app = TOTPDevice.objects.get(user=person)
    assert "不对" in client.post("/staff/second-factor/", {"digits": "000000"}).content.decode()
    assert client.get("/staff/fleet/").status_code == 302
    TOTPDevice.objects.update(throttling_failure_count=0)
    shown = client.post("/staff/second-factor/", {"digits": digits(app)}).content.decode()
    assert shown.count("<code>") == second_factor.RECOVERY_CODES
    assert client.get("/staff/fleet/").status_code == 200
    assert Act.objects.filter(act="second_factor_set", subject_id="li").exists()


def test_the_second_step_takes_digits_once_and_each_recovery_code_once(client: Client, person):
    app = second_factor.new_app(person)
    used = digits(app)
    codes = second_factor.prove(person, app, used, person_of(person), timezone.now())
    assert codes
    enters(client)
    assert client.get("/staff/fleet/")["Location"].startswith("/staff/second-factor/")
    typed = {"digits": used, "next": "/staff/fleet/"}
    assert client.post("/staff/second-factor/", typed).status_code == 200, "used when it was set up"
    StaticDevice.objects.update(throttling_failure_count=0)
    typed["digits"] = f" {codes[0][:5].upper()} {codes[0][5:]}"
    assert client.post("/staff/second-factor/", typed)["Location"] == "/staff/fleet/"
    assert client.get("/staff/fleet/").status_code == 200
    assert Act.objects.get(act="recovery_code_used").after == {"left": 9}
    again = Client()
    enters(again)
    assert again.post("/staff/second-factor/", typed).status_code == 200
    assert again.get("/staff/fleet/").status_code == 302


def test_an_unproved_app_locks_nobody_out(client: Client, person):
    second_factor.new_app(person)
    enters(client)
    assert client.get("/staff/fleet/").status_code == 200


def test_after_the_second_step_one_goes_on_at_this_server_only(client: Client, person):
    app = second_factor.new_app(person)
    [code, *_] = second_factor.prove(person, app, digits(app), person_of(person), timezone.now())
    enters(client)
    typed = {"digits": code, "next": "https://evil.example/"}
    assert client.post("/staff/second-factor/", typed)["Location"] == "/"


def test_a_session_that_nobody_used_ends(client: Client, person, settings):
    enters(client)
    assert client.get("/staff/fleet/").status_code == 200
    session = client.session
    session["used_at"] = time.time() - 31 * 60
    session.save()
    live = client.get("/staff/fleet/live/", headers={"HX-Request": "true"})
    assert live["HX-Redirect"] == LOGIN
    assert client.get("/staff/fleet/")["Location"].startswith(LOGIN)


def test_what_a_page_asks_for_by_itself_is_no_use_of_it(client: Client, person):
    enters(client)
    session = client.session
    session["used_at"] = before = time.time() - 20 * 60
    session.save()
    client.get("/staff/fleet/live/", headers={"HX-Request": "true"})
    assert client.session["used_at"] == before
    client.get("/staff/fleet/")
    assert client.session["used_at"] > before


def test_ones_own_sessions_are_listed_and_the_others_ended(person):
    here, there = signed_in(person), signed_in(person)
    assert here.get("/staff/sessions/").content.decode().count("<li>") == 2
    assert "已退出 1 个登录" in here.post("/staff/sessions/", follow=True).content.decode()
    assert there.get("/staff/fleet/").status_code == 302
    assert here.get("/staff/fleet/").status_code == 200
    assert SignIn.objects.filter(ended_at=None).count() == 1
    stranger = signed_in(create_staff("other"))
    assert stranger.get("/staff/sessions/").content.decode().count("<li>") == 1


def test_pages_run_our_own_files_only_and_the_theme_has_its_own_policy(client: Client, person):
    enters(client)
    for page, eval_too in (("/staff/fleet/", False), ("/admin/", True), ("/b/x", False)):
        policy = client.get(page)["Content-Security-Policy"]
        assert ("unsafe-eval" in policy) is eval_too, page
        script = next(p for p in policy.split(";") if p.strip().startswith("script-src"))
        assert ("unsafe-inline" in script) is eval_too
        assert "frame-ancestors 'none'" in policy


def test_the_apis_documentation_is_for_staff_and_from_this_server(client: Client, person):
    assert client.get("/api/v1/docs")["Location"].startswith(LOGIN)
    assert client.get("/api/v1/openapi.json")["Location"].startswith(LOGIN)
    enters(client)
    page = client.get("/api/v1/docs").content.decode()
    assert "swagger-ui-bundle.js" in page and "://" not in page.replace("http://www.w3.org", "")


def person_of(user: User):
    from server.staff import people

    return people.of(user)
