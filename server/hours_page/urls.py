"""Which address leads where in this app."""

from django.urls import path

from server.hours_page import hours_views, outage_views

urlpatterns = [
    path("hours/", hours_views.hours_page, name="hours"),
    path("outages/", outage_views.outages_page, name="outages"),
]
