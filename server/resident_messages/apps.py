"""The room's name in Django, and what it does every few seconds."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ResidentMessagesConfig(AppConfig):
    name = "server.resident_messages"
    verbose_name = _("Messages to residents")

    def ready(self) -> None:
        from server.jobs.handlers import every_few_seconds, every_minute
        from server.resident_messages import receipts, sending, spreading

        every_few_seconds("resident-messages-made", spreading.look)
        every_few_seconds("resident-messages-sent", sending.look)
        every_few_seconds("resident-receipts", receipts.look)
        every_minute(receipts.forget_addresses)
