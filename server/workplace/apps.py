"""The app's name in Django: it has pages and templates, no tables."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkplaceConfig(AppConfig):
    name = "server.workplace"
    verbose_name = _("Start")
