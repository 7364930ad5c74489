"""The estate app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.estate import immutability
from server.ledger import guards


class EstateConfig(AppConfig):
    name = "server.estate"
    verbose_name = _("Estate")

    def ready(self) -> None:
        from server.estate import tenancy_guards

        guards.keep(self, immutability.GUARDS)
        guards.keep(self, tenancy_guards.guards())
