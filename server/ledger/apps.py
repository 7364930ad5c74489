"""The ledger app's name in Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "server.ledger"
    verbose_name = "总账 Ledger"
