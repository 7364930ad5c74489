"""The remote meters' name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemoteMetersConfig(AppConfig):
    name = "server.remote_meters"
    verbose_name = _("Remote meters")

    def ready(self) -> None:
        from server.jobs.handlers import every_minute
        from server.remote_meters import watch

        every_minute(watch.look)
