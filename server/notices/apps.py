"""The notices app's name in Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "server.notices"
    verbose_name = "公告 Notices"
