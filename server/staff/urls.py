"""Which address leads where in this app."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from server.staff import (
    approval_pages,
    log,
    own_account,
    pages,
    password_reset,
    people_pages,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", pages.SignInPage.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("second-factor/", pages.second_factor_page, name="second_factor"),
    path("password/", own_account.OwnPassword.as_view(), name="own_password"),
    path("mail/", own_account.own_mail, name="own_mail"),
    path("recovery-codes/", own_account.new_recovery_codes, name="new_recovery_codes"),
    path("forgotten/", password_reset.ask_page, name="forgotten_password"),
    path(
        "forgotten/<uidb64>/<token>/",
        password_reset.ChoosePassword.as_view(),
        name="reset_password",
    ),
    path("requests/", approval_pages.requests, name="requests"),
    path("people/", people_pages.people_page, name="people"),
    path("log/", log.log, name="log"),
    path("sessions/", pages.sessions, name="own_sessions"),
]
