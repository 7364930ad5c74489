"""Which address leads where in this app."""

from django.urls import path

from server.satisfaction import asked_page, pages

urlpatterns = [
    path("satisfaction/", pages.satisfaction_page, name="satisfaction"),
    path("satisfaction/asked/", asked_page.asked_page, name="asked_most"),
]
