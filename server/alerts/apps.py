"""The alerts app's name in Django."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "server.alerts"
    verbose_name = "告警 Alerts"
