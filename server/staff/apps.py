"""The staff app's name in Django, and what the database itself keeps of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.ledger import guards


class StaffConfig(AppConfig):
    name = "server.staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        from server.staff import approvals, immutability, role_approval, row_changes, sign_in

        guards.keep(self, guards.unchangeable("staff_act", "acts are not changed or deleted"))
        guards.keep(
            self, guards.unchangeable("staff_limituse", "what was done alone stays counted")
        )
        guards.keep(self, immutability.GUARDS)
        sign_in.watch()
        approvals.KINDS[row_changes.CODE] = row_changes.ROW
        approvals.KINDS[role_approval.CODE] = role_approval.GIVE
