"""Accounts (for the company itself), roles and acts of people in the back office."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from server.staff.back_office import ModelAdmin
from server.staff.models import Act, RoleAssignment

admin.site.unregister(User)
admin.site.unregister(Group)


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ModelAdmin, DjangoUserAdmin):
    """Whoever worked here stays: an account is made inactive, not deleted."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Group)
class GroupAdmin(ModelAdmin, DjangoGroupAdmin):
    pass


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ReadOnly):
    list_display = ("person", "role", "community", "given_at", "given_by", "ended_at", "ended_by")
    list_filter = ("community", "role", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("person__username", "person__first_name", "person__last_name")


@admin.register(Act)
class ActAdmin(ReadOnly):
    list_display = ("at", "person_name", "act", "subject_kind", "subject_id", "reason")
    list_filter = ("community", "act")
    search_fields = ("person_name", "subject_id", "reason")
    date_hierarchy = "at"
