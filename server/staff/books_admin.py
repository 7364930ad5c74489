"""The books in the back office, to read; nobody changes them there. The room of the books lies below that
of people, whose roles decide who reads them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contract.money import Money
from server.ledger.models import Account, Entry, Transaction
from server.ledger.names import KINDS, account_name, kind_name
from server.staff.back_office import ModelAdmin, ReadOnly, TabularInline


class EntriesOfTransaction(ReadOnly, TabularInline):
    model = Entry
    fields = ("account_in_words", "debit", "credit", "unit", "bill_number")
    readonly_fields = ("account_in_words", "debit", "credit")
    extra = 0

    @admin.display(description=_("Account"))
    def account_in_words(self, entry: Entry) -> str:
        return account_name(entry.account.code)

    @admin.display(description=_("Debit"))
    def debit(self, entry: Entry) -> str:
        return _money(entry.amount_minor, entry.transaction) if entry.amount_minor > 0 else ""

    @admin.display(description=_("Credit"))
    def credit(self, entry: Entry) -> str:
        return _money(-entry.amount_minor, entry.transaction) if entry.amount_minor < 0 else ""


class ByKind(admin.SimpleListFilter):
    """By what a transaction is called, not by its code."""

    title = _("Kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Transaction]
    ) -> QuerySet[Transaction]:
        kind = self.value()
        return queryset.filter(Q(kind=kind) | Q(kind__startswith=f"{kind}:")) if kind else queryset


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, ModelAdmin):
    list_display = ("posted_at", "kind_in_words", "reference", "amount", "community")
    list_filter = ("community", ByKind)
    fields = ("community", "kind_in_words", "reference", "amount", "posted_at")
    readonly_fields = ("kind_in_words", "amount")
    search_fields = ("reference", "entries__unit__code", "entries__bill_number")
    date_hierarchy = "posted_at"
    inlines = (EntriesOfTransaction,)

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_in_words(self, transaction: Transaction) -> str:
        return kind_name(transaction.kind)

    @admin.display(description=_("Amount"), ordering="debit_minor")
    def amount(self, transaction: Transaction) -> str:
        return _money(transaction.debit_minor, transaction)


@admin.register(Account)
class AccountAdmin(ReadOnly, ModelAdmin):
    list_display = ("name", "code", "kind", "community")
    fields = ("community", "name", "code", "kind")
    readonly_fields = ("name",)
    list_filter = ("community", "kind")

    @admin.display(description=_("Name"), ordering="code")
    def name(self, account: Account) -> str:
        return account_name(account.code)


def _money(minor: int, transaction: Transaction) -> str:
    return Money(minor, transaction.currency).display()
