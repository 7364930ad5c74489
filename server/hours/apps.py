"""The room's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoursConfig(AppConfig):
    name = "server.hours"
    verbose_name = _("Hours of kiosks")
