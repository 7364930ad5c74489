"""Which address leads where in this app."""

from django.urls import path

from server.training import pages

urlpatterns = [
    path("", pages.training, name="training"),
    path("<int:pk>/", pages.round_page, name="training_round"),
]
