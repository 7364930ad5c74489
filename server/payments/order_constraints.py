"""What the database itself keeps of a payment order: money that adds up, whoever writes the row
(``state_machine`` says what each state holds)."""

from django.db.models import CheckConstraint, F, Q, UniqueConstraint

CONSTRAINTS = [
    CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_is_positive"),
    CheckConstraint(
        condition=Q(place="kiosk") | Q(place="phone", kiosk_id="", kiosk_code=""),
        name="payment_has_one_place",
    ),
    UniqueConstraint(
        fields=["community", "reference"],
        condition=Q(place="phone"),
        name="reference_of_a_phone_once",
    ),
    CheckConstraint(
        condition=~Q(state="approved") | Q(captured_minor__gt=0),
        name="approved_means_charged",
    ),
    CheckConstraint(
        condition=~Q(state="approved")
        | Q(captured_minor=F("allocated_minor") + F("credited_minor") - F("drawn_minor")),
        name="approved_money_is_accounted_for",
    ),
    CheckConstraint(
        condition=Q(reserved_minor=0)
        | Q(
            reserved_minor=F("credit_minor"),
            state__in=["created", "pending", "unknown"],
        ),
        name="credit_is_reserved_until_the_end",
    ),
    CheckConstraint(
        condition=Q(drawn_minor=0) | Q(drawn_minor=F("credit_minor"), state="approved"),
        name="credit_is_used_when_approved",
    ),
    CheckConstraint(
        condition=~Q(state="approved") | Q(refunded_minor__lt=F("captured_minor")),
        name="approved_means_some_is_left",
    ),
    CheckConstraint(
        condition=~Q(state__in=["declined", "cancelled"])
        | Q(captured_minor=0, allocated_minor=0, credited_minor=0, refunded_minor=0),
        name="ended_unpaid_means_no_money",
    ),
    CheckConstraint(
        condition=Q(held_minor=0) | Q(held_minor__gt=0, held_since__isnull=False, state="unknown"),
        name="held_money_waits_for_staff",
    ),
]
