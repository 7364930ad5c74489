"""The staff app's name in Django."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "server.staff"
    verbose_name = "员工 Staff"
