"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.payments import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("notify/<slug:method>", views.notify, name="channel_notification"),
]
