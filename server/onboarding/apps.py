"""The onboarding app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    name = "server.onboarding"
    verbose_name = _("Onboarding")
