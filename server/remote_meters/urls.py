"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.remote_meters.calls import api

urlpatterns: list[URLPattern | URLResolver] = [path("v1/", api.urls)]
