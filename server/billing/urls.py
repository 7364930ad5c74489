"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.billing import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>", pages.bill_page, name="bill_page"),
]
