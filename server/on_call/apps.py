"""The room's name in Django, and what it does every few seconds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnCallConfig(AppConfig):
    name = "server.on_call"
    verbose_name = _("On call")

    def ready(self) -> None:
        from server.jobs.handlers import every_few_seconds
        from server.on_call import sweep

        for name, look in sweep.TURNS.items():
            every_few_seconds(name, look)
