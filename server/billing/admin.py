"""Fees and bills in the back office. Bills are read and voided there, never edited."""

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import ActionForm

from contract.money import Money
from server.billing import approval, bill_search, closing, opening, row_approval
from server.billing.leases import BillLeased, BillNotOpen
from server.billing.models import (
    Allocation,
    Bill,
    BillLine,
    BillSigningKey,
    BillState,
    Discount,
    FeeItem,
    LateFeePolicy,
    Meter,
    MeterReading,
    OneOffCharge,
    SharedCost,
    Tariff,
    UnitWeight,
)
from server.billing.period_filter import ByPeriod
from server.billing.voiding import void_by
from server.estate.back_office import CommunityRows, bilingual
from server.language import of_page
from server.staff import approvals, people, scope
from server.staff.amounts import column
from server.staff.audit import REASON_MAX, ReasonMissing
from server.staff.back_office import ModelAdmin, ReadOnly, ReasonForm, TabularInline
from server.staff.roles import Deed
from server.staff.row_changes import SecondPerson


@admin.register(FeeItem)
class FeeItemAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm
    harmless = ("name_zh", "name_en", "position")

    def needs_second_person(self, row: FeeItem) -> bool:
        return row.pk is not None and opening.item_was_billed(row.pk)

    list_display = (
        bilingual(FeeItem, "name"),
        "code",
        "proration",
        "rounding",
        "position",
        "community",
    )
    list_filter = ("community",)


@admin.register(Tariff)
class TariffAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm

    def needs_second_person(self, row: Tariff) -> bool:
        return opening.item_was_billed(row.fee_item_id)

    list_display = ("fee_item", "rule", "rate", "valid_from", "community")
    list_filter = ("community", "fee_item")


@admin.register(LateFeePolicy)
class LateFeePolicyAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm

    def needs_second_person(self, row: LateFeePolicy) -> bool:
        return opening.issued_here(Bill.objects.filter(community=row.community_id)).exists()

    list_display = ("community", "daily_rate", "grace_days", "cap")


@admin.register(Meter)
class MeterAdmin(CommunityRows, ModelAdmin):
    list_display = ("code", "scope", "unit", "building", "entrance", "fee_item", "community")
    list_filter = ("community", "scope", "building")
    search_fields = ("code",)
    autocomplete_fields = ("unit",)


@admin.register(MeterReading)
class MeterReadingAdmin(CommunityRows, ModelAdmin):
    list_display = ("meter", "period", "counter", "read_on")
    list_filter = ("community", ByPeriod)
    search_fields = ("meter__code",)


class AmountOfSecondPerson(SecondPerson):
    """Each of these rows is measured by its amount."""

    def needs_second_person(self, row: SharedCost | OneOffCharge) -> bool:
        return True

    def weight_minor(self, row: SharedCost | OneOffCharge) -> int:
        return row.amount_minor


