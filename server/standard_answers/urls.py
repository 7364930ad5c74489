"""Which address leads where in this app."""

from django.urls import path

from server.standard_answers import pages

urlpatterns = [
    path("", pages.answers_page, name="standard_answers"),
    path("<int:pk>/", pages.question_page, name="standard_question"),
]
