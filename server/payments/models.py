"""Payment orders, refunds and the kiosks' journals as received. Amounts in minor units."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from contract.lifecycle import CLOSED_UNPAID
from contract.messages import PaymentState
from contract.methods import BY_CHANNEL, METHODS
from server.estate.models import Community, Unit
from server.language import as_spoken
from server.payments import state_machine
from server.payments.journal.entry_body import CanonicalBody, SignedText
from server.payments.order_constraints import CONSTRAINTS
from server.payments.state_machine import End

STATES = {
    PaymentState.CREATED: _("made, not asked yet"),
    PaymentState.PENDING: _("waiting for the result"),
    PaymentState.UNKNOWN: _("not known"),
    PaymentState.APPROVED: _("paid"),
    PaymentState.DECLINED: _("declined"),
    PaymentState.CANCELLED: _("cancelled"),
    PaymentState.REVERSED: _("going back, or gone"),
}
STATE_CHOICES = [(state.value, name) for state, name in STATES.items()]
ENDS = {
    state_machine.End.NEVER: _("not asked for"),
    state_machine.End.CLOSING: _("closing asked for"),
    state_machine.End.OPEN: _("reversal asked for"),
    state_machine.End.ACCEPTED: _("reversal accepted"),
    state_machine.End.REFUSED: _("reversal refused"),
}
_TOLD_UNPAID = (PaymentState.DECLINED, PaymentState.CANCELLED, PaymentState.REVERSED)
METHOD_CHOICES = [(method.value, as_spoken(shown.name)) for method, shown in METHODS.items()]


class Place(models.TextChoices):
    """Where somebody began to pay."""

    KIOSK = "kiosk", _("Kiosk")
    PHONE = state_machine.PHONE, _("Phone")


class HeldFor(models.TextChoices):
    """What staff say that money of another amount is for."""

    BILLS = "bills", _("Settle the bills, the rest is credit")
    CREDIT = "credit", _("Keep all as credit")
    REFUND = "refund", _("Return all")


class BorneBy(models.TextChoices):
    """Who bears what went back unasked; the values are accounts of the books."""

    CREDIT = "credit", _("Taken from the unit's credit")
    COMPANY = "waivers", _("Written off by the company")


# By staff, see payments.decisions.
DECIDED = [("paid", _("Was paid")), ("unpaid", _("Was not paid"))]


class Orders(models.QuerySet["PaymentOrder"]):
    """Writes past the table of an order's life are refused: ``update`` is for the bookkeeping only."""

    def update(self, **fields: Any) -> int:
        guarded = sorted(state_machine.GUARDED.intersection(fields))
        if guarded:
            raise TypeError(f"{', '.join(guarded)}: changed by server.payments.transitions only")
        return super().update(**fields)

    def bulk_create(self, objs: Iterable["PaymentOrder"], *args: Any, **named: Any) -> Any:
        orders = list(objs)
        for order in orders:
            order.check_life()
        return super().bulk_create(orders, *args, **named)


