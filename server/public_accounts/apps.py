"""The room's name in Django, what its database keeps, and what a second person approves of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.ledger import guards


class PublicAccountsConfig(AppConfig):
    name = "server.public_accounts"
    verbose_name = _("Public accounts")

    def ready(self) -> None:
        from server.public_accounts import publishing
        from server.staff.approvals import KINDS

        KINDS[publishing.CODE] = publishing.PUBLISH
        guards.keep(self, publishing.GUARDS)
