"""The fleet app's name in Django."""

from django.apps import AppConfig

from server.fleet import immutability
from server.ledger import guards


class FleetConfig(AppConfig):
    name = "server.fleet"
    verbose_name = "终端 Fleet"

    def ready(self) -> None:
        guards.keep(self, immutability.GUARDS)