class PaymentOrder(models.Model):
    """One attempt to pay, by the id that the kiosk made for it.

    What each state holds and what is frozen in it: ``state_machine.RULES``, checked at every write.
    ``submitted_at`` is set before a channel or terminal may be asked for money; ``request_hash`` is over
    everything but a payment code, which is kept nowhere. ``bills`` are whole, as they were billed or
    shown then (``contract.messages.Bill`` without the other periods): a later correction changes
    nothing here.

    ``created_at`` may be by the kiosk's clock, as far as it was believed (``kiosk_time``);
    ``received_at`` is when the server first heard of it: every deadline counts from that.

    Facts of their own: ``captured_minor`` is what the customer paid, ``allocated_minor`` what of it
    settles bills, ``credited_minor`` what of it is credit of the unit, ``refunded_minor`` what went back.
    ``held_minor`` came in and is in the suspense account until staff say what it is for.

    ``credit_minor`` of the bills is paid out of the unit's credit, besides ``amount_minor``:
    ``reserved_minor`` of it is reserved until the end is known, ``drawn_minor`` of it was used.
    """

    payment_id = models.CharField(_("Payment id"), max_length=36, unique=True)
    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="payment_orders"
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name=_("Unit"), related_name="payment_orders"
    )
    place = models.CharField(
        _("Place"), max_length=5, choices=Place.choices, default=Place.KIOSK, db_default="kiosk"
    )
    kiosk_id = models.CharField(_("Kiosk id"), max_length=36, db_index=True, blank=True)
    kiosk_code = models.CharField(_("Kiosk"), max_length=8, blank=True)
    reference = models.CharField(_("Receipt no."), max_length=20)
    method = models.CharField(_("Method"), max_length=10, choices=METHOD_CHOICES)
    bills = models.JSONField(_("Bills"))
    amount_minor = models.BigIntegerField(_("Amount (minor)"))
    credit_minor = models.BigIntegerField(_("Besides, out of credit"), default=0)
    currency = models.CharField(_("Currency"), max_length=3)
    request_hash = models.CharField(_("Request hash"), max_length=64)
    out_trade_no = models.CharField(_("Order no."), max_length=32, unique=True)
    simulated = models.BooleanField(_("Simulated"), default=False)
    offline = models.BooleanField(_("Offline"), default=False)
    top_up = models.BooleanField(_("Paid in as credit"), default=False)
    in_part = models.BooleanField(_("Part of a bill"), default=False)
    with_payment_code = models.BooleanField(_("Payment code"), default=False)
    created_at = models.DateTimeField(_("Created"))
    received_at = models.DateTimeField(_("Known here since"))

    state = models.CharField(
        _("State"),
        max_length=10,
        choices=STATE_CHOICES,
        default="created",
    )
    version = models.PositiveIntegerField(_("Version"), default=1)
    # newest version read from the journal
    kiosk_version = models.PositiveIntegerField(_("Kiosk's version"), default=0)
    # its state in that version
    kiosk_state = models.CharField(_("Kiosk's state"), max_length=10, blank=True)
    reason = models.CharField(pgettext_lazy("cause", "Reason"), max_length=60, blank=True)
    submitted_at = models.DateTimeField(_("Submitted"), null=True, blank=True)
    code_url = models.CharField(_("Code's content"), max_length=3000, blank=True)
    expires_at = models.DateTimeField(_("Expires"), null=True, blank=True)
    cancel_wanted = models.BooleanField(_("Cancel wanted"), default=False)
    channel_reference = models.CharField(_("Channel's number"), max_length=64, blank=True)
    card = models.JSONField(_("Card"), null=True, blank=True)
    paid_at = models.DateTimeField(_("Paid at"), null=True, blank=True)
    captured_minor = models.BigIntegerField(_("Charged"), default=0)
    allocated_minor = models.BigIntegerField(_("Allocated"), default=0)
    credited_minor = models.BigIntegerField(_("Credited"), default=0)
    refunded_minor = models.BigIntegerField(_("Refunded"), default=0)
    held_minor = models.BigIntegerField(_("Held"), default=0)  # see payments.suspense
    reserved_minor = models.BigIntegerField(_("Reserved credit"), default=0)
    drawn_minor = models.BigIntegerField(_("Used of the credit"), default=0)
    held_since = models.DateTimeField(_("Held since"), null=True, blank=True)
    decided = models.CharField(_("Decided"), max_length=10, blank=True, choices=DECIDED)
    receipt = models.CharField(_("Receipt"), max_length=20, blank=True)
    changed_at = models.DateTimeField(_("Changed"))
    next_poll_at = models.DateTimeField(_("Next poll"), null=True, blank=True, db_index=True)
    poll_count = models.PositiveIntegerField(_("Polls"), default=0)
    ending = models.CharField(
        _("End"),
        max_length=10,
        blank=True,
        choices=[(end.value, name) for end, name in ENDS.items()],
    )
    ending_since = models.DateTimeField(_("Ending since"), null=True, blank=True)  # asked for last
    ending_in_flight = models.BooleanField(_("Ending in flight"), default=False)
    channel_responses = models.JSONField(_("Channel's answers"), default=list)

    class Meta:
        verbose_name = _("Payment order")
        verbose_name_plural = _("Payment orders")
        ordering = ["-received_at", "-pk"]
        constraints = CONSTRAINTS
        indexes = [
            models.Index(fields=["community", "paid_at"], name="payment_by_day"),
            models.Index(  # also by how it begins, whatever the database's language is
                fields=["reference"], opclasses=["varchar_pattern_ops"], name="payment_by_reference"
            ),
            models.Index(fields=["channel_reference"], name="payment_by_channels_number"),
        ]

    objects = Orders.as_manager()
    _was: dict[str, Any] = {}  # what was frozen in it when it was read or written last

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Of its page for staff: the back office and its search lead there."""
        return f"/staff/payments/{self.payment_id}/"

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Self:
        order = super().from_db(db, field_names, values)
        if "state" in order.__dict__:
            order._was = state_machine.frozen_in(order.__dict__)
        return order

    def check_life(self) -> None:
        """Raises life.RuleBroken: it shall not be written like this."""
        state_machine.check(self.__dict__, self._was)
        self._was = state_machine.frozen_in(self.__dict__)

    def save(self, *args: Any, **named: Any) -> None:
        self.check_life()
        super().save(*args, **named)

    @property
    def life(self) -> PaymentState:
        return PaymentState(self.state)

    @property
    def by_phone(self) -> bool:
        """Whether a phone began it by itself: no kiosk knows of it, ``code_url`` is a page to pay on."""
        return self.place == Place.PHONE

    @property
    def begun_at(self) -> str:
        """Where, in the page's language."""
        if self.by_phone:
            return gettext("On a phone, by the bill's code")
        return gettext("Kiosk %(kiosk)s") % {"kiosk": self.kiosk_code}

    @property
    def by_code(self) -> bool:
        """Whether a channel takes the money: no terminal does, and it is not the unit's credit."""
        return self.method in BY_CHANNEL

    @property
    def may_have_been_charged(self) -> bool:
        """Whether it ended unpaid by a reversal, which returns what was charged just before: no channel
        says whether there was anything, so nobody is told that there was not."""
        return self.life in CLOSED_UNPAID and self.ending in (End.OPEN, End.ACCEPTED)

    @property
    def told_paid(self) -> bool:
        """Whether its kiosk told the payer that it was paid. Where the order does not say so, a backup
        without that was restored: what the channel calls closed has been returned since."""
        return self.by_code and self.kiosk_state == PaymentState.APPROVED

    @property
    def told_unpaid(self) -> bool:
        """Whether its kiosk told the payer that no money was taken, or that it went back. An order that
        does not say so is older than that, as where a backup was restored."""
        told = self.kiosk_state in _TOLD_UNPAID
        return told and self.by_code and not self.held_minor


