"""The unit page's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitPageConfig(AppConfig):
    name = "server.unit_page"
    verbose_name = _("Unit's page")
