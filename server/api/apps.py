"""The kiosk API's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "server.api"
    verbose_name = _("Kiosk API")

    def ready(self) -> None:
        from server.api import kiosk_config

        kiosk_config.watch()
