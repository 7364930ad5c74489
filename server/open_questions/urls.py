"""Which address leads where in this app."""

from django.urls import path

from server.open_questions import views

urlpatterns = [
    path("", views.open_questions, name="open_questions"),
    path("act/", views.act, name="open_questions_act"),
]
