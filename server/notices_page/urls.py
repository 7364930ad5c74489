"""Which address leads where in this app."""

from django.urls import path

from server.notices_page import looks, pages

urlpatterns = [
    path("", pages.notices, name="notices"),
    path("new/", pages.new_notice, name="new_notice"),
    path("<int:pk>/", pages.notice, name="notice"),
    path("looks/<slug:name>", looks.file, name="kiosk_look"),
]
