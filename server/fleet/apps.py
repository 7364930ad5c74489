"""The fleet app's name in Django."""

from django.apps import AppConfig


class FleetConfig(AppConfig):
    name = "server.fleet"
    verbose_name = "终端 Fleet"
