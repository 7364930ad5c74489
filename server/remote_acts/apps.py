"""The room's name in Django, and what it does every minute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RemoteActsConfig(AppConfig):
    name = "server.remote_acts"
    verbose_name = _("Acts from afar")

    def ready(self) -> None:
        from server.jobs.handlers import every_minute
        from server.remote_acts.expiry import end_overdue

        every_minute(end_overdue)
