"""The payments app's name in Django."""

from django.apps import AppConfig

from server.ledger import guards
from server.payments import immutability


class PaymentsConfig(AppConfig):
    name = "server.payments"
    verbose_name = "缴费 Payments"

    def ready(self) -> None:
        guards.keep(self, immutability.GUARDS)
