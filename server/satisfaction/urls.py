"""Which address leads where in this app."""

from django.urls import path

from server.satisfaction import pages

urlpatterns = [path("satisfaction/", pages.satisfaction_page, name="satisfaction")]
