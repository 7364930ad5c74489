"""The alerts app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    name = "server.alerts"
    verbose_name = _("Alerts")
