"""The billing runs' name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingRunsConfig(AppConfig):
    name = "server.billing_runs"
    verbose_name = _("Billing runs")
