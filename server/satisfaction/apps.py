"""The room's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SatisfactionConfig(AppConfig):
    name = "server.satisfaction"
    verbose_name = _("Satisfaction and peaks")
