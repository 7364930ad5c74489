"""The room's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoursPageConfig(AppConfig):
    name = "server.hours_page"
    verbose_name = _("Hours of kiosks")
