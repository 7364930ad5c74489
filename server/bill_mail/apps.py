"""The room's name in Django, and the job that it does in the background."""

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BillMailConfig(AppConfig):
    name = "server.bill_mail"
    verbose_name = _("Bills by e-mail")

    def ready(self) -> None:
        from server.bill_mail import sending
        from server.jobs.handlers import Handler, register

        register(
            sending.KIND,
            Handler(
                _("Send bills by e-mail"),
                sending.work,
                lambda subject: reverse("bill_mails", args=[subject]),
            ),
        )
