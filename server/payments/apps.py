"""The payments app's name in Django."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "server.payments"
    verbose_name = "缴费 Payments"
