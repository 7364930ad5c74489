"""The fleet app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.fleet import immutability
from server.ledger import guards


class FleetConfig(AppConfig):
    name = "server.fleet"
    verbose_name = _("Fleet")

    def ready(self) -> None:
        guards.keep(self, immutability.GUARDS)
