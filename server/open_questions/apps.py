"""The app's name in Django: it has a page and templates, no tables."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OpenQuestionsConfig(AppConfig):
    name = "server.open_questions"
    verbose_name = _("Open questions")
