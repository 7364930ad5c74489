"""The room's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesPageConfig(AppConfig):
    name = "server.notices_page"
    verbose_name = _("Notices")
