"""Bills by e-mail in the back office: to read, and to take out."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from server.bill_mail.models import BillMail
from server.estate.masking import mask_address
from server.staff.back_office import ModelAdmin, ReadOnly


@admin.register(BillMail)
class BillMailAdmin(ReadOnly, ModelAdmin):
    list_display = ("bill", "masked", "state", "attempts", "changed_at", "answer", "community")
    list_filter = ("community", "state")
    search_fields = ("bill__number", "bill__unit__code")
    fields = ("bill", "masked", "state", "attempts", "asked_by_name", "asked_at", "answer")
    readonly_fields = ("masked",)

    @admin.display(description=_("Mail address"))
    def masked(self, mail: BillMail) -> str:
        return mask_address(mail.address)
