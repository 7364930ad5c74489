"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.fleet import office_views, pairing_page, report_page, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("fleet/", views.fleet, name="fleet"),
    path("fleet/live/", views.live, name="fleet_live"),
    path("fleet/report/", report_page.collection, name="fleet_report"),
    path("fleet/places/", office_views.by_place, name="fleet_places"),
    path("fleet/wall/", office_views.wall_page, name="fleet_wall"),
    path("fleet/wall/live/", office_views.wall_live, name="fleet_wall_live"),
    path("fleet/pair/<uuid:wish_id>/", pairing_page.pair, name="pair_kiosk"),
    path("fleet/kiosks/<uuid:kiosk_id>/", views.kiosk, name="fleet_kiosk"),
]
