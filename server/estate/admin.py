"""The estate in the back office."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from server.estate import numbering_form
from server.estate.back_office import CommunityInline, CommunityRows, Held, bilingual
from server.estate.models import (
    Building,
    Community,
    Contact,
    FormerHolding,
    Occupancy,
    ParkingSpace,
    Resident,
    Unit,
    Vehicle,
)
from server.staff import scope
from server.staff.back_office import ModelAdmin, ReadOnly, TabularInline
from server.staff.row_changes import ColumnsOfSecondPerson


@admin.register(Community)
class CommunityAdmin(Held, ModelAdmin):
    list_display = (bilingual(Community, "name"), "code", "currency", "test", "office_phone")

    def get_urls(self) -> list[Any]:
        asked = path(
            "numbering/",
            self.admin_site.admin_view(self._numbering),
            name="estate_community_numbering",
        )
        return [asked, *super().get_urls()]

    def _numbering(self, request: HttpRequest) -> HttpResponse:
        """What the form of the numbering asks for while it is filled in; nothing is kept."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        return HttpResponse(numbering_form.answer(request.POST))


@admin.register(Building)
class BuildingAdmin(CommunityRows, ModelAdmin):
    list_display = (bilingual(Building, "name"), "code", "community")
    list_filter = ("community",)


class OccupantsOfUnit(CommunityInline, TabularInline):
    model = Occupancy
    extra = 0
    can_delete = False
    fields = ("resident", "role", "since", "until", "pays", "pays_from")
    autocomplete_fields = ("resident",)


@admin.register(Unit)
class UnitAdmin(ColumnsOfSecondPerson, CommunityRows, ModelAdmin):
    """Area and kind of a unit decide what it is charged: once it was, they take two people."""

    guarded = ("area_m2", "kind")

    def columns_need_second_person(self, row: Unit) -> bool:
        return row.was_billed

    list_display = ("in_order", bilingual(Unit, "label"), "kind", "state", "area_m2", "community")
    list_filter = ("community", "kind", "state", "building")
    search_fields = ("code",)
    inlines = (OccupantsOfUnit,)

    @admin.display(description=_("Unit code"), ordering="natural_key")
    def in_order(self, unit: Unit) -> str:
        return unit.code

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Unit], search_term: str
    ) -> tuple[QuerySet[Unit], bool]:
        """By the name of a resident too, but only of one whom the person may look at: whoever may not
        would else read from what is found where somebody lives."""
        found, doubled = super().get_search_results(request, queryset, search_term)
        if not search_term.strip():
            return found, doubled
        known = scope.visible(request.user, Resident).filter(name__icontains=search_term.strip())
        homes = Occupancy.objects.filter(resident__in=known).values("unit")
        return queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=homes)), False


class UnitsOfResident(CommunityInline, TabularInline):
    model = Occupancy
    extra = 0
    can_delete = False
    fields = ("unit", "role", "since", "until", "pays", "pays_from")
    autocomplete_fields = ("unit",)


class ContactsOfResident(CommunityInline, TabularInline):
    model = Contact
    extra = 0
    fields = ("kind", "value", "consent_on", "withdrawn_on")


@admin.register(Resident)
class ResidentAdmin(CommunityRows, ModelAdmin):
    """The list masks them; whoever opens one sees it whole, and that look is in the log."""

    list_display = ("masked", "end_of_phone", "community")
    list_filter = ("community",)
    search_fields = ("name", "occupancies__unit__code")
    inlines = (UnitsOfResident, ContactsOfResident)

    @admin.display(description=_("Name"), ordering="name")
    def masked(self, resident: Resident) -> str:
        return resident.masked_name

    @admin.display(description=_("Phone"))
    def end_of_phone(self, resident: Resident) -> str:
        return f"…{resident.phone[-4:]}" if resident.phone else ""


@admin.register(Vehicle)
class VehicleAdmin(CommunityRows, ModelAdmin):
    list_display = ("plate", "kind", "unit", "since", "until", "community")
    list_filter = ("community", "kind")
    search_fields = ("plate", "unit__code")
    autocomplete_fields = ("unit", "owner")


class FormerHoldingsOfSpace(ReadOnly, TabularInline):
    model = FormerHolding
    fields = ("unit", "holding", "since", "until")
    extra = 0


@admin.register(ParkingSpace)
class ParkingSpaceAdmin(CommunityRows, ModelAdmin):
    list_display = ("code", "unit", "holding", "since", "until", "community")
    list_filter = ("community", "holding")
    search_fields = ("code", "unit__code")
    autocomplete_fields = ("unit",)
    inlines = (FormerHoldingsOfSpace,)
