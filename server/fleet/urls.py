"""Which address leads where in this app."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path

from server.fleet import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("fleet/", pages.fleet, name="fleet"),
    path("fleet/live/", pages.live, name="fleet_live"),
]
