"""The ledger app's name in Django."""

from django.apps import AppConfig

from server.ledger import closed_books, guards


class LedgerConfig(AppConfig):
    name = "server.ledger"
    verbose_name = "总账 Ledger"

    def ready(self) -> None:
        guards.keep(self, closed_books.GUARDS)
