"""Notices in the back office: to be looked through. They are written on their own pages."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from server.estate.back_office import CommunityRows, bilingual
from server.notices.models import Notice
from server.notices.publication import audience
from server.staff.back_office import ModelAdmin


@admin.register(Notice)
class NoticeAdmin(CommunityRows, ModelAdmin):
    list_display = (
        bilingual(Notice, "title"),
        *("show_from", "show_until", "taken_down_at", "community"),
    )
    list_filter = ("community",)
    search_fields = ("title_zh", "title_en")
    exclude = ("kinds", "version")
    readonly_fields = ("for_whom",)

    @admin.display(description=_("For whom"))
    def for_whom(self, notice: Notice) -> str:
        return audience(notice)

    def has_add_permission(self, *args: Any) -> bool:
        return False

    def has_change_permission(self, *args: Any) -> bool:
        return False

    def has_delete_permission(self, *args: Any) -> bool:
        return False
