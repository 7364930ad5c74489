"""What acts of people, and what they are done to, are called on pages: no code stands there alone."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "look_again": _("Look again"),
    "book_as_paid": _("Book as paid"),
    "book_as_unpaid": _("Book as not paid"),
    "release_bills": _("Release the bills"),
    "settle_amount": _("Say what the money is for"),
    "settle_outside": _("Say who bears it"),
    "refund_again": _("Try the refund now"),
    "returned_by_hand": _("Returned by hand"),
    "resolve_alert": _("Dealt with"),
    "bill_voided": _("Bill voided"),
    "create_community": _("Community made"),
    "import_estate": _("Estate imported"),
    "billing_run_begun": _("Billing run begun"),
    "billing_run_cancelled": _("Billing run cancelled"),
    "account_made": _("Account made"),
    "password_set": _("Password set"),
    "role_given": _("Role given"),
    "role_ended": _("Role ended"),
}
SUBJECTS = {
    "payment": _("Payment"),
    "refund": _("Refund"),
    "bill": _("Bill"),
    "alert": _("Alert"),
    "community": _("Community"),
    "person": _("Person"),
    "billing_run": _("Billing run"),
    "import": _("Import"),
}


def act_name(code: str) -> str:
    return str(ACTS.get(code, code))


def subject_name(kind: str) -> str:
    return str(SUBJECTS.get(kind, kind))
