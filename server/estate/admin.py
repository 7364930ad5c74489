"""The estate in the back office."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from server.estate.back_office import CommunityInline, CommunityRows, Held
from server.estate.models import Building, Community, ParkingSpace, Resident, Unit

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


@admin.register(Community)
class CommunityAdmin(Held, ModelAdmin):
    list_display = ("name_zh", "name_en", "code", "currency", "test", "office_phone")


@admin.register(Building)
class BuildingAdmin(CommunityRows, ModelAdmin):
    list_display = ("name_zh", "code", "community")
    list_filter = ("community",)


class ResidentsOfUnit(CommunityInline, TabularInline):
    model = Resident
    extra = 0
    fields = ("name", "phone", "role", "pays")


@admin.register(Unit)
class UnitAdmin(CommunityRows, ModelAdmin):
    list_display = ("code", "label_zh", "area_m2", "community")
    list_filter = ("community", "building")
    search_fields = ("code", "residents__name")
    inlines = (ResidentsOfUnit,)


@admin.register(Resident)
class ResidentAdmin(CommunityRows, ModelAdmin):
    list_display = ("name", "unit", "phone", "role", "pays")
    list_filter = ("community", "role")
    search_fields = ("name", "unit__code")
    autocomplete_fields = ("unit",)


@admin.register(ParkingSpace)
class ParkingSpaceAdmin(CommunityRows, ModelAdmin):
    list_display = ("code", "unit", "community")
    list_filter = ("community",)
    search_fields = ("code", "unit__code")
    autocomplete_fields = ("unit",)
