"""The kiosk API's name in Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "server.api"
    verbose_name = "终端接口 Kiosk API"
