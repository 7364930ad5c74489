"""When bills are due and which are odd, in the back office. Runs have pages of their own."""

from django.contrib import admin

from server.billing_runs.models import BillingTerms
from server.estate.back_office import CommunityRows
from server.staff.back_office import ModelAdmin


@admin.register(BillingTerms)
class BillingTermsAdmin(CommunityRows, ModelAdmin):
    list_display = ("community", "due_months", "due_day", "odd_percent")