class Refund(models.Model):
    """Money that goes back. One row, one ``refund_no``, for every retry through the channel.

    DUE: the machine sends it, claimed by one process at a time until ``claimed_until``. DONE: the
    channel says that it went back. BY_HAND: staff returned it (``how``), and it is never sent. What
    has ended stays as it is: the database refuses anything else. ``said`` is what the channel answered
    last; since ``trouble_since`` staff must look at it.
    """

    class State(models.TextChoices):
        DUE = "due", _("To be sent back")
        DONE = "done", _("Sent back")
        BY_HAND = "by_hand", _("Returned by hand")

    class How(models.TextChoices):
        CASH = "cash", _("Cash")
        BANK = "bank", _("Bank transfer")
        CHANNEL = "channel", _("The channel's merchant console")

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="refunds"
    )
    order = models.ForeignKey(
        PaymentOrder, models.PROTECT, verbose_name=_("Payment order"), related_name="refunds"
    )
    refund_no = models.CharField(_("Refund no."), max_length=40, unique=True)
    amount_minor = models.BigIntegerField(_("Amount (minor)"))
    reason = models.CharField(pgettext_lazy("cause", "Reason"), max_length=60)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DUE)
    how = models.CharField(_("How"), max_length=10, choices=How.choices, blank=True)
    created_at = models.DateTimeField(_("Created"))
    done_at = models.DateTimeField(_("Ended"), null=True, blank=True)
    said = models.CharField(_("Channel's answer"), max_length=12, blank=True)
    trouble_since = models.DateTimeField(_("In trouble since"), null=True, blank=True)
    claimed_until = models.DateTimeField(_("Claimed until"), null=True, blank=True)
    next_poll_at = models.DateTimeField(_("Next poll"), null=True, blank=True, db_index=True)
    poll_count = models.PositiveIntegerField(_("Polls"), default=0)

    class Meta:
        verbose_name = _("Refund")
        verbose_name_plural = _("Refunds")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="due", done_at=None, how="")
                | models.Q(state="done", done_at__isnull=False, how="", claimed_until=None)
                | (
                    models.Q(state="by_hand", done_at__isnull=False, claimed_until=None)
                    & ~models.Q(how="")
                ),
                name="refund_is_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.refund_no


