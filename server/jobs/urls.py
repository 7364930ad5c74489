"""Which address leads where in this app."""

from django.urls import path

from server.jobs import views

urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("live/", views.live, name="jobs_live"),
    path("act/", views.act, name="jobs_act"),
]
