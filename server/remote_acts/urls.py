"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.remote_acts import group_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("acts/", views.acts_page, name="acts"),
    path("acts/ask/", views.ask_page, name="ask_act"),
    path("acts/<uuid:act_id>/", views.act_page, name="act"),
    path("acts/<uuid:act_id>/attachment/", views.attachment, name="act_attachment"),
    path("groups/", group_views.groups_page, name="kiosk_groups"),
    path("kiosks/<uuid:kiosk_id>/revoke/", views.revoke, name="revoke_kiosk"),
    path("kiosks/<uuid:kiosk_id>/acts/", views.kiosk_acts, name="kiosk_acts"),
]
