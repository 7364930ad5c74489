"""What accounts and transactions are called on pages: staff read words, the books keep codes."""

from django.utils.translation import gettext_lazy as _

from contract.methods import METHODS
from server.language import chosen

ACCOUNTS = {
    "receivable": _("Receivable"),
    "clearing": _("On its way from a channel"),
    "credit": _("Prepaid credit"),
    "credit_reserved": _("Credit reserved for payments under way"),
    "refunds_due": _("Refunds due"),
    "suspense": _("Held until staff decide"),
    "refunds_outside": _("Returned in a channel's console"),
    "opening": _("Brought forward"),
    "packages": _("Paid ahead by packages"),
    "income": _("Income"),
    "channel_fees": _("Channel's fees"),
    "waivers": _("Waivers"),
}
KINDS = {
    "bill": _("Bill issued"),
    "bill_void": _("Bill voided"),
    "payment": _("Payment"),
    "payment_undone": _("Payment undone"),
    "late_payment": _("Late money"),
    "refund": _("Refund"),
    "refund_part": _("Part of a refund"),
    "refund_again": _("Refunded a second time"),
    "held": _("Money held"),
    "held_released": _("Held money released"),
    "opening": _("Brought forward"),
    "waiver": _("Waived"),
    "deposit": _("Credit taken in"),
    "credit_paid_out": _("Credit paid out"),
    "credit_reserved": _("Credit reserved for a payment"),
    "credit_let_go": _("Reserved credit returned"),
    "credit_moved": _("Credit moved to another unit"),
    "waiver_undone": _("Waiver taken back"),
    "package_month": _("Month of a package used"),
    "package_back": _("Left of a package given back"),
    "package_cut": _("Package ended unpaid"),
    "instalments": _("Bills paid by instalments"),
    "bill_parted": _("Bill divided: a part is paid"),
    "refund_outside": _("Returned in a channel's console"),
}


def account_name(code: str) -> str:
    """``clearing:wechat`` is "On its way from a channel: WeChat Pay"; a code without a name stays."""
    head, _colon, what = code.partition(":")
    name = str(ACCOUNTS.get(head, head))
    shown = {method.value: chosen(look.name) for method, look in METHODS.items()}
    return f"{name}: {shown.get(what, what)}" if what else name


def kind_name(kind: str) -> str:
    """A sum or a letter after a colon tells one posting of a kind from another; it is no name."""
    return str(KINDS.get(kind.partition(":")[0], kind))
