"""What the page of open questions calls things: no code stands there alone."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.methods import METHODS
from server.fleet.texts import SCREENS
from server.language import as_spoken
from server.payments.investigation import INSIDE, LABELS
from server.payments.models import STATES

KINDS = {
    "payment": _("Paid or not?"),
    "amount": _("Another amount came"),
    "outside": _("Refunded in the console"),
    "unclear": _("How much went back?"),
    "contradicted": _("A decision is contradicted"),
    "refund": _("Refund not done"),
    "journal": _("Kiosk's journal"),
    "alert": _("Alert"),
}
VALUES = {
    **{f"at_{screen}": said for screen, said in SCREENS.items()},
    **{state.value: name for state, name in STATES.items()},
    **{method.value: as_spoken(shown.name) for method, shown in METHODS.items()},
    "query": _("query"),
    "close": _("close"),
    "reverse": _("reverse"),
    "charge": _("charge"),
    "notification": _("notification"),
    "not_found": _("no such order"),
    "waiting": _("can still be paid"),
    "paid": _("paid"),
    "unpaid": _("not paid"),
    "closed": _("closed, not paid"),
    "refunded": _("refunded"),
    "lost": _("the answer was lost"),
    "no_answer": _("the channel did not answer"),
    "amount_differs": _("another amount came"),
    "terminal": _("the terminal's word"),
    "never_booked": _("was never booked"),
    "never_shown": _("nobody was asked for money"),
    "channel_unavailable": _("the channel was not available"),
    "late": _("came after the order's end"),
    "staff": _("decided by staff"),
    "failed": _("refused"),
    "processing": _("under way"),
    "done": _("done"),
    "ok": _("well"),
    "warning": _("attention"),
    "error": _("fault"),
    "idle": _("idle"),
    "in_session": _("in use"),
    "out_of_order": _("out of service"),
    "cash": _("cash"),
    "bank": _("bank transfer"),
    "bills": _("settle the bills, the rest is credit"),
    "credit": _("all is credit"),
    "refund": _("all goes back"),
    "twin": _("two machines with one identity"),
    "behind": _("started from an old disk image"),
    "forked": _("its journal contradicts what was received"),
    "damaged": _("its journal lost entries"),
    "not_signed": _("its journal is not signed by it"),
}
MORE_LABELS = {
    "callback_phone": _("Call back at"),
    "callback_screen": _("When help was asked for"),
    "callback_steps": _("Before that"),
    "decided": _("Staff decided"),
    "said": _("Answer"),
    "refund_said": _("Channel's answer"),
    "channel_minor": _("Channel took"),
    "amount_minor": _("Amount"),
    "credited_minor": _("Kept as credit"),
    "overdrawn_minor": _("Used beyond the credit"),
    "refunded_minor": _("Went back"),
    "paid_at": _("Paid at"),
    "kiosk_code": _("Kiosk"),
    "refund_no": _("Refund no."),
    "poll_count": _("Tried"),
    "received": _("Received here"),
    "told": _("The kiosk said"),
    "known": _("Known here"),
    "readable_to": _("Readable to"),
    "whole_from": _("Whole from"),
    "expected": _("Expected"),
}
REFUND_SAID = {
    "": _("none yet"),
    "failed": _("refund refused"),
    "not_found": _("no such refund"),
    "processing": _("under way"),
    "unknown": _("no answer"),
    "done": _("sent back"),
}
STANDS = _("The decision stands")
EFFECTS = {
    "look_again": _("Asks the channel at once; its answer counts."),
    "book_as_paid": _(
        "You found out that the money is there. The bills are settled; should it turn out"
        " otherwise, you are asked again."
    ),
    "book_as_unpaid": _(
        "You found out that nothing was charged. The bills can be paid again; money that comes"
        " after all goes back or becomes credit."
    ),
    "stands": _("You checked it again: what was decided stands."),
    "take_back": _("Takes the booking back: its bills are open again."),
    "release_bills": _(
        "It stays open, but its bills can be paid again. If it was paid, that money becomes credit."
    ),
    "settle_amount": _("The money leaves the suspense account, once."),
    "settle_outside": _(
        "The bills stay paid. The difference is taken from the unit's credit or written off."
    ),
    "state_returned": _(
        "It counts as if the channel had said it. What is left of late money goes its way; of paid"
        " bills you are asked who bears it."
    ),
    "refund_again": _("Does not wait for the next try."),
    "returned_by_hand": _("You gave the money back. It is never sent by the machine then."),
    "resolve_alert": _(
        "You looked into it and dealt with it. It leaves this page; the record stays."
    ),
}


def label(name: str) -> str:
    return str(LABELS.get(name) or INSIDE.get(name) or MORE_LABELS.get(name) or name)


def value(code: object) -> str:
    """A code in words; what is none stays as it is."""
    if isinstance(code, bool):
        return gettext("yes") if code else gettext("no")
    return str(VALUES.get(str(code), code))


def refund_said(code: str) -> str:
    """What a channel answered about a refund, in words."""
    return str(REFUND_SAID.get(code) or value(code))


def lasting(seconds: float) -> str:
    """How long something has been waiting."""
    minutes = max(0, int(seconds // 60))
    if minutes < 100:
        return gettext("%(count)s min") % {"count": minutes}
    if minutes < 48 * 60:
        return gettext("%(count)s h") % {"count": minutes // 60}
    return gettext("%(count)s days") % {"count": minutes // 1440}
