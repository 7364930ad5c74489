"""Which address leads where in this app."""

from django.urls import path

from server.open_questions import pages

urlpatterns = [
    path("", pages.open_questions, name="open_questions"),
    path("act/", pages.act, name="open_questions_act"),
]
