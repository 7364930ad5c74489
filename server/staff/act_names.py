"""What acts of people, and what they are done to, are called on pages: no code stands there alone."""

from django.apps import apps
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
    "bill_waived": _("Waived"),
    "waived_ahead": _("Months ahead waived"),
    "waived_ahead_ended": _("Waiver of a month ahead taken back"),
    "waiver_taken_back": _("Waiver taken back"),
    "credit_deposited": _("Credit taken in"),
    "credit_used": _("Credit used for bills"),
    "credit_paid_out": _("Credit paid out"),
    "credit_moved": _("Credit moved to another unit"),
    "units_merged": _("Units merged"),
    "unit_split": _("Unit split"),
    "credit_agreed": _("Agreed to use credit"),
    "credit_agreement_ended": _("Agreement to use credit ended"),
    "period_closed": _("Period closed"),
    "period_reopened": _("Period opened again"),
    "create_community": _("Community made"),
    "import_estate": _("Estate imported"),
    "billing_run_begun": _("Billing run begun"),
    "billing_run_cancelled": _("Billing run cancelled"),
    "paper_layout_set": _("Layout of bill papers changed"),
    "paper_logo_set": _("Logo of bill papers changed"),
    "paper_note_set": _("Note on a month's bills changed"),
    "bills_mailed": _("Bills sent by e-mail"),
    "mail_again": _("Bill sent again by e-mail"),
    "mail_bounced": _("Mail came back"),
    "schedule_set": _("Monthly schedule set"),
    "scheduled_left_out": _("Month of the schedule left out"),
    "job_cancel": _("Job cancelled"),
    "job_again": _("Job begun again"),
    "meter_read": _("Meter read"),
    "meter_photo": _("Photo of a meter kept"),
    "meter_key_made": _("Key of remote meters made"),
    "meter_key_revoked": _("Key of remote meters revoked"),
    "people_moved": _("Moved in or out"),
    "tariff_made": _("Price changed"),
    "account_made": _("Account made"),
    "password_set": _("Password set"),
    "password_changed": _("Own password changed"),
    "reset_asked": _("Link for a new password asked for"),
    "password_reset": _("Password chosen by a link"),
    "mail_changed": _("Own mail address changed"),
    "recovery_codes_made": _("New recovery codes made"),
    "role_given": _("Role given"),
    "role_ended": _("Role ended"),
    "added": _("Row added"),
    "changed": _("Row changed"),
    "deleted": _("Row deleted"),
    "looked_at": _("Residents' data looked at"),
    "searched": _("Residents' data searched"),
    "locked_out": _("Locked after wrong passwords"),
    "second_factor_set": _("Second step set up"),
    "second_factor_forgotten": _("Second step to be set up anew"),
    "recovery_code_used": _("Recovery code used"),
    "sessions_ended": _("Sessions ended"),
    "log_exported": _("Log taken out"),
    "list_exported": _("List taken out"),
    "pairing_code_made": _("Pairing code made"),
    "asked": _("Approval asked for"),
    "approved": _("Approval given"),
    "refused": _("Approval refused"),
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
    "log": _("Log"),
    "job": _("Job"),
    "period": _("Period"),
    "meter": _("Meter"),
    "schedule": _("Monthly schedule"),
    "due_run": _("Month of the schedule"),
    "unit": _("Unit"),
}


def act_name(code: str) -> str:
    return str(ACTS.get(code, code))


def subject_name(kind: str) -> str:
    """Also of a row of the back office, whose kind is its model's name."""
    if kind in SUBJECTS:
        return str(SUBJECTS[kind])
    named = (model for model in apps.get_models() if model._meta.model_name == kind)
    return str(next((model._meta.verbose_name for model in named), kind))
