"""A password that was forgotten: a link by mail, good for an hour and once. What the page answers never
tells whether there is such an account, nor does the time it takes: the mail is sent in the background."""

from datetime import datetime, timedelta
from typing import Any

from axes.utils import reset as end_pause
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_tasks import task

from server.staff import audit, made_passwords, people, sign_in
from server.staff.models import ResetAsked

HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)
MAILS_MAX = 3  # an hour, to one account
ASKS_MAX = 10  # an hour, from one address


@never_cache
@require_http_methods(["GET", "POST"])
def ask_page(request: HttpRequest) -> HttpResponse:
    """Asks for the mail address; says the same whether there is an account or not."""
    if request.method == "GET":
        return render(request, "staff/reset_ask.html")
    mail, now = request.POST.get("email", "").strip(), timezone.now()
    try:
        validate_email(mail)
    except ValidationError:
        return render(request, "staff/reset_ask.html", {"wrong": True})
    if not ask(mail, sign_in.address_of(request), now):
        return render(request, "staff/reset_too_often.html", status=429)
    return render(request, "staff/reset_sent.html")


@transaction.atomic
def ask(mail: str, address: str, at: datetime) -> bool:
    """Has a link sent to each account of this mail address, as often as it may be in an hour. False: too
    much was asked for from ``address`` (whose request it is)."""
    ResetAsked.objects.filter(at__lt=at - KEPT).delete()
    last_hour = ResetAsked.objects.filter(at__gt=at - HOUR)
    if last_hour.filter(person=None, address=address).count() >= ASKS_MAX:
        return False
    ResetAsked.objects.create(address=address, at=at)
    chosen = 0
    for user in _accounts_of(mail):
        if last_hour.filter(person=user.pk).count() < MAILS_MAX:
            ResetAsked.objects.create(person=user, address=address, at=at)
            subject = ("person", user.get_username())
            audit.note(None, people.of(user), "reset_asked", subject, at, after={"from": address})
            chosen = user.pk
            _later(chosen)
    if not chosen:
        _later(0)  # takes as long as for an account
    return True


def _accounts_of(mail: str) -> list[Any]:
    found = PasswordResetForm().get_users(mail)  # compares as Unicode wants mail addresses compared
    return [user for user in found if user.is_staff]


def _later(account: int) -> None:
    language = translation.get_language() or settings.LANGUAGE_CODE
    transaction.on_commit(lambda: send_link.enqueue(account, language))


@task()
def send_link(account: int, language: str) -> None:
    """Sends the link to an account; nothing for one that is gone."""
    user = get_user_model()._default_manager.filter(pk=account, is_active=True).first()
    if user is None or not user.email:
        return
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    where = reverse("reset_password", args=[uid, default_token_generator.make_token(user)])
    with translation.override(language):
        text = render_to_string(
            "staff/reset_mail.txt",
            {"link": f"{settings.PUBLIC_URL}{where}", "name": user.get_username()},
        )
        send_mail(_("LobbyPay: choose a new password"), text, None, [user.email])


class ChoosePassword(PasswordResetConfirmView):
    """Behind the link: the new password, typed twice."""

    template_name = "staff/reset_choose.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        user, now = form.user, timezone.now()
        with transaction.atomic():
            answer = super().form_valid(form)
            subject = ("person", user.get_username())
            audit.note(None, people.of(user), "password_reset", subject, now)
            made_passwords.forget(user)
            sign_in.end_sessions(user, people.of(user), now)
            end_pause(username=user.get_username())
        return answer
