"""The estate app's name in Django."""

from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "server.estate"
    verbose_name = "小区 Estate"
