"""When bills are due and which are odd, in the back office. Runs have pages of their own."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from server.billing_runs.models import BillingTerms
from server.estate.back_office import CommunityRows


@admin.register(BillingTerms)
class BillingTermsAdmin(CommunityRows, ModelAdmin):
    list_display = ("community", "due_months", "due_day", "odd_percent")
