"""The room's name in Django: it has pages and templates, no tables."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MovesConfig(AppConfig):
    name = "server.moves"
    verbose_name = _("Moves")

    def ready(self) -> None:
        from server.moves import regroup_approval
        from server.staff.approvals import KINDS

        KINDS[regroup_approval.CODE] = regroup_approval.REGROUP
