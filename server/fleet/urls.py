"""Which address leads where in this app."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, path

from server.fleet import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("fleet/", views.fleet, name="fleet"),
    path("fleet/live/", views.live, name="fleet_live"),
]
