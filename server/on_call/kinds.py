"""The kinds of alerts in groups, for which rules are made, with what to do and who may look at them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from server.alerts import raising
from server.staff.roles import Area


@dataclass(frozen=True, slots=True)
class Group:
    """``after``: minutes until the first, second and third are told, and between repetitions, where a
    community has no rule of its own; None: not at all. ``settle_s``: so long nobody is told, because
    another alert may still turn out to explain it. ``rings``: whoever wants calls is called, at any
    hour."""

    name: Any
    kinds: tuple[str, ...]
    area: Area
    after: tuple[int | None, int | None, int | None, int | None]
    settle_s: int = 0
    rings: bool = False


GROUPS: dict[str, Group] = {
    "site": Group(
        _("A site without power or line"), (raising.SITE_SILENT,), Area.KIOSKS, (0, 15, 45, 60),
        rings=True,
    ),
    # 90 s without a heartbeat; others of the site may be silent 30 s later
    "silent": Group(
        _("A kiosk is not heard"), (raising.KIOSK_SILENT,), Area.KIOSKS, (1, 20, 60, 120), 40,
        rings=True,
    ),
    # at its start, and after a break of the line, a kiosk offers nothing until it has asked its devices
    "no_money": Group(
        _("Nobody can pay"),
        (raising.NO_MONEY, raising.SCREEN_STILL, "kiosk_stopped"),
        Area.KIOSKS,
        (0, 15, 45, 60),
        45,
        rings=True,
    ),
    "many": Group(
        _("The same fault at many kiosks"),
        (raising.FAULT_AT_MANY, raising.CHANNEL_FAILING, raising.ROLLOUT_STOPPED),
        Area.KIOSKS,
        (0, 15, 45, 60),
        rings=True,
    ),
    "device": Group(
        _("A device is out of order"), (raising.DEVICE_ERROR,), Area.KIOSKS, (0, 60, None, 240)
    ),
    "soon": Group(
        _("Something is needed soon"), (raising.DEVICE_WARNING,), Area.KIOSKS, (30, None, None, 1440)
    ),
    "callback": Group(
        _("Somebody waits for a call or help"), raising.OF_PEOPLE, Area.KIOSKS, (0, 10, None, 30),
        rings=True,
    ),
    "service": Group(
        _("Requests of residents"),
        raising.OF_SERVICE,
        Area.SERVICE,
        (0, 60, None, 480),
    ),
    "journal": Group(
        _("A kiosk's journal"),
        (
            "journal_broken",
            "journal_gap",
            "journal_stands_still",
            "journal_unwritable",
            "journal_damaged",
            "kiosk_clock_wrong",
            "unreadable_record",
        ),
        Area.KIOSKS,
        (5, 60, None, 720),
    ),
    "money": Group(
        _("Payments to be looked at"),
        (
            "late_payment",
            "paid_twice",
            "more_than_due",
            "credit_overdrawn",
            "told_unpaid",
            "told_paid",
            "currency_differs",
            "amount_differs",
            "unknown_for_long",
            "refund_failed",
            "refunded_twice",
            "refund_outside",
            "refund_unclear",
            "unmatched_payment",
            "decision_contradicted",
            "simulated_money",
            "change_refused",
        ),
        Area.PAYMENTS,
        (None, None, None, None),
    ),
    "provider": Group(
        _("A provider of messages"), (raising.PROVIDER_FAILING,), Area.KIOSKS, (10, 120, None, 720)
    ),
    "meters": Group(
        _("Remote meters"), ("meter_readings_refused", "meters_silent"), Area.METERS,
        (None, None, None, None),
    ),
}  # fmt: skip
GROUP_OF = {kind: name for name, group in GROUPS.items() for kind in group.kinds}


def group_of(kind: str) -> Group:
    """Kinds of another version belong to what somebody who looks after payments decides."""
    return GROUPS[GROUP_OF.get(kind, "money")]


def kinds_of(areas: set[Area]) -> list[str]:
    """The kinds that somebody who sees these areas may look at."""
    return [kind for group in GROUPS.values() if group.area in areas for kind in group.kinds]


REMEDIES = {
    raising.ROLLOUT_STOPPED: _(
        "Open the page of releases: it says which kiosks failed and why. Those that went back work with"
        " the release before. Let it go on once the cause is known, or begin a better release"
    ),
    raising.SITE_SILENT: _(
        "Call somebody on the site: is there power, do the lamps of the router burn? Without power:"
        " the electrician or the supplier. With power: restart the router, then the line's provider."
        " The kiosks go on by themselves"
    ),
    raising.KIOSK_SILENT: _(
        "Look whether its screen is on. Dark: power, plug, fuse. Bright: network cable and switch."
        " It goes on by itself; nothing that was paid is lost"
    ),
    raising.NO_MONEY: _(
        "Open the kiosk's page: it says which ways to pay are missing and why. Mend the devices"
        " that are named here, or ask for the line; residents can pay by phone meanwhile"
    ),
    raising.SCREEN_STILL: _(
        "Restart the kiosk's program, or the kiosk by its switch if it does not answer; nothing that"
        " was paid is lost. If it comes again: look at the screen's cable and whether the computer"
        " is hot"
    ),
    "kiosk_stopped": _(
        "Find out whether two machines have its identity or its disk is an old one; then make a new"
        " pairing code. See the kiosk's page"
    ),
    raising.FAULT_AT_MANY: _(
        "One cause for many kiosks: the acquirer or its line, an update, a delivery of bad paper."
        " Ask whoever it depends on before anybody goes out"
    ),
    raising.CHANNEL_FAILING: _(
        "Look whether the channel reports a disturbance, and in its console whether certificate and"
        " contract hold. Nothing is lost: open payments are asked about until their end is known"
    ),
    raising.PROVIDER_FAILING: _(
        "Look at what it said, below, and in its console: whether the account is paid and not blocked,"
        " the secret is the newest, and this server's address is among those allowed. Messages wait"
        " meanwhile; bills can be paid in the phone's browser and at kiosks"
    ),
    raising.DEVICE_ERROR: _(
        "Go there with a spare part. The kiosk goes on with what is left; open its page to see"
        " which ways to pay residents have"
    ),
    raising.DEVICE_WARNING: _("Take it along on the next round"),
    raising.CALLBACK_WANTED: _("Show the number above and call, then mark it as dealt with"),
    raising.HELP_WANTED: _(
        "Open the kiosk's page to see what is the matter with it. Go there, or show a message on its"
        " screen; then mark it as dealt with"
    ),
}
_OF_GROUP = {
    "journal": _(
        "Open the questions: what is known stands there. Leave the kiosk online and never delete"
        " its journal"
    ),
    "money": _("Open the questions: what is known stands there, and what you can decide"),
    "service": _("Open the service requests: what was said stands there, and who looks after it"),
    "meters": _("Look at the meters that are named in the open questions; tell their provider"),
}


def remedy_of(kind: str) -> Any:
    """What to do, in words of the page's language."""
    return REMEDIES.get(kind) or _OF_GROUP.get(GROUP_OF.get(kind, "money")) or _OF_GROUP["money"]
