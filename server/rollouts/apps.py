"""The room's name in Django, and what it does every minute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RolloutsConfig(AppConfig):
    name = "server.rollouts"
    verbose_name = _("Roll-outs")

    def ready(self) -> None:
        from server.jobs.handlers import every_minute
        from server.rollouts.watching import look

        every_minute(look)
