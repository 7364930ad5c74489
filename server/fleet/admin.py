"""Kiosks in the back office; a pairing code is shown once, when it is made."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from server.estate.back_office import CommunityRows
from server.fleet.enrolment import create_pairing_code
from server.fleet.models import KIOSK_CODE, Kiosk
from server.language import chosen
from server.staff import people, scope
from server.staff.back_office import ModelAdmin
from server.staff.roles import Deed

KIOSKS_OWN = (
    *("public_key", "key_since", "enrolled_at", "heard_at", "journal_sequence", "journal_hash"),
    *("off_by", "off_since"),
)


@admin.register(Kiosk)
class KioskAdmin(CommunityRows, ModelAdmin):
    list_display = ("code", "place", "community", "active", "enrolled_at", "heard_at")
    list_filter = ("community", "active")
    fields = (
        "community",
        "code",
        "location_zh",
        "location_en",
        "building",
        "floor",
        "unit_start",
        "active",
        "off_until",
        *KIOSKS_OWN,
    )
    readonly_fields = KIOSKS_OWN
    actions = ("new_pairing_code",)

    @admin.display(description=_("Location"))
    def place(self, kiosk: Kiosk) -> str:
        return chosen(kiosk.location)

    def save_model(self, request: HttpRequest, obj: Kiosk, form: Any, change: bool) -> None:
        """Only what was changed in the form: the kiosk itself moves the rest on meanwhile, among it how
        far its journal is safe here."""
        changed = list(form.changed_data)
        if "active" in changed or not change:
            obj.off_by = "" if obj.active else people.of(request.user).name
            obj.off_since = None if obj.active else timezone.now()
            obj.off_until = None if obj.active else obj.off_until
            changed += ["off_by", "off_since", "off_until"]
        obj.save(update_fields=changed if change else None)

    @admin.action(description=_("New pairing code"), permissions=["pair"])
    def new_pairing_code(self, request: HttpRequest, queryset: QuerySet[Kiosk]) -> None:
        for kiosk in queryset.filter(
            community__in=scope.communities(request.user, Deed.PAIR_KIOSK)
        ):
            try:
                code = create_pairing_code(kiosk, now=timezone.now(), by=people.of(request.user))
            except ValueError:
                self.message_user(request, f"{kiosk.code}: {KIOSK_CODE.message}", messages.ERROR)
                continue
            self.message_user(
                request,
                gettext("Pairing code of %(kiosk)s: %(code)s (once, within 24 hours)")
                % {"kiosk": kiosk.code, "code": code},
                messages.SUCCESS,
            )

    def has_pair_permission(self, request: HttpRequest) -> bool:
        return scope.does(request.user, Deed.PAIR_KIOSK) != set()
