"""The billing app's name in Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "server.billing"
    verbose_name = "账单 Billing"
