"""Accounts (for the company itself), roles and acts of people in the back office."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from server.staff import books_admin  # noqa: F401
from server.staff.back_office import ModelAdmin, ReadOnly
from server.staff.models import Act, RoleAssignment

admin.site.unregister(User)
admin.site.unregister(Group)


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
class RoleAssignmentAdmin(ReadOnly, ModelAdmin):
    list_display = ("person", "role", "community", "given_at", "given_by", "ended_at", "ended_by")
    list_filter = ("community", "role", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("person__username", "person__first_name", "person__last_name")


@admin.register(Act)
class ActAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "person_name", "act", "subject_kind", "subject_id", "reason")
    list_filter = ("community", "act")
    search_fields = ("person_name", "subject_id", "reason")
    date_hierarchy = "at"
