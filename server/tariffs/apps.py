"""The room's name in Django: it has pages and templates, no tables."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TariffsConfig(AppConfig):
    name = "server.tariffs"
    verbose_name = _("Prices")
