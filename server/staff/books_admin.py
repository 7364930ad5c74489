"""The books in the back office, to read; nobody changes them there. The room of the books lies below that
of people, whose roles decide who reads them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contract.money import Money
from server.ledger.models import Account, Entry, Transaction
from server.staff.back_office import ModelAdmin, ReadOnly, TabularInline


class EntriesOfTransaction(ReadOnly, TabularInline):
    model = Entry
    fields = ("account", "debit", "credit", "unit", "bill_number")
    readonly_fields = ("debit", "credit")
    extra = 0

    @admin.display(description=_("Debit"))
    def debit(self, entry: Entry) -> str:
        return _money(entry.amount_minor, entry.transaction) if entry.amount_minor > 0 else ""

    @admin.display(description=_("Credit"))
    def credit(self, entry: Entry) -> str:
        return _money(-entry.amount_minor, entry.transaction) if entry.amount_minor < 0 else ""


@admin.register(Transaction)
class TransactionAdmin(ReadOnly, ModelAdmin):
    list_display = ("posted_at", "kind", "reference", "amount", "community")
    list_filter = ("community", "kind")
    search_fields = ("reference", "entries__unit__code", "entries__bill_number")
    date_hierarchy = "posted_at"
    inlines = (EntriesOfTransaction,)

    @admin.display(description=_("Amount"), ordering="debit_minor")
    def amount(self, transaction: Transaction) -> str:
        return _money(transaction.debit_minor, transaction)


@admin.register(Account)
class AccountAdmin(ReadOnly, ModelAdmin):
    list_display = ("code", "kind", "community")
    list_filter = ("community", "kind")


def _money(minor: int, transaction: Transaction) -> str:
    return Money(minor, transaction.currency).display()
