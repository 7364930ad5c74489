"""The phone page's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhoneConfig(AppConfig):
    name = "server.phone"
    verbose_name = _("Phone's page")
