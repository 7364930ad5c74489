"""Accounts (for the company itself), roles and acts of people in the back office."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from contract.money import Money
from server.language import of_page
from server.staff import (
    approvals,
    books_admin,  # noqa: F401
    list_export,
    made_passwords,
)
from server.staff.act_names import act_name, subject_name
from server.staff.amounts import column
from server.staff.back_office import ModelAdmin, ReadOnly, ReasonForm
from server.staff.models import Act, Limit, Request, RoleAssignment
from server.staff.row_changes import SecondPerson

for export in (list_export.as_excel, list_export.as_csv):
    admin.site.add_action(export)
for replaced in (User, Group):
    admin.site.unregister(replaced)
for secret in (TOTPDevice, StaticDevice):  # nobody reads the key of another's second factor
    admin.site.unregister(secret)


class MadePasswordForm(AdminPasswordChangeForm):
    """Of another: the person chooses an own one at the next sign-in."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)
        made_passwords.mark(user, timezone.now())
        return user


@admin.register(User)
class UserAdmin(ModelAdmin, DjangoUserAdmin):
    """Whoever worked here stays: an account is made inactive, not deleted. What a person may see and do
    is said by roles, so groups and single permissions are not asked for: nothing reads them."""

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = DjangoUserAdmin.add_fieldsets
    list_filter = ("is_staff", "is_superuser", "is_active")
    filter_horizontal = ()
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = MadePasswordForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            made_passwords.mark(obj, timezone.now())

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """In one transaction with its line of the log."""
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ReadOnly, ModelAdmin):
    list_display = ("person", "role", "community", "given_at", "given_by", "ended_at", "ended_by")
    list_filter = ("community", "role", ("ended_at", admin.EmptyFieldListFilter))
    search_fields = ("person__username", "person__first_name", "person__last_name")


class ByAct(admin.SimpleListFilter):
    """The acts that there are, by their names."""

    title = _("Act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        done = model_admin.get_queryset(request).order_by("act").values_list("act", flat=True)
        return [(act, act_name(act)) for act in done.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Act]) -> QuerySet[Act]:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(Limit)
class LimitAdmin(SecondPerson, ModelAdmin):
    """Whoever could raise a limit alone would have none."""

    form = ReasonForm

    def needs_second_person(self, row: Limit) -> bool:
        return True

    list_display = ("community", "kind", "role", column("amount_minor", _("Amount")))
    list_filter = ("community", "kind")


@admin.register(Act)
class ActAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "person_name", "act_in_words", "subject", "subject_id", "reason")
    list_filter = ("community", ByAct)
    fields = (
        "community",
        "at",
        "person_name",
        "act_in_words",
        "subject",
        "subject_id",
        "reason",
        "before",
        "after",
    )
    readonly_fields = ("act_in_words", "subject")
    search_fields = ("person_name", "subject_id", "reason")
    date_hierarchy = "at"

    @admin.display(description=_("Act"), ordering="act")
    def act_in_words(self, act: Act) -> str:
        return act_name(act.act)

    @admin.display(description=_("Subject"), ordering="subject_kind")
    def subject(self, act: Act) -> str:
        return subject_name(act.subject_kind)


@admin.register(Request)
class RequestAdmin(ReadOnly, ModelAdmin):
    """To look up and to take out; decided on the page of requests."""

    list_display = (
        "asked_at",
        "kind_in_words",
        "subject",
        "amount",
        "asked_by_name",
        "reason",
        "state",
        "decided_by_name",
        "decided_at",
        "community",
    )
    list_filter = ("community", "state")
    search_fields = ("subject", "asked_by_name", "decided_by_name")
    fields = list_display
    readonly_fields = ("kind_in_words", "amount")
    date_hierarchy = "asked_at"

    @admin.display(description=_("Act"), ordering="kind")
    def kind_in_words(self, asked: Request) -> str:
        kind = approvals.KINDS.get(asked.kind)
        return str(kind.name) if kind else asked.kind

    @admin.display(description=_("Amount"), ordering="amount_minor")
    def amount(self, asked: Request) -> str:
        return Money(asked.amount_minor, asked.currency).display(of_page())
