"""The room's name in Django, and what it does every minute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ServiceRequestsConfig(AppConfig):
    name = "server.service_requests"
    verbose_name = _("Service requests")

    def ready(self) -> None:
        from server.jobs.handlers import every_minute
        from server.service_requests.watching import watch

        every_minute(watch)
