"""When bills are due and which are odd, in the back office. Runs have pages of their own."""

from django.contrib import admin

from server.billing import opening
from server.billing.models import Bill
from server.billing_runs.models import BillingTerms
from server.estate.back_office import CommunityRows
from server.staff.back_office import ModelAdmin, ReasonForm
from server.staff.row_changes import SecondPerson


@admin.register(BillingTerms)
class BillingTermsAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm
    harmless = ("odd_percent",)

    def needs_second_person(self, row: BillingTerms) -> bool:
        return opening.issued_here(Bill.objects.filter(community=row.community_id)).exists()

    list_display = ("community", "due_months", "due_day", "odd_percent")
