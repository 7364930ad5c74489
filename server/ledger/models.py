"""Double-entry books in minor units. Rows are only ever added; a correction is a new transaction."""

from typing import Any, NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class BooksAreClosed(Exception):
    """Somebody tried to change or delete what stands in the books. Post a correction instead."""


class AppendOnly(models.QuerySet[Any]):
    """Refuses the statements that would rewrite history."""

    def update(self, **fields: Any) -> NoReturn:
        raise BooksAreClosed("ledger rows are not changed; post a correcting transaction")

    def delete(self) -> NoReturn:
        raise BooksAreClosed("ledger rows are not deleted; post a correcting transaction")


class _Written(models.Model):
    """A row that, once written, stays as it is."""

    objects = AppendOnly.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise BooksAreClosed("ledger rows are not changed; post a correcting transaction")
        super().save(*args, **options)

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise BooksAreClosed("ledger rows are not deleted; post a correcting transaction")


class Account(models.Model):
    """An account of one community's books, e.g. ``receivable`` or ``income:property``."""

    class Kind(models.TextChoices):
        ASSET = "asset", _("Asset")
        LIABILITY = "liability", _("Liability")
        INCOME = "income", _("Income")
        EXPENSE = "expense", _("Expense")

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="accounts"
    )
    code = models.CharField(_("Code"), max_length=60)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)

    class Meta:
        verbose_name = _("Account")
        verbose_name_plural = _("Accounts")
        ordering = ["community", "code"]
        constraints = [
            models.UniqueConstraint(fields=["community", "code"], name="account_code_once")
        ]

    def __str__(self) -> str:
        return self.code


class Transaction(_Written):
    """One balanced posting. (``community``, ``kind``, ``reference``) happens once."""

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kind = models.CharField(_("Kind"), max_length=30)
    reference = models.CharField(_("Reference"), max_length=80)
    currency = models.CharField(_("Currency"), max_length=3)
    debit_minor = models.BigIntegerField(_("Debits"))
    credit_minor = models.BigIntegerField(_("Credits"))
    posted_at = models.DateTimeField(_("Posted at"))

    class Meta:
        verbose_name = _("Transaction")
        verbose_name_plural = _("Transactions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "kind", "reference"], name="transaction_happens_once"
            ),
            models.CheckConstraint(
                condition=models.Q(debit_minor=models.F("credit_minor"))
                & models.Q(debit_minor__gt=0),
                name="transaction_balances",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Entry(_Written):
    """One line of a transaction. ``amount_minor``: debit positive, credit negative, never zero.

    Whose it is hangs on what nobody can edit: the unit's row, whatever its code is by now, and the
    bill's number, which the database keeps as it was issued.
    """

    community = models.ForeignKey(
        "estate.Community", models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    transaction = models.ForeignKey(
        Transaction, models.PROTECT, verbose_name=_("Transaction"), related_name="entries"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, verbose_name=_("Account"), related_name="entries"
    )
    amount_minor = models.BigIntegerField(_("Amount (debit +)"))
    unit = models.ForeignKey(
        "estate.Unit",
        models.PROTECT,
        verbose_name=_("Unit"),
        related_name="+",
        null=True,
        blank=True,
    )
    bill_number = models.CharField(_("Bill"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("Entry")
        verbose_name_plural = _("Entries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="entry_is_not_zero")
        ]
        indexes = [
            models.Index(fields=["account", "bill_number"], name="entry_by_bill"),
            models.Index(fields=["account", "unit"], name="entry_of_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor}"
