"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.payments import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("p/<uuid:payment_id>", pages.status, name="payment_status"),
    path("notify/<slug:method>", pages.notify, name="channel_notification"),
]
