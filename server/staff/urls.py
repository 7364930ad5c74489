"""Which address leads where in this app."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, path

from server.staff import approval_pages, log, pages, people_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", pages.SignInPage.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("second-factor/", pages.second_factor_page, name="second_factor"),
    path("requests/", approval_pages.requests, name="requests"),
    path("people/", people_pages.people_page, name="people"),
    path("log/", log.log, name="log"),
    path("sessions/", pages.sessions, name="own_sessions"),
]
