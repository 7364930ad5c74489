"""Notices in the back office."""

from django.contrib import admin

from server.estate.back_office import CommunityRows, bilingual
from server.notices.models import Notice
from server.staff.back_office import ModelAdmin


@admin.register(Notice)
class NoticeAdmin(CommunityRows, ModelAdmin):
    list_display = (bilingual(Notice, "title"), "show_from", "show_until", "community")
    list_filter = ("community",)
    search_fields = ("title_zh", "title_en")
