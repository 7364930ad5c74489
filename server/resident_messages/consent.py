"""Who agreed to be told by which way: asked, given, withdrawn, each with when, how and by whom.

Nothing is sent to whoever did not agree. Whoever withdraws is not told any more, also of what waits.
"""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from server.estate.models import Community, Contact, Resident
from server.gateways import sealing
from server.outbox.models import Consent, Language, MessageTerms, MessageWish, Way
from server.resident_messages import wechat
from server.staff import audit
from server.staff.people import Person

State, How = Consent.State, Consent.How


class NotSo(Exception):
    """It cannot be written down like that; ``said`` says why."""

    def __init__(self, said: object) -> None:
        super().__init__(str(said))
        self.said = said


def tells_residents(community: Community) -> bool:
    """Whether it is of any use to agree: the community tells something by some way."""
    terms = MessageTerms.objects.filter(community=community).first()
    return terms is not None and bool(terms.kinds and terms.ways)


def standing(residents: Iterable[int]) -> dict[tuple[int, str], Consent]:
    """The step that was written last, by (resident's key, way); nobody was asked where there is none.
    One query. Not by ``at``: clocks differ, and of two at once the first may be written last."""
    rows = Consent.objects.filter(resident__in=set(residents)).order_by("pk")
    return {(row.resident_id, row.way): row for row in rows}


def agreed(residents: Iterable[int]) -> dict[int, set[str]]:
    """The ways to which each agreed, of those who did to any."""
    found: dict[int, set[str]] = {}
    for (resident, way), step in standing(residents).items():
        if step.state == State.GIVEN:
            found.setdefault(resident, set()).add(way)
    return found


def address_of(resident: Resident, way: str) -> str:
    """Where a person is told by this way; empty where nothing is known."""
    if way == Way.SMS:
        return dialled(resident.phone)
    if way == Way.WECHAT:
        return wechat.openid_of(resident)
    mails = Contact.objects.filter(
        resident=resident, kind=Contact.Kind.EMAIL, withdrawn_on__isnull=True
    )
    values = (value.strip() for value in mails.order_by("-pk").values_list("value", flat=True))
    return next(filter(_is_mail, values), "")


def dialled(typed: str) -> str:
    """A telephone number without blanks and strokes."""
    return "".join(ch for ch in typed if ch in "+0123456789")


def plain(number: str) -> str:
    """The same for every way to write a number of China, with its country or without."""
    digits = dialled(number).lstrip("+").removeprefix("00")
    return digits[2:] if len(digits) == 13 and digits.startswith("861") else digits


def owners(community: int, number: str) -> list[int]:
    """Residents whose number it is, however it was typed."""
    rows = Resident.objects.filter(community=community, phone__endswith=number[-1:])
    wanted = plain(number)
    return [pk for pk, phone in rows.values_list("pk", "phone") if plain(phone) == wanted]


def is_refused(community: int, number: str) -> bool:
    """Whether one of its owners does not want text messages."""
    steps = standing(owners(community, number)).items()
    return any(way == Way.SMS and step.state == State.WITHDRAWN for (_, way), step in steps)


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def write_down(
    resident: Resident,
    way: str,
    state: str,
    how: str,
    now: datetime,
    *,
    by: Person | None,
    reason: str = "",
) -> None:
    """``by``: the member of staff, who gives a reason; None: the resident on the phone page. The same
    step a second time is left out. Raises NotSo and ReasonMissing."""
    if way not in Way.values or state not in State.values or how not in How.values:
        raise NotSo(_("Please choose what was said, and how"))
    if state == State.GIVEN and not address_of(resident, way):
        raise NotSo(_("No number or address for this way is known"))
    said = audit.reason_of(reason) if by is not None else ""
    with transaction.atomic():
        Resident.objects.select_for_update(no_key=True, of=("self",)).get(pk=resident.pk)
        known = standing([resident.pk]).get((resident.pk, way))
        if known is not None and known.state == state:
            return
        Consent.objects.create(
            community_id=resident.community_id,
            resident=resident,
            way=way,
            state=state,
            how=how,
            at=now,
            by=by.name if by is not None else "",
            reason=said,
        )
        if way == Way.WECHAT and state == State.WITHDRAWN:
            wechat.forget(resident)
        if by is not None:
            audit.record(
                resident.community_id,
                by,
                "message_consent",
                ("resident", str(resident.pk)),
                said,
                now,
                before={"way": way, "consent": known.state if known else ""},
                after={"way": way, "consent": state, "how": how},
            )


def wish(
    resident: Resident,
    language: str,
    way: str,
    now: datetime,
    *,
    by: Person | None,
    reason: str = "",
) -> None:
    """In which language and by which way first. Raises NotSo and ReasonMissing."""
    if language not in Language.values or way not in Way.values:
        raise NotSo(_("Please choose language and way"))
    said = audit.reason_of(reason) if by is not None else ""
    with transaction.atomic():
        rows = MessageWish.objects.select_for_update(no_key=True, of=("self",))
        known = rows.filter(resident=resident).first()
        before = {"language": known.language, "way": known.way} if known else {}
        after = {"language": language, "way": way}
        if before == after:
            return
        MessageWish.objects.update_or_create(
            resident=resident, defaults={"community_id": resident.community_id, **after}
        )
        if by is not None:
            subject = ("resident", str(resident.pk))
            audit.record(
                *(resident.community_id, by, "message_wish", subject, said, now),
                before=before,
                after=after,
            )


def digest_of(community: int, address: str) -> str:
    """By which an address is found again without being readable; each community has its own."""
    is_number = not set(address) - set("+0123456789- ")
    same = plain(address) if is_number else address.casefold() if "@" in address else address
    return sealing.digest(f"{community} {same}")
