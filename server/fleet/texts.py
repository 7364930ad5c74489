"""What the fleet page calls things."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.messages import Flow, Method
from contract.methods import METHODS
from server.fleet.states import State
from server.language import as_spoken

ROLES = {
    "kiosk": _("The kiosk itself"),
    "scanner": _("Scanner"),
    "card_terminal": _("Card terminal"),
    "printer": _("Printer"),
    "touch": _("Touch screen"),
    "keypad": _("Tactile keypad"),
    "headset_jack": _("Headset jack"),
    "sensors": _("Sensors"),
}
FLOWS = {
    Flow.SCAN_BILL: _("Scan a bill"),
    Flow.TYPE_UNIT: _("Enter a unit"),
    Flow.WECHAT_QR: as_spoken(METHODS[Method.WECHAT].name),
    Flow.ALIPAY_QR: as_spoken(METHODS[Method.ALIPAY].name),
    Flow.PAYMENT_CODE: _("Code on the phone"),
    Flow.CARD: as_spoken(METHODS[Method.CARD].name),
    Flow.PRINT_RECEIPT: _("Printed receipt"),
    Flow.PHONE_RECEIPT: _("Receipt on the phone"),
}
# Where at a kiosk somebody was, when help was asked for there (kiosk.core.model.Screen).
SCREENS = {
    "attract": _("at the start"),
    "scan": _("scanning the bill"),
    "identify": _("entering the unit"),
    "verify": _("entering the phone number"),
    "bills": _("looking at the bills"),
    "explain": _("looking at a bill"),
    "method": _("choosing how to pay"),
    "paying_qr": _("paying by phone"),
    "paying_code": _("paying by phone"),
    "paying_card": _("paying by card"),
    "credit": _("confirming the use of credit"),
    "top_up": _("choosing how much credit to pay in"),
    "paying_credit": _("paying out of credit"),
    "declined": _("after a payment that was declined"),
    "unknown": _("after a payment whose outcome is unknown"),
    "paid": _("after paying"),
    "nothing_due": _("nothing was due"),
    "out_of_order": _("the kiosk was out of order"),
    "starting": _("the kiosk was starting"),
    "services": _("looking at other services"),
    "topics": _("sending a request to the office"),
    "phrases": _("sending a request to the office"),
    "write": _("sending a request to the office"),
    "request_unit": _("sending a request to the office"),
    "request_phone": _("sending a request to the office"),
    "request_sent": _("sending a request to the office"),
    "answer_key": _("looking for an answer of the office"),
    "answers": _("looking for an answer of the office"),
    "notice": _("reading a notice"),
    "part": _("choosing a part of a bill"),
    "message": _("reading a message"),
    "returned": _("reading what became of a payment"),
    "receipt_phone": _("taking the receipt on the phone"),
    "closed": _("the kiosk was closed"),
}
STATES = {
    "idle": _("Idle"),
    "in_session": _("In use"),
    "out_of_order": _("Out of service"),
}
STANDINGS = {
    State.STOPPED: _("Stopped by the server"),
    State.SILENT: _("Not heard"),
    State.STILL: _("Its screen stands still"),
    State.NO_MONEY: _("Cannot take money"),
    State.FAULT: _("A device is out of order"),
    State.ATTENTION: _("Something is needed soon"),
    State.UNPAIRED: _("Waiting to be paired"),
    State.WELL: _("Works"),
    State.CLOSED: _("Closed by its hours"),
    State.OFF: _("Switched off on purpose"),
}
TONES = {
    State.STOPPED: "bad",
    State.SILENT: "bad",
    State.STILL: "bad",
    State.NO_MONEY: "bad",
    State.FAULT: "bad",
    State.ATTENTION: "attention",
    State.UNPAIRED: "attention",
    State.WELL: "good",
    State.CLOSED: "off",
    State.OFF: "off",
}
CLOSED = {
    "hours": _("Closed by its hours"),
    "outage": _("Closed for a planned outage"),
}
NEVER_PAIRED = _("Waiting to be paired")
NEVER_HEARD = _("Not heard yet")
SWITCHED_OFF = _("Switched off")
NOT_HEARD = _("No heartbeat. Check the kiosk's power and network")
STILL = _(
    "Heard, but its screen stands still. Restart it; if it comes again, look at the screen's cable"
)
STOPPED = _("Stopped: takes no money")
PAIR_AGAIN = {
    "twin": _("Two machines use one identity. Switch the wrong one off, then pair again"),
    "behind": _("It was started from an old disk image. Find out why, then pair again"),
    "forked": _("Its journal contradicts what was received. Find out why, then pair again"),
    "damaged": _(
        "Its journal was damaged and entries are lost. Compare the terminal, then pair again"
    ),
    "not_signed": _("Its journal is not signed by it. Check it for tampering, then pair again"),
}
PAIR_IT = _("Enter its pairing code at the kiosk (lobbypay kiosk enrol)")


def age(seconds: int) -> str:
    """How long ago, as people say it."""
    if seconds < 100:
        return gettext("%(count)s s ago") % {"count": seconds}
    if seconds < 100 * 60:
        return gettext("%(count)s min ago") % {"count": seconds // 60}
    if seconds < 48 * 3600:
        return gettext("%(count)s h ago") % {"count": seconds // 3600}
    return gettext("%(count)s days ago") % {"count": seconds // 86400}
