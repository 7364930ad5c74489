"""What residents of any community ask, and what may be said to it: the answers that a community begins
with. Where something differs by community, the answer says so."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from server.standard_answers.models import Situation


@dataclass(frozen=True)
class Usual:
    situation: Situation
    asks: Promise | str
    answer: Promise | str
    rule: Promise | str = ""
    for_residents: bool = False
    own_figures: bool = False


USUAL = (
    Usual(
        Situation.FEES,
        _("Why is it higher than last month?"),
        _(
            "The bill shows for each fee what was counted and at which price. What changed "
            "since the bill before is set beside it. If a meter reading looks wrong, tell us: "
            "we read it again with you."
        ),
        _(
            "Each line of a bill is quantity times price; prices change only from the day "
            "they were made known"
        ),
        for_residents=True,
        own_figures=True,
    ),
    Usual(
        Situation.FEES,
        _("What is the property fee for?"),
        _(
            "It pays for the daily work in the common areas: cleaning, guarding, green areas, "
            "and the care of lifts, lighting and pumps. What is done for it is in the service "
            "contract and in the public accounts."
        ),
        _("Service contract; public accounts of the community"),
        for_residents=True,
    ),
    Usual(
        Situation.FEES,
        _("The flat stands empty: do I have to pay?"),
        _(
            "Yes: the common areas are kept for all flats. Whether there is a reduction for a "
            "flat that stands empty, and from when, is in the service contract; please bring "
            "the date since when it is empty."
        ),
        _(
            "Civil code, article 944: an owner may not refuse the fee because the services "
            "were not used"
        ),
    ),
    Usual(
        Situation.FEES,
        _("How is the late fee worked out?"),
        _(
            "It grows by the day from the day after the bill was due, on what is still open, "
            "and is never more than the agreed cap. Bills that are being clarified can be "
            "left out; please talk to us first."
        ),
        _("Late fee of the community as it stands in the prices; the cap holds"),
        for_residents=True,
    ),
    Usual(
        Situation.FEES,
        _("How is shared electricity split?"),
        _(
            "What the meters of lifts, corridors and pumps show is split among the flats that "
            "use them, by the key in the service contract. Readings and split are in the "
            "public accounts."
        ),
        _("Readings of the common meters and the key of the split"),
        for_residents=True,
    ),
    Usual(
        Situation.PAYING,
        _("I have paid, and it still stands there"),
        _(
            "Please tell us the receipt number. A payment that was confirmed is booked at "
            "once; one that is still being confirmed says so and must not be paid again. If "
            "money was taken twice, it goes back."
        ),
        _(
            "Look at the payment's page first; never ask a resident to pay again while it is "
            "being confirmed"
        ),
        for_residents=True,
    ),
    Usual(
        Situation.PAYING,
        _("How do I get an invoice?"),
        _(
            "Tell us the receipt number, and the title and tax number for the invoice. We "
            "tell you when it is there."
        ),
        _("Title and tax number as the buyer gives them"),
    ),
    Usual(
        Situation.REPAIR,
        _("Who pays for the repair?"),
        _(
            "In the common areas the community does. Inside the flat the owner does, unless "
            "the cause lies in a common pipe or wall. We look first and name the price before "
            "anything is done."
        ),
        _("Border between common and own parts as in the service contract"),
    ),
    Usual(
        Situation.COMPLAINT,
        _("My neighbours are loud"),
        _(
            "We speak to them today and tell you what was said. Building work is allowed on "
            "working days at the hours of the house rules only. At night please call the duty "
            "phone: we come while it is loud."
        ),
        _("House rules; name nobody who complained"),
    ),
    Usual(
        Situation.COMPLAINT,
        _("Nobody came as agreed"),
        _(
            "We are sorry. We look into why, tell you within a day, and agree on a new time "
            "that suits you."
        ),
        _("An agreed time that is missed is told to whoever directs requests"),
    ),
)
