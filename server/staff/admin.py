"""People's acts in the back office, to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from server.staff.models import Act


@admin.register(Act)
class ActAdmin(ModelAdmin):
    list_display = ("at", "person_name", "act", "subject_kind", "subject_id", "reason")
    list_filter = ("community", "act")
    search_fields = ("person_name", "subject_id", "reason")
    date_hierarchy = "at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
