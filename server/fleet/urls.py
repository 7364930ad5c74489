"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.fleet import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("fleet/", views.fleet, name="fleet"),
    path("fleet/live/", views.live, name="fleet_live"),
    path("fleet/kiosks/<uuid:kiosk_id>/", views.kiosk, name="fleet_kiosk"),
]
