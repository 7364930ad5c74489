"""What a kiosk needs to know, and a version that changes when anything in it does.

Each heartbeat asks for the version only. What of a community is long to read (its keys, units,
notices, public accounts and hours) is kept as a digest (``config_digest``). The configuration itself
is always read anew.
"""

import hashlib
import json
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save

from contract import messages
from contract.business_day import business_day
from contract.messages import Method
from server.api import config_digest
from server.api.config_digest import Digest
from server.billing.models import BillSigningKey
from server.billing.signing import bill_keys
from server.estate.models import Community, Unit
from server.fleet.models import Kiosk
from server.hours.models import NightRules, OpenDays, OpenHours, PlannedOutage
from server.hours.schedule import schedule_of
from server.notices import publication
from server.notices.models import Notice
from server.payments import phone_orders
from server.payments.channels import registry
from server.public_accounts import at_kiosks
from server.public_accounts.models import Publication
from server.service_requests import coming_in
from server.service_requests.models import Topic

_OF_KIOSK = attrgetter("code", "location_zh", "location_en", "building_id", "unit_start")
_OF_COMMUNITY = attrgetter(
    *(column.attname for column in Community._meta.concrete_fields if column.name != "numbering")
)
_LONG = ("bill_keys", "unit_codes", "notices", "accounts", "opening", "topics")
_WATCHED = (
    *(Unit, Notice, Publication, BillSigningKey, Topic),
    *(OpenHours, OpenDays, NightRules, PlannedOutage),
)


def config_of(kiosk: Kiosk, now: datetime) -> messages.KioskConfig:
    """Read from the database, all of it."""
    community = kiosk.community
    day = business_day(now, community.time_zone)
    long = _long(community, day, now)
    digest = config_digest.keep(kiosk, Digest(day, now, _digest_of(long)))
    long["opening"] = long["opening"].of(kiosk.code)
    long["accounts"] = at_kiosks.told(community, long["accounts"])
    hanging = publication.at_kiosk(long["notices"], kiosk.building_id)
    long["notices"] = [publication.to_contract(notice) for notice in hanging]
    config = _short(kiosk, now).model_copy(update=long)
    version = _version(kiosk, config, digest.value)
    return config.model_copy(update={"version": version})


def version_of(kiosk: Kiosk, now: datetime) -> str:
    """Of the configuration that ``config_of`` would give, but for what nothing told of a change of."""
    community = kiosk.community
    day = business_day(now, community.time_zone)
    known = config_digest.find(kiosk, day, now)
    if known is None:
        known = config_digest.keep(kiosk, Digest(day, now, _digest_of(_long(community, day, now))))
    row = _row(kiosk)
    version = known.versions.get(row)
    if version is None:
        version = known.versions[row] = _version(kiosk, _short(kiosk, now), known.value)
    return version


def _row(kiosk: Kiosk) -> tuple[Any, ...]:
    """All of the kiosk's and its community's rows that a configuration is made of."""
    return (*_OF_KIOSK(kiosk), *_OF_COMMUNITY(kiosk.community), repr(kiosk.community.numbering))


def watch() -> None:
    """Once, when the apps are ready."""
    for model in _WATCHED:
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid=f"kiosk_config_{model.__name__}")
    post_save.connect(_new_community, sender=Community, dispatch_uid="kiosk_config_community")


def _changed(sender: Any, instance: Any, **_: Any) -> None:
    config_digest.forget(instance.community_id)


def _new_community(sender: Any, instance: Any, **_: Any) -> None:
    config_digest.forget(instance.pk)


def _long(community: Community, day: date, now: datetime) -> dict[str, Any]:
    units = Unit.objects.filter(community=community).order_by("code")
    return {
        "bill_keys": bill_keys(community),
        "unit_codes": list(units.values_list("code", flat=True)),
        "accounts": at_kiosks.keys(community),
        "notices": publication.of_community(community.pk, day),
        "opening": schedule_of(community, now),
        "topics": [_topic(topic) for topic in coming_in.offered(community)],
    }


def _topic(topic: Topic) -> messages.RequestTopic:
    return messages.RequestTopic(
        id=str(topic.pk), kind=topic.kind, name=topic.name, phrases=topic.usual_words()
    )


def _digest_of(long: dict[str, Any]) -> str:
    said = {
        "bill_keys": [key.model_dump(mode="json") for key in long["bill_keys"]],
        "unit_codes": long["unit_codes"],
        "accounts": long["accounts"],
        "notices": [publication.said(notice) for notice in long["notices"]],
        "opening": long["opening"].said(),
        "topics": [topic.model_dump(mode="json") for topic in long["topics"]],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _version(kiosk: Kiosk, config: messages.KioskConfig, long: str) -> str:
    """The building decides which of the notices are shown."""
    said = config.model_dump_json(exclude={"version", "server_time", *_LONG})
    whole = f"{long}{kiosk.building_id or 0}{said}"
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _short(kiosk: Kiosk, now: datetime) -> messages.KioskConfig:
    community = kiosk.community
    return messages.KioskConfig(
        version="",
        kiosk_code=kiosk.code,
        location=kiosk.location,
        community=messages.Community(
            code=community.code,
            name=community.name,
            currency=community.currency,
            time_zone=community.time_zone,
            test=community.test,
            office_phone=community.office_phone,
            office_hours=community.office_hours if community.office_hours_zh else None,
            office_opens=_hour(community.office_opens),
            office_closes=_hour(community.office_closes),
            duty_phone=community.duty_phone,
            company=community.company if community.company_zh else None,
        ),
        bill_keys=[],
        methods=[*registry.taken_by(community, registry.configured()), Method.CARD],
        simulated=registry.taken_by(community, registry.simulated()),
        payment_codes=registry.taken_by(community, registry.charging_phones()),
        credit=True,
        credit_in_part=True,
        top_up_max_minor=community.top_up_max_minor,
        payment_history=True,
        phone_pays=bool(phone_orders.offered(community)),
        second_factor=community.second_factor,
        numbering=community.unit_numbering,
        unit_start=kiosk.unit_start,
        unit_codes=[],
        notices=[],
        notice_pages=True,
        public_url=settings.PUBLIC_URL,
        server_time=now,
    )


def _hour(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""
