"""What people change of their own account: the password, the mail address, the recovery codes. Each is an
act in the log; password and mail address take the password that is in force."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from server.staff import audit, made_passwords, people, second_factor, sign_in

_MAIL_MAX = 254


class OwnPassword(LoginRequiredMixin, PasswordChangeView):
    """Another password; the other sessions end."""

    template_name = "staff/own_password.html"
    success_url = reverse_lazy("own_sessions")

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        made = made_passwords.is_made(self.request.user)
        return super().get_context_data(made=made, **named)

    def form_valid(self, form: Any) -> HttpResponse:
        request, now = self.request, timezone.now()
        by = people.of(request.user)
        with transaction.atomic():
            answer = super().form_valid(form)
            made_passwords.forget(request.user)
            audit.note(None, by, "password_changed", ("person", form.user.get_username()), now)
            sign_in.end_sessions(form.user, by, now, but=request.session.session_key)
        sign_in.password_is_own(request)
        messages.success(request, _("The new password holds from now on"))
        return answer


@never_cache
@login_required
@require_POST
def own_mail(request: HttpRequest) -> HttpResponse:
    """The mail address to which a link for a new password goes. The former one hears of it."""
    mail = request.POST.get("email", "").strip()[:_MAIL_MAX]
    user: Any = request.user
    try:
        if mail:
            validate_email(mail)
    except ValidationError:
        messages.error(request, _("This is no mail address"))
        return redirect("own_sessions")
    typed = request.POST.get("password", "")
    if authenticate(request, username=user.get_username(), password=typed) is None:
        messages.error(request, _("The password is not right"))
        return redirect("own_sessions")
    former = user.email
    with transaction.atomic():
        user.email = mail
        user.save(update_fields=["email"])
        subject = ("person", user.get_username())
        audit.note(None, people.of(user), "mail_changed", subject, timezone.now())
    if former and former != mail:
        said = _(
            "The mail address of your account %(name)s was changed. If that was not you, tell your"
            " administrator at once."
        )
        text = said % {"name": user.get_username()}
        send_mail(_("LobbyPay: mail address changed"), text, None, [former], fail_silently=True)
    messages.success(request, _("The mail address is saved"))
    return redirect("own_sessions")


@never_cache
@login_required
@require_POST
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new ones, shown once; the former ones end. Only after the second step."""
    user: Any = request.user
    if not user.is_verified():
        raise PermissionDenied
    codes = second_factor.renew_codes(user, people.of(user), timezone.now())
    return render(request, "staff/recovery_codes.html", {"codes": codes})
