"""What residents usually come with: the topics that a community begins with, each with what is usually
said of it."""

from django.utils.translation import gettext_lazy as _

from contract.messages import Text
from server.language import both
from server.service_requests.models import Kind, Priority

_URGENT, _USUAL, _LATER = Priority.URGENT, Priority.USUAL, Priority.LATER


def _said(*lines: object) -> Text:
    texts = [both(line) for line in lines]
    return Text(zh="\n".join(text.zh for text in texts), en="\n".join(text.en for text in texts))


# kind, name, how urgent, hours until it is to be answered, what is usually said
USUAL = (
    (
        *(Kind.REPAIR, both(_("Leak or blocked drain")), _URGENT, 2),
        _said(
            _("Water is leaking in the kitchen"),
            _("Water is leaking in the bathroom"),
            _("Water comes through the ceiling"),
            _("A drain is blocked"),
            _("There is no water"),
        ),
    ),
    (
        *(Kind.REPAIR, both(_("Power or wiring")), _URGENT, 2),
        _said(
            _("There is no power at home"),
            _("The power trips again and again"),
            _("It smells of burning"),
            _("A socket or switch is broken"),
        ),
    ),
    (
        *(Kind.REPAIR, both(_("Lift")), _URGENT, 1),
        _said(
            _("Somebody is stuck in the lift"),
            _("The lift does not move"),
            _("The lift shakes or is loud"),
            _("A button of the lift does not work"),
        ),
    ),
    (
        *(Kind.REPAIR, both(_("Doors and locks")), _USUAL, 24),
        _said(
            _("The entrance door does not close"),
            _("The entrance door does not open"),
            _("My access card does not work"),
            _("The intercom does not work"),
        ),
    ),
    (
        *(Kind.REPAIR, both(_("Common areas")), _USUAL, 48),
        _said(
            _("The light on my floor does not work"),
            _("A street lamp does not work"),
            _("Tiles or plaster are coming off"),
            _("Something on the playground is broken"),
        ),
    ),
    (
        *(Kind.COMPLAINT, both(_("Noise")), _USUAL, 24),
        _said(
            _("Building work at home at rest time"),
            _("Neighbours are loud at night"),
            _("A dog barks all the time"),
            _("A machine is loud"),
        ),
    ),
    (
        *(Kind.COMPLAINT, both(_("Cleaning and rubbish")), _USUAL, 24),
        _said(
            _("Rubbish was not taken away"),
            _("The corridor is dirty"),
            _("Things stand in the corridor"),
            _("Something was thrown from above"),
        ),
    ),
    (
        *(Kind.COMPLAINT, both(_("Parking")), _USUAL, 24),
        _said(
            _("Somebody stands on my parking space"),
            _("A car blocks the way"),
            _("Electric bikes are charged where they must not be"),
        ),
    ),
    (
        *(Kind.COMPLAINT, both(_("How I was treated")), _USUAL, 24),
        _said(_("Nobody came as agreed"), _("It was not done well"), _("Somebody was rude")),
    ),
    (
        *(Kind.QUESTION, both(_("Fees and bills")), _USUAL, 48),
        _said(
            _("Why is it more than last time?"),
            _("I have paid, and it still stands there"),
            _("How do I get an invoice?"),
        ),
    ),
    (
        *(Kind.QUESTION, both(_("Something else")), _LATER, 72),
        _said(_("Please call me"), _("When is the office open?")),
    ),
    (
        *(Kind.INVOICE, both(_("Tax invoice")), _USUAL, 72),
        Text(zh="", en=""),
    ),
    (
        *(Kind.PRAISE, both(_("Praise")), _LATER, 72),
        _said(
            _("It was done fast and well. Thank you"),
            _("Friendly and patient. Thank you"),
            _("The building is clean. Thank you"),
        ),
    ),
)
