"""The jobs app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "server.jobs"
    verbose_name = _("Jobs")
