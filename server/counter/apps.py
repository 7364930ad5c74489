"""The counter's name in Django: it has pages and templates, no tables."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CounterConfig(AppConfig):
    name = "server.counter"
    verbose_name = _("Front desk")