@admin.register(SharedCost)
class SharedCostAdmin(AmountOfSecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm
    request_kind = row_approval.SHARED_COST
    list_display = (
        "fee_item",
        "period",
        "building",
        "entrance",
        column("amount_minor", _("Amount")),
        "community",
    )
    list_filter = ("community", ByPeriod)


@admin.register(UnitWeight)
class UnitWeightAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm

    def needs_second_person(self, row: UnitWeight) -> bool:
        return opening.item_was_billed(row.fee_item_id)

    def has_change_permission(self, request: HttpRequest, obj: UnitWeight | None = None) -> bool:
        """One by which bills were made is read."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.billed_in() is None)

    def has_delete_permission(self, request: HttpRequest, obj: UnitWeight | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or obj.billed_in() is None)

    list_display = ("unit", "fee_item", "weight", "valid_from", "community")
    list_filter = ("community", "fee_item")
    search_fields = ("unit__code",)
    autocomplete_fields = ("unit",)


@admin.register(OneOffCharge)
class OneOffChargeAdmin(AmountOfSecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm
    request_kind = row_approval.ONE_OFF
    list_display = (
        "unit",
        "fee_item",
        "period",
        column("amount_minor", _("Amount")),
        bilingual(OneOffCharge, "note"),
        "bill",
    )
    list_filter = ("community", ByPeriod)
    search_fields = ("unit__code",)
    autocomplete_fields = ("unit",)


@admin.register(Discount)
class DiscountAdmin(SecondPerson, CommunityRows, ModelAdmin):
    form = ReasonForm
    request_kind = row_approval.DISCOUNT

    def needs_second_person(self, row: Discount) -> bool:
        return True

    def weight_minor(self, row: Discount) -> int | None:
        return row_approval.discount_minor(row)

    list_display = ("unit", "kind", "percent", "fee_item", "begins", "ends", "proof")
    list_filter = ("community", "kind")
    search_fields = ("unit__code",)
    autocomplete_fields = ("unit",)


class LinesOfBill(ReadOnly, TabularInline):
    model = BillLine
    readonly_fields = ("amount", bilingual(BillLine, "quantity_unit"), bilingual(BillLine, "note"))
    fields = ("fee_item", "quantity", readonly_fields[1], "rate", "amount", readonly_fields[2])
    extra = 0

    @display(description=_("Amount"))
    def amount(self, line: BillLine) -> str:
        return Money(line.amount_minor, line.bill.currency).display(of_page())


_ALLOCATED = (column("amount_minor", _("Amount")), column("late_fee_minor", _("Late fee")))


class AllocationsOfBill(ReadOnly, TabularInline):
    model = Allocation
    fields = ("payment_id", *_ALLOCATED, "allocated_on", "undone")
    readonly_fields = _ALLOCATED
    extra = 0


class ActionWithReason(ActionForm):
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=REASON_MAX,
        widget=forms.TextInput({"placeholder": _("Reason for voiding")}),
    )


@admin.register(Bill)
class BillAdmin(ReadOnly, ModelAdmin):
    list_display = ("number", "unit", "period", "amount", "due", "shown_state", "paid_on")
    list_filter = ("community", "state", ByPeriod)
    search_fields = ("number", "unit__code")
    list_select_related = ("unit",)
    ordering = ("-pk",)  # in the order of the table, whose ends are found at once
    inlines = (LinesOfBill, AllocationsOfBill)
    actions = ("void_bills",)
    action_form = ActionWithReason

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Bill], search_term: str
    ) -> tuple[QuerySet[Bill], bool]:
        term = search_term.strip()
        return (bill_search.fitting(queryset, term) if term else queryset), False

    @display(description=_("Amount"), ordering="amount_minor")
    def amount(self, bill: Bill) -> str:
        return Money(bill.amount_minor, bill.currency).display(of_page())

    @display(
        description=_("State"),
        ordering="state",
        label={"open": "warning", "paid": "success", "waived": "success", "void": "danger"},
    )
    def shown_state(self, bill: Bill) -> tuple[str, str]:
        return bill.state, bill.get_state_display()

    @admin.action(description=_("Void the chosen bills"), permissions=["void"])
    def void_bills(self, request: HttpRequest, queryset: QuerySet[Bill]) -> None:
        voided, reason = 0, request.POST.get("reason", "")
        own = scope.communities(request.user, Deed.VOID_BILL)
        asked = 0
        for bill in queryset.filter(community__in=own):
            try:
                if self._voided(request, bill, reason):
                    voided += 1
                else:
                    asked += 1
            except ReasonMissing:
                said = gettext("Give the reason for which the bills are voided")
                self.message_user(request, said, messages.ERROR)
                return
            except BillNotOpen:
                said = gettext("Bill %(number)s is not open and cannot be voided")
                self.message_user(request, said % {"number": bill.number}, messages.ERROR)
            except BillLeased:
                said = gettext("Bill %(number)s may be paid already; it stays until that is known")
                self.message_user(request, said % {"number": bill.number}, messages.ERROR)
        said = ngettext("%(count)s bill was voided", "%(count)s bills were voided", voided)
        self.message_user(request, said % {"count": voided})
        if asked:
            said = ngettext(
                "%(count)s bill waits for approval", "%(count)s bills wait for approval", asked
            )
            self.message_user(request, said % {"count": asked}, messages.WARNING)

    def _voided(self, request: HttpRequest, bill: Bill, reason: str) -> bool:
        """False: it is above the person's limit, and another was asked. Raises ReasonMissing,
        BillNotOpen, BillLeased."""
        user, kind, now = request.user, approval.CODE, timezone.now()
        with transaction.atomic():
            if closing.take_alone(user, kind, bill, bill.amount_minor, now):
                void_by(people.of(user), bill, reason, at=now)
                return True
        if bill.state != BillState.OPEN:
            raise BillNotOpen(bill)
        values = (bill.number, bill.amount_minor, bill.currency, reason, now)
        approvals.ask(user, kind, bill.community_id, *values)
        return False

    def has_void_permission(self, request: HttpRequest) -> bool:
        return scope.does(request.user, Deed.VOID_BILL) != set()


@admin.register(BillSigningKey)
class BillSigningKeyAdmin(ReadOnly, ModelAdmin):
    list_display = ("key_id", "community", "not_after", "created_at")
