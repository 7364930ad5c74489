"""Which notices hang on a day, at which kiosks, and for which units. Reads only."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contract import messages
from contract.business_day import day_begins
from server.estate.models import Community, Unit
from server.language import chosen
from server.notices.models import Notice

SHOWN_MAX = 10  # at a kiosk, and for a unit
_READ_MAX = 200


def hanging(today: date) -> QuerySet[Notice]:
    """Those of all communities that hang that day, the newest first within each."""
    rows = Notice.objects.filter(
        show_from__lte=today, show_until__gte=today, taken_down_at__isnull=True
    )
    return rows.prefetch_related("places__building")


def of_community(community_id: int, today: date) -> list[Notice]:
    return list(hanging(today).filter(community=community_id)[:_READ_MAX])


def at_kiosk(notices: Iterable[Notice], building_id: int | None) -> list[Notice]:
    """What a kiosk shows whoever passes, at most ``SHOWN_MAX``: what is for everybody, and what is for
    the building in which it stands (None: it stands in none). What is for some kinds of unit is not for
    whoever passes."""
    shown = [
        notice for notice in notices if not notice.kinds and is_for_building(notice, building_id)
    ]
    return shown[:SHOWN_MAX]


def for_unit(unit: Unit, today: date) -> list[Notice]:
    """What hangs for this unit, at most ``SHOWN_MAX``."""
    notices = of_community(unit.community_id, today)
    return [notice for notice in notices if is_for_unit(notice, unit)][:SHOWN_MAX]


def for_unit_alone(unit: Unit, today: date, building_id: int | None) -> list[messages.Notice]:
    """What hangs for this unit, and not at a kiosk of this building for whoever passes."""
    notices = of_community(unit.community_id, today)
    everybodys = {notice.pk for notice in at_kiosk(notices, building_id)}
    own = [one for one in notices if is_for_unit(one, unit) and one.pk not in everybodys]
    return [to_contract(notice) for notice in own[:SHOWN_MAX]]


def for_units_alone(
    units: Iterable[Unit], community: Community, today: date, building_id: int | None
) -> tuple[dict[str, list[str]], list[messages.Notice]]:
    """As ``for_unit_alone``, of many units: the ids by the unit's code, and the notices that are named,
    each once, with their end. Of whoever lives there it says nothing but that."""
    notices = of_community(community.pk, today)
    everybodys = {notice.pk for notice in at_kiosk(notices, building_id)}
    others = [(one, to_contract(one)) for one in notices if one.pk not in everybodys]
    ids, named = dict[str, list[str]](), dict[str, messages.Notice]()
    for unit in units if others else ():
        own = [pair for pair in others if is_for_unit(pair[0], unit)][:SHOWN_MAX]
        ids[unit.code] = [told.id for _, told in own]
        for one, told in own:
            over_at = day_begins(one.show_until + timedelta(days=1), community.time_zone)
            named[told.id] = told.model_copy(update={"over_at": over_at})
    return ids, list(named.values())


def is_for_unit(notice: Notice, unit: Unit) -> bool:
    of_kind = not notice.kinds or unit.kind in notice.kinds
    return of_kind and is_for_building(notice, unit.building_id)


def is_for_building(notice: Notice, building_id: int | None) -> bool:
    """None: of no building, which only what is for all of them reaches."""
    places = {place.building_id for place in notice.places.all()}  # type: ignore[attr-defined]
    if not places:
        return True
    return building_id in places


def audience(notice: Notice) -> str:
    """For whom it is, in the language of the page."""
    comma = pgettext("between names", ", ")
    places = comma.join(chosen(building.name) for building in notice.buildings)
    kinds = comma.join(notice.kind_names)
    if places and kinds:
        return _("%(places)s: %(kinds)s") % {"places": places, "kinds": kinds}
    return places or kinds or _("Everybody")


def to_contract(notice: Notice) -> messages.Notice:
    return messages.Notice(id=notice.key, title=notice.title, body=notice.body)


def said(notice: Notice) -> dict[str, object]:
    """All by which kiosks show another thing, as JSON can keep it."""
    places = sorted(place.building_id for place in notice.places.all())  # type: ignore[attr-defined]
    return {**to_contract(notice).model_dump(mode="json"), "at": places, "kinds": notice.kinds}
