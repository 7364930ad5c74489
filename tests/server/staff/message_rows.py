"""Rows of messages to residents, and what the forms of their pages send, for the walk over all of it."""

from collections.abc import Iterator

from server.estate.models import Community
from server.outbox.models import Happening, MessageTerms, ResidentMessage
from tests.server.staff import walk
from tests.server.staff.walk import Ask
from tests.server.village import NOW


def a_message_to_a_resident(community: Community) -> None:
    MessageTerms.objects.create(community=community, kinds=["bill"], ways=["sms"])
    unit = community.units.first()
    of_it = {"community": community, "kind": "bill"}
    happening = Happening.objects.create(**of_it, unit=unit, subject="1", at=NOW, spread_at=NOW)
    times = {"made_at": NOW, "due_at": NOW, "changed_at": NOW, "useless_at": NOW}
    address = {"way": "sms", "language": "zh", "masked": walk.MARK, "digest": "x"}
    ResidentMessage.objects.create(**of_it, happening=happening, unit=unit, **address, **times)


def message_forms(foreign: Community) -> Iterator[Ask]:
    """What the forms of the pages of messages send."""
    person = foreign.occupancies.order_by("pk")[0]
    terms = {"community": foreign.code, "per_day": "5", "language": "zh", "reason": "x"}
    hours = {"quiet_from": "20:00", "quiet_until": "08:00"}
    yield Ask("/staff/messages/settings/", MessageTerms, terms | hours)
    yield Ask(
        "/staff/messages/", ResidentMessage, {"community": foreign.code, "number": "13800001201"}
    )
    yield Ask(f"/staff/messages/?community={foreign.code}", ResidentMessage)
    said = {"person": person.resident_id, "way": "sms", "how": "desk", "reason": "x"}
    for more in ({"do": "consent", "state": "given"}, {"do": "wish", "language": "en"}):
        yield Ask(f"/staff/messages/units/{person.unit_id}/", ResidentMessage, said | more)
