"""What residents usually come with: the topics that a community begins with."""

from django.utils.translation import gettext_lazy as _

from server.language import both
from server.service_requests.models import Kind, Priority

_URGENT, _USUAL, _LATER = Priority.URGENT, Priority.USUAL, Priority.LATER
# kind, name, how urgent, hours until it is to be answered
USUAL = (
    (Kind.REPAIR, both(_("Leak or blocked drain")), _URGENT, 2),
    (Kind.REPAIR, both(_("Power or wiring")), _URGENT, 2),
    (Kind.REPAIR, both(_("Lift")), _URGENT, 1),
    (Kind.REPAIR, both(_("Doors and locks")), _USUAL, 24),
    (Kind.REPAIR, both(_("Common areas")), _USUAL, 48),
    (Kind.COMPLAINT, both(_("Noise")), _USUAL, 24),
    (Kind.COMPLAINT, both(_("Cleaning and rubbish")), _USUAL, 24),
    (Kind.COMPLAINT, both(_("Parking")), _USUAL, 24),
    (Kind.COMPLAINT, both(_("How I was treated")), _USUAL, 24),
    (Kind.QUESTION, both(_("Fees and bills")), _USUAL, 48),
    (Kind.QUESTION, both(_("Something else")), _LATER, 72),
)
