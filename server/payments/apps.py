"""The payments app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.ledger import guards
from server.payments import immutability, news


class PaymentsConfig(AppConfig):
    name = "server.payments"
    verbose_name = _("Payments")

    def ready(self) -> None:
        from server.payments.decisions import approval
        from server.staff.approvals import KINDS

        guards.keep(self, (*immutability.GUARDS, news.TOLD))
        KINDS[approval.CODE] = approval.RETURN
