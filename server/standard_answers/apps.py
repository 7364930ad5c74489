"""The room's name in Django, and what another person approves of it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StandardAnswersConfig(AppConfig):
    name = "server.standard_answers"
    verbose_name = _("Standard answers")

    def ready(self) -> None:
        from server.staff.approvals import KINDS
        from server.standard_answers import writing

        KINDS[writing.CODE] = writing.ANSWER
