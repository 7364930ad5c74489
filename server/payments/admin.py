"""Payments in the back office: to look at, never to change; an alert can be marked as dealt with."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.messages import Method
from contract.money import Money
from server.alerts.models import Alert
from server.alerts.raising import CALL_BACK_AT
from server.estate.masking import mask_phone
from server.language import chosen, of_page
from server.payments import investigation
from server.payments.decisions.alert_closing import resolve_alert
from server.payments.decisions.refusal import NotPossible
from server.payments.investigation import INSIDE, LABELS
from server.payments.models import JournalEntry, PaymentOrder, Refund, UnmatchedNotification
from server.staff import people, scope
from server.staff.amounts import column
from server.staff.back_office import ModelAdmin
from server.staff.roles import Deed


class ReadOnly(ModelAdmin):
    """Everything can be read and nothing changed: corrections are new entries."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PaymentOrder)
class PaymentOrderAdmin(ReadOnly):
    list_display = ("reference", "unit", "method", "amount", "state", "paid_at", "simulated")
    list_filter = ("community", "state", "method", "place", "simulated")
    search_fields = ("reference", "payment_id", "channel_reference", "unit__code")
    list_select_related = ("unit",)
    fields = ("page", "community", "unit", "reference", "method", "amount", "state", "paid_at")
    readonly_fields = ("page", "amount")

    @admin.display(description=_("Amount"), ordering="amount_minor")
    def amount(self, order: PaymentOrder) -> str:
        return Money(order.amount_minor, order.currency).display(of_page())

    @admin.display(description=_("Payment"))
    def page(self, order: PaymentOrder) -> SafeString:
        said = gettext("Everything about this payment, on its page")
        return format_html('<a href="{}">{}</a>', order.get_absolute_url(), said)


@admin.register(Refund)
class RefundAdmin(ReadOnly):
    list_display = (
        "refund_no",
        "order",
        column("amount_minor", _("Amount")),
        "state",
        "created_at",
        "done_at",
    )
    list_filter = ("community", "state")


@admin.register(UnmatchedNotification)
class UnmatchedNotificationAdmin(ReadOnly):
    list_display = (
        "out_trade_no",
        "method",
        "amount_minor",
        "paid_at",
        "received_at",
        "matched_at",
    )
    list_filter = ("method", ("matched_at", admin.EmptyFieldListFilter))
    search_fields = ("out_trade_no", "channel_reference")


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnly):
    list_display = ("kiosk_id", "sequence", "at", "kind")
    list_filter = ("community", "kind")


@admin.register(Alert)
class AlertAdmin(ReadOnly):
    list_display = ("said", "subject", "kiosk_code", "raised_at", "resolved_at")
    list_filter = ("community", ("resolved_at", admin.EmptyFieldListFilter))
    actions = ("resolve",)
    fields = (
        "community",
        "kiosk_code",
        "subject",
        "said",
        "known",
        "raised_at",
        "resolved_at",
    )
    readonly_fields = ("said", "known")

    @admin.display(description=_("Text"))
    def said(self, alert: Alert) -> str:
        return chosen(alert.text)

    @admin.display(description=_("What is known"))
    def known(self, alert: Alert) -> SafeString:
        known = dict(alert.details)
        if alert.kind == "unknown_for_long":
            by_code = known.get("method") != Method.CARD
            known[gettext("What to do")] = investigation.to_do(by_code)
        if CALL_BACK_AT in known:  # the alert's page for staff shows it, and keeps who looked
            known[CALL_BACK_AT] = mask_phone(str(known[CALL_BACK_AT]))
        return _table(known)

    @admin.action(description=_("Mark as dealt with"), permissions=["resolve"])
    def resolve(self, request: HttpRequest, queryset: Any) -> None:
        """As on the page of open questions, which asks for a reason: here it is the place itself."""
        here = gettext("Marked in the back office")
        own = scope.communities(request.user, Deed.RESOLVE_ALERT)
        for alert in queryset.filter(resolved_at=None, community__in=own):
            try:
                resolve_alert(alert.pk, people.of(request.user), here, timezone.now())
            except NotPossible as refused:
                words = f"{alert.subject}: {refused.text}"
                self.message_user(request, words, messages.WARNING)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return scope.does(request.user, Deed.RESOLVE_ALERT) != set()


def _table(told: Any) -> SafeString | str:
    """JSON as people read it: a row for each name, a line for each item of a list."""
    if isinstance(told, dict):
        rows = [(_label(name), _table(value)) for name, value in told.items()]
        style = "text-align:left;vertical-align:top;padding-right:1em;white-space:nowrap"
        cells = f'<tr><th style="{style}">' + "{}</th>"
        return format_html(
            "<table>{}</table>", format_html_join("", cells + "<td>{}</td></tr>", rows)
        )
    if isinstance(told, list):
        lines = "<div style='margin-bottom:.4em'>{}</div>"
        return format_html_join("", lines, ((_table(item),) for item in told))
    return str(told)


def _label(name: str) -> str:
    label = LABELS.get(name) or INSIDE.get(name)
    return str(label) if label else name
