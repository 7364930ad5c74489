"""Raises an alert once: a second time for the same thing changes nothing while the first is open."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from server.alerts.models import Alert
from server.language import both
from server.storable import storable

CALLBACK_WANTED, HELP_WANTED = "callback_wanted", "help_wanted"
CALL_BACK_AT = "callback_phone"  # among the details: the number that was left
OF_PEOPLE = (CALLBACK_WANTED, HELP_WANTED)  # who stand at a kiosk
ROLLOUT_STOPPED = "rollout_stopped"
SERVICE_OVERDUE = "service_overdue"
COMPLAINTS_OF_UNIT, COMPLAINTS_OF_TOPIC = "complaints_of_unit", "complaints_of_topic"
OF_SERVICE = (SERVICE_OVERDUE, COMPLAINTS_OF_UNIT, COMPLAINTS_OF_TOPIC)
SITE_SILENT, KIOSK_SILENT, NO_MONEY = "site_silent", "kiosk_silent", "kiosk_no_money"
SCREEN_STILL = "kiosk_screen_still"
DEVICE_ERROR, DEVICE_WARNING = "device_error", "device_warning"
FAULT_AT_MANY, CHANNEL_FAILING = "fault_at_many", "channel_failing"
PROVIDER_FAILING = "provider_failing"
# They are seen again and again, and end by themselves once they are not: nobody closes them.
FAULTS = (
    SITE_SILENT,
    KIOSK_SILENT,
    SCREEN_STILL,
    NO_MONEY,
    DEVICE_ERROR,
    DEVICE_WARNING,
    FAULT_AT_MANY,
    CHANNEL_FAILING,
    PROVIDER_FAILING,
)
TEXTS = {
    CALLBACK_WANTED: _(
        "Somebody at a kiosk asks to be called back. Mark it as dealt with afterwards"
    ),
    HELP_WANTED: _(
        "Somebody at a kiosk asks for help and left no number. Mark it as dealt with afterwards"
    ),
    ROLLOUT_STOPPED: _(
        "A new release of the kiosks was stopped by itself: too many of those that changed to it"
        " went back or are not well"
    ),
    SERVICE_OVERDUE: _("A resident's request was not answered in time"),
    COMPLAINTS_OF_UNIT: _("A unit complains again and again. Talk to its residents"),
    COMPLAINTS_OF_TOPIC: _("Several residents complain about the same. Look for the cause"),
    "late_payment": _("Money came for a cancelled order; handled by policy"),
    "paid_twice": _("The bill was paid by somebody else; the money was kept as credit"),
    "more_than_due": _(
        "More was paid than the bill and its late fee on that day; the rest was kept as credit"
    ),
    "credit_overdrawn": _(
        "More of a unit's credit was used than there is: money that was paid in went back, or the"
        " server was restored from a backup. The unit owes it; tell its resident"
    ),
    "told_unpaid": _(
        "A kiosk told its payer that no money was taken, but the channel has it and the"
        " bill is settled. Tell the payer; whoever wants it back is refunded in the"
        " channel's console"
    ),
    "told_paid": _(
        "A kiosk told its payer that it was paid, but the channel has no such money: it was"
        " returned there, or the server was restored and has lost what staff decided. Look in"
        " the channel's console, then tell the payer"
    ),
    "currency_differs": _(
        "The kiosk tells of a payment in another currency than the community's; it is not"
        " booked: check by hand"
    ),
    "amount_differs": _("The channel took another amount than the order's; check by hand"),
    "unknown_for_long": _("The outcome has been unknown for long; check by hand"),
    "refund_failed": _(
        "A refund did not work. It is tried again, unless you return the money by hand: see"
        " open questions"
    ),
    "refunded_twice": _(
        "Money that was returned by hand was sent back by the channel too. Recover it from"
        " the payer"
    ),
    "refund_outside": _(
        "A part was refunded in the channel's console. The bills still count as paid;"
        " decide about the difference"
    ),
    "refund_unclear": _(
        "The channel says that money was refunded but not how much. Look in its console"
    ),
    "unmatched_payment": _(
        "A channel tells of a payment whose order is not known here. It is booked once the"
        " order turns up; otherwise look it up in the channel's console"
    ),
    "decision_contradicted": _(
        "What staff decided is contradicted by the channel or the card terminal; look at it again"
    ),
    "simulated_money": _("Simulated money for a real community; it was not booked"),
    "journal_broken": _("A kiosk's journal does not follow; it was refused"),
    "journal_gap": _("Entries are missing from a kiosk's journal"),
    "journal_stands_still": _(
        "A kiosk is heard, but nothing of its journal arrives. Look into the server's log,"
        " and tell whoever maintains it"
    ),
    "change_refused": _(
        "A kiosk told something older than what is known; it changed nothing; check it"
    ),
    "journal_unwritable": _("A kiosk cannot write its journal and takes no money. Check its disk"),
    "journal_damaged": _(
        "A kiosk's journal was damaged; the file is kept. Compare the terminal's"
        " transactions of the day with the payments, and check the disk"
    ),
    "kiosk_stopped": _(
        "The kiosk takes no more money: an old disk image, or two machines with one"
        " identity. Find out which, then pair it again with a new code"
    ),
    "kiosk_clock_wrong": _(
        "A kiosk told an impossible time of a payment; it is booked as of when it was"
        " received. Check the kiosk's clock, and the day of the payment"
    ),
    "meter_readings_refused": _(
        "Readings of remote meters are refused: nothing is charged by them. Look at the meters"
        " that are named, and tell the provider; it ends by itself when a reading is taken"
    ),
    "meters_silent": _(
        "Remote meters have not been heard of for long. Read them by hand, and tell the provider"
    ),
    "unreadable_record": _("A kiosk's payment record cannot be read"),
    SITE_SILENT: _("Several kiosks of the community are not heard: a site without power or line"),
    KIOSK_SILENT: _("A kiosk is not heard"),
    SCREEN_STILL: _("A kiosk's screen stands still: touches get no answer"),
    NO_MONEY: _("Nobody can pay at a kiosk"),
    DEVICE_ERROR: _("A device of a kiosk is out of order"),
    DEVICE_WARNING: _("Something is needed soon at a kiosk"),
    FAULT_AT_MANY: _("Many kiosks of the community have the same fault"),
    CHANNEL_FAILING: _("A payment channel does not answer, at several kiosks"),
    PROVIDER_FAILING: _(
        "A provider of messages, or WeChat's account, does nothing for anybody: residents are not told,"
        " or cannot pay in WeChat"
    ),
}


def raise_alert(
    community_id: int,
    kind: str,
    subject: str,
    at: datetime,
    *,
    kiosk_code: str = "",
    **details: Any,
) -> None:
    Alert.objects.get_or_create(
        community_id=community_id,
        kind=kind,
        subject=subject,
        resolved_at=None,
        defaults={
            "kiosk_code": kiosk_code,
            "text": both(TEXTS[kind]),
            "details": storable(details),
            "raised_at": at,
        },
    )


def keep_up(
    community_id: int, kind: str, subject: str, at: datetime, *, kiosk_code: str, **details: Any
) -> None:
    """As ``raise_alert``; an alert that is open learns the newest details."""
    known = Alert.objects.filter(
        community_id=community_id, kind=kind, subject=subject, resolved_at=None
    )
    if not known.update(details=storable(details)):
        raise_alert(community_id, kind, subject, at, kiosk_code=kiosk_code, **details)


def forgotten(alert: Alert) -> dict[str, Any]:
    """An alert's details once it was dealt with: a person's number is needed no longer."""
    return {name: told for name, told in alert.details.items() if name != CALL_BACK_AT}


def resolve(community_id: int, kinds: tuple[str, ...], kiosk_code: str, at: datetime) -> None:
    """What a kiosk's alerts of these kinds were about is over."""
    Alert.objects.filter(
        community_id=community_id, kind__in=kinds, kiosk_code=kiosk_code, resolved_at=None
    ).update(resolved_at=at)


def resolve_one(community_id: int, kind: str, subject: str, at: datetime) -> None:
    """What this alert was about is over."""
    Alert.objects.filter(
        community_id=community_id, kind=kind, subject=subject, resolved_at=None
    ).update(resolved_at=at)
