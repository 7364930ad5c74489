"""The ledger app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.ledger import closed_books, guards


class LedgerConfig(AppConfig):
    name = "server.ledger"
    verbose_name = _("Ledger")

    def ready(self) -> None:
        guards.keep(self, closed_books.GUARDS)
