"""The room's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "server.training"
    verbose_name = _("Training")
