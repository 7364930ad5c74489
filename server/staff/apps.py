"""The staff app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.ledger import guards


class StaffConfig(AppConfig):
    name = "server.staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        guards.keep(self, guards.unchangeable("staff_act", "acts are not changed or deleted"))
