"""A forgotten password by mail, one that somebody else made, and one's own account."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from server import configuration
from server.jobs import worker
from server.staff import accounts, made_passwords, second_factor
from server.staff.models import Act, ResetAsked
from server.staff.roles import Role
from tests.server.pages import words_of
from tests.server.staff_accounts import PASSWORD, create_person, create_staff, signed_in
from tests.server.village import create_village

pytestmark = pytest.mark.django_db(transaction=True)
ASK, MAIL = "/staff/forgotten/", "li@example.com"
NEW = "another-long-password"


@pytest.fixture
def li() -> User:
    person = create_person("li", (create_village(), Role.BOOKKEEPER))
    person.email = MAIL
    person.save()
    return person


def work() -> None:
    """What waits in the background is done."""
    for result in DBTaskResult.objects.ready():
        worker._worker(0.1).run_task(result)


def ask(address: str = MAIL, client: Client | None = None, **meta: str):
    answer = (client or Client()).post(ASK, {"email": address}, **meta)
    work()
    return answer


def link() -> str:
    [found] = re.findall(r"http://127.0.0.1:8000(/staff/forgotten/\S+)", str(mail.outbox[-1].body))
    return found


def choose(client: Client, where: str, password: str = NEW):
    page = client.get(where, follow=True)
    typed = {"new_password1": password, "new_password2": password}
    return client.post(page.request["PATH_INFO"], typed, follow=True)


def test_a_forgotten_password_is_chosen_anew_by_a_link_that_works_once(li):
    elsewhere = signed_in(li)
    assert "请查收邮件" in words_of(ask(" LI@example.com ").content.decode())
    [message] = mail.outbox
    assert message.to == [MAIL] and "li" in message.body and "设置新密码" in message.subject
    where, client = link(), Client()
    choose(client, where)
    li.refresh_from_db()
    assert li.check_password(NEW)
    assert elsewhere.get("/staff/").status_code == 302, "other sessions have ended"
    assert "链接已失效" in words_of(client.get(where, follow=True).content.decode())
    assert set(Act.objects.values_list("act", flat=True)) >= {"reset_asked", "password_reset"}
    assert client.post("/staff/login/", {"username": "li", "password": NEW}).status_code == 302


def test_the_link_is_good_for_an_hour(li, settings):
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    ask()
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "链接已失效" in words_of(Client().get(link(), follow=True).content.decode())


def test_a_weak_password_is_refused_with_words(li):
    ask()
    page = words_of(choose(Client(), link(), "12345678").content.decode())
    assert "密码" in page
    li.refresh_from_db()
    assert li.check_password(PASSWORD)


def test_nothing_tells_whether_there_is_an_account(li):
    User.objects.create_user("resident", email="no-staff@example.com", password=PASSWORD)
    gone = create_person("gone")
    gone.email, gone.is_active = "gone@example.com", False
    gone.save()
    known = words_of(ask().content.decode())
    for address in ("nobody@example.com", "no-staff@example.com", "gone@example.com"):
        before = DBTaskResult.objects.count()
        assert words_of(ask(address).content.decode()) == known
        assert DBTaskResult.objects.count() == before + 1, "as much work as for an account"
    assert len(mail.outbox) == 1
    assert "不是有效" in words_of(ask("nonsense").content.decode())


def test_an_account_gets_three_mails_an_hour_and_an_address_ten_answers(li):
    for _ in range(5):
        assert ask().status_code == 200
    assert len(mail.outbox) == 3
    for _ in range(5):
        assert ask("nobody@example.com").status_code == 200
    assert ask().status_code == 429
    assert ask(REMOTE_ADDR="10.0.0.9").status_code == 200
    assert len(mail.outbox) == 3
    ResetAsked.objects.update(at=timezone.now() - timedelta(hours=2))
    assert ask().status_code == 200 and len(mail.outbox) == 4


def test_the_mail_speaks_the_language_of_the_page_and_names_our_own_address(li):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    ask(client=client, HTTP_HOST="localhost")
    assert "works once" in mail.outbox[0].body and "http://127.0.0.1:8000/" in mail.outbox[0].body


def test_who_signs_in_with_a_made_password_chooses_another_before_anything_else(li):
    boss = create_person("boss", (li.roles.get().community, Role.ADMINISTRATOR))
    values = {"do": "new_password", "person": "li", "reason": "forgot"}
    page = signed_in(boss).post("/staff/people/", values, follow=True).content.decode()
    made = re.search(r"密码，只显示这一次：([\w-]+)", words_of(page)) or re.search(
        r"：([\w-]{12})", words_of(page)
    )
    assert made
    client = Client()
    client.post("/staff/login/", {"username": "li", "password": made[1]})
    for where in ("/staff/", "/admin/", "/staff/fleet/"):
        assert client.get(where)["Location"] == "/staff/password/"
    live = client.get("/staff/fleet/live/", headers={"HX-Request": "true"})
    assert live["HX-Redirect"] == "/staff/password/"
    assert "由他人设置" in words_of(client.get("/staff/password/").content.decode())
    typed = {"old_password": made[1], "new_password1": NEW, "new_password2": NEW}
    assert client.post("/staff/password/", typed)["Location"] == "/staff/sessions/"
    assert client.get("/staff/fleet/").status_code == 200
    assert Act.objects.get(act="password_changed").person_id == li.pk
    again = Client()
    again.post("/staff/login/", {"username": "li", "password": NEW})
    assert again.get("/staff/fleet/").status_code == 200


def test_an_account_made_in_the_back_office_or_given_a_password_there_is_to_be_changed(li):
    company = signed_in(create_staff("company"))
    typed = {"username": "new", "password1": NEW, "password2": NEW, "usable_password": "true"}
    company.post("/admin/auth/user/add/", typed)
    assert made_passwords.is_made(User.objects.get(username="new"))
    typed = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    company.post(f"/admin/auth/user/{li.pk}/password/", typed)
    assert made_passwords.is_made(li)
    accounts.create_staff("li", NEW, at=timezone.now())
    assert not made_passwords.is_made(li)
    assert company.get("/admin/password_change/")["Location"] == "/staff/password/"


def test_the_mail_address_takes_the_password_and_the_former_one_hears_of_it(li):
    client = signed_in(li)
    values = {"email": "new@example.com", "password": "wrong"}
    assert "不正确" in words_of(client.post("/staff/mail/", values, follow=True).content.decode())
    li.refresh_from_db()
    assert li.email == MAIL
    client.post("/staff/mail/", values | {"password": PASSWORD})
    li.refresh_from_db()
    assert li.email == "new@example.com"
    assert mail.outbox[0].to == [MAIL] and Act.objects.filter(act="mail_changed").exists()
    assert client.get("/staff/").status_code == 200


def test_new_recovery_codes_end_the_former_ones(li):
    client = signed_in(li)
    assert client.post("/staff/recovery-codes/").status_code == 403
    app = second_factor.new_app(li)
    app.confirmed = True
    app.save()
    old = second_factor._new_codes(li)
    client.post("/staff/second-factor/", {"digits": old[0]})
    assert "还剩 9 个恢复码" in words_of(client.get("/staff/sessions/").content.decode())
    shown = client.post("/staff/recovery-codes/").content.decode()
    assert shown.count("<code>") == 10 and not any(code in shown for code in old)


def test_the_documentation_of_the_api_is_behind_the_same_door(li):
    client = signed_in(li)
    for where in ("/api/v1/docs", "/api/v1/openapi.json"):
        assert Client().get(where)["Location"].startswith("/staff/login/")
        assert client.get(where).status_code == 200
    made_passwords.mark(li, timezone.now())
    again = Client()
    again.login(username="li", password=PASSWORD)
    assert again.get("/api/v1/docs")["Location"] == "/staff/password/"


def test_without_a_mail_server_messages_become_files_and_the_password_is_in_the_environment(
    tmp_path,
):
    file = tmp_path / "server.toml"
    file.write_text('[mail]\nhost = "smtp.example.com"\nsecurity = "tls"\nport = 465\n')
    read = configuration.read_file(file)
    said = configuration.django_mail(read, {"LOBBYPAY_MAIL_PASSWORD": "secret"})
    assert said["EMAIL_USE_SSL"] and not said["EMAIL_USE_TLS"]
    assert said["EMAIL_HOST_PASSWORD"] == "secret" and "smtp" in said["EMAIL_BACKEND"]
    bare = configuration.django_mail(configuration.Configuration(), {})
    assert "filebased" in bare["EMAIL_BACKEND"]
    file.write_text('[mail]\nsecurity = "ssl3"\n')
    with pytest.raises(configuration.ConfigMistake, match="starttls, tls or none"):
        configuration.read_file(file)
