"""The app's name in Django: it has a page and templates, no tables."""

from django.apps import AppConfig


class OpenQuestionsConfig(AppConfig):
    name = "server.open_questions"
    verbose_name = "待查款项 Open questions"
