"""What the back office does the same way for every model: a person meets only rows of the communities in
which a role of the person allows it. Every model is registered with this ``ModelAdmin``, and every inline
is one of these; a test sees to it."""

from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.filters import RelatedFieldListFilter
from django.core.exceptions import ValidationError
from django.db import models
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import StackedInline as UnfoldStackedInline
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from server.staff import amounts, audit, scope
from server.staff.day_fields import SAID_BELOW, Day, DayAndTime
from server.staff.paging import Listing, Pages
from server.staff.record import Recorded
from server.staff.roles import area_of


class Scoped:
    """Asks ``server.staff.scope`` for rows, for rights over a row, and for what can be chosen."""

    def get_queryset(self, request: HttpRequest) -> Any:
        return scope.visible(request.user, super().get_queryset(request))  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_view_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or self._sees(request, obj))

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """In the community of the page, where it is known already."""
        allowed = super().has_add_permission(request, *args)  # type: ignore[misc]
        community = getattr(request, "community_id", None)
        return allowed and (community is None or self._changes(request, community))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or self._changes(request, scope.community_of(obj)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)  # type: ignore[misc]
        return allowed and (obj is None or self._changes(request, scope.community_of(obj)))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        chosen_from = kwargs.get("queryset", db_field.related_model._default_manager.all())
        rows = scope.visible(request.user, chosen_from)
        if db_field.name == "community":  # whose the row is: where the person may change such rows
            where = scope.changes(request.user, area_of(db_field.model._meta.label_lower))
            rows = rows if where is None else rows.filter(pk__in=where)
        kwargs["queryset"] = rows
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Days are typed in the browser's own fields."""
        if isinstance(db_field, models.DateTimeField):
            kwargs.setdefault("widget", DayAndTime(db_field.verbose_name))
        elif isinstance(db_field, models.DateField):
            kwargs.setdefault("widget", Day())
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        chosen_from = kwargs.get("queryset", db_field.related_model._default_manager.all())
        kwargs["queryset"] = scope.visible(request.user, chosen_from)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]

    def _sees(self, request: HttpRequest, obj: Any) -> bool:
        return scope.may_see(request.user, obj)

    def _changes(self, request: HttpRequest, community: int | None) -> bool:
        return scope.may_change(request.user, self.model, community)  # type: ignore[attr-defined]


class ModelAdmin(Recorded, Scoped, UnfoldModelAdmin):
    class Media:
        js = ("staff/choices.js", SAID_BELOW)

    paginator = Pages
    show_full_result_count = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Nobody types fen."""
        if amounts.is_amount(db_field):
            return amounts.form_field(db_field, amounts.currency_at(request, self.model))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Listing]:
        return Listing

    def get_list_select_related(self, request: HttpRequest) -> Any:
        """What a list names of other rows, in one question; Django leaves out links that may be null."""
        said = super().get_list_select_related(request)
        if said is True:
            return said
        shown = set(self.get_list_display(request))
        fields = self.model._meta.fields
        links = [field.name for field in fields if isinstance(field, models.ForeignKey)]
        return list({*(said or ()), *(name for name in links if name in shown)})


class TabularInline(Scoped, UnfoldTabularInline):
    """The heading of a column is no label of its cells: each says itself what it is."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            wrapped = getattr(field.widget, "widget", field.widget)
            wrapped.attrs.setdefault("aria-label", str(field.label or db_field.verbose_name))
        return field


class StackedInline(Scoped, UnfoldStackedInline):
    pass


class ReadOnly:
    """No adding, no changing, no deleting, whoever asks."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReasonForm(ModelForm):
    """``form`` of a ModelAdmin whose rows decide about money or rights: each save says why."""

    act_reason = CharField(
        label=_("Reason"), max_length=audit.REASON_MAX, widget=UnfoldAdminTextInputWidget
    )

    def clean_act_reason(self) -> str:
        try:
            return audit.reason_of(self.cleaned_data["act_reason"])
        except audit.ReasonMissing as missing:
            raise ValidationError(_("Please give a reason")) from missing


class VisibleRelated(RelatedFieldListFilter):
    """A filter by a related row offers only rows that the person may look at."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        rows = scope.visible(request.user, field.related_model)
        ordering = self.field_admin_ordering(field, request, model_admin)
        chosen = {"pk__in": rows.values("pk")}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=chosen)


FieldListFilter.register(lambda field: bool(field.remote_field), VisibleRelated, take_priority=True)
