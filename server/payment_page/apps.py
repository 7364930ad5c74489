"""The payment page's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentPageConfig(AppConfig):
    name = "server.payment_page"
    verbose_name = _("Payment's page")
