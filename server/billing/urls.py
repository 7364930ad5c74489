"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.billing import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>", views.bill_page, name="bill_page"),
]
