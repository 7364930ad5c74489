"""Which address leads where in this app."""

from django.urls import path

from server.workplace import views

urlpatterns = [
    path("", views.start, name="start"),
]