class UnmatchedNotification(models.Model):
    """A channel's genuine word of money for an order that is not known here, as after a
    restore from a backup. Kept until the order turns up; ``matched_at`` says when it did."""

    method = models.CharField(_("Method"), max_length=10, choices=METHOD_CHOICES)
    out_trade_no = models.CharField(_("Order no."), max_length=64)
    status = models.CharField(_("State"), max_length=10)
    channel_reference = models.CharField(_("Channel's number"), max_length=64, blank=True)
    amount_minor = models.BigIntegerField(_("Amount (minor)"), null=True, blank=True)
    refunded_minor = models.BigIntegerField(_("Refunded"), null=True, blank=True)
    paid_at = models.DateTimeField(_("Paid at"), null=True, blank=True)
    received_at = models.DateTimeField(_("Received"))
    # last, when its order could not take it
    tried_at = models.DateTimeField(_("Last tried"), null=True, blank=True)
    matched_at = models.DateTimeField(_("Matched"), null=True, blank=True)

    class Meta:
        verbose_name = _("Unmatched notification")
        verbose_name_plural = _("Unmatched notifications")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "out_trade_no", "channel_reference", "status"],
                name="notification_kept_once",
            )
        ]

    def __str__(self) -> str:
        return self.out_trade_no


class RefusedStart(models.Model):
    """A payment that was refused before it had an order. Its kiosk gave it up and told
    the resident so: an earlier try of it that arrives after that begins nothing."""

    payment_id = models.CharField(_("Payment id"), max_length=36, unique=True)
    refused_at = models.DateTimeField(_("Refused at"), db_index=True)
    # what the kiosk was told (contract.messages.ErrorCode), at night with why after a colon
    reason = models.CharField(_("Reason"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("Refused start")
        verbose_name_plural = _("Refused starts")

    def __str__(self) -> str:
        return self.payment_id


class JournalEntry(models.Model):
    """One entry of a kiosk's journal, as it was received. Never changed. ``payment_id``: of the payment
    that it is about; empty when it is about none, or names it as nothing that can be one."""

    community = models.ForeignKey(
        Community, models.PROTECT, verbose_name=_("Community"), related_name="+"
    )
    kiosk_id = models.CharField(_("Kiosk id"), max_length=36)
    sequence = models.BigIntegerField(_("Sequence"))
    at = SignedText(_("At"))  # these two as they were signed, of whatever length
    kind = SignedText(_("Kind"))
    body = CanonicalBody(_("Content"))
    payment_id = models.CharField(
        _("Payment id"), max_length=36, blank=True, default="", db_index=True
    )
    previous_hash = models.CharField(_("Previous hash"), max_length=64)
    hash = models.CharField(_("Hash"), max_length=64)
    signature = models.CharField(_("Signature"), max_length=86, blank=True)
    received_at = models.DateTimeField(_("Received"))

    class Meta:
        verbose_name = _("Journal entry")
        verbose_name_plural = _("Journal entries")
        ordering = ["kiosk_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["kiosk_id", "sequence"], name="entry_received_once")
        ]

    @property
    def said(self) -> dict[str, Any]:
        """Its body; empty where that is no object: no kiosk wrote it, or somebody altered it."""
        return self.body if isinstance(self.body, dict) else {}

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.sequence}"
