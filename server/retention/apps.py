"""The retention's name in Django; the workers do it every minute."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RetentionConfig(AppConfig):
    name = "server.retention"
    verbose_name = _("Retention")

    def ready(self) -> None:
        from server.jobs import handlers
        from server.retention import pruning

        handlers.every_minute(pruning.prune)
