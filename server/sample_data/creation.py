"""Makes the sample community, with its kiosk. Never touches a community that is there."""

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.db import transaction

from server.billing.signing import create_key
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.sample_data import bills, estate, notices, public_accounts
from server.service_requests.topics import create_usual

SEED = 20_200_101


@dataclass(frozen=True, slots=True)
class Created:
    """``new`` is False when the community was there before."""

    community: Community
    kiosk: Kiosk
    new: bool


@transaction.atomic
def create_sample(today: date, now: datetime, seed: int = SEED) -> Created:
    """The whole sample, or nothing. The same seed and day give the same community."""
    known = Community.objects.filter(code=estate.CODE).first()
    if known is not None:
        return Created(known, _kiosk(known), new=False)
    random = Random(seed)
    community = estate.create_community()
    create_key(community, now=now)
    estate.create_units(community, random)
    estate.create_fees(community, bills.first_day(bills.periods_until(today)[0]))
    bills.create_bills(community, today, random)
    notices.create_notices(community, today)
    create_usual(community)
    public_accounts.create_public_accounts(community, today, now)
    return Created(community, _kiosk(community), new=True)


def _kiosk(community: Community) -> Kiosk:
    kiosk, _ = Kiosk.objects.get_or_create(
        community=community,
        code="K03",
        defaults={
            "location_zh": "3号楼大堂",
            "location_en": "Lobby of Building 3",
            "building": community.buildings.filter(code="3").first(),
        },
    )
    return kiosk
