"""Sample sessions of a lobby by its hours: closed, at night, before and in an outage that is planned; and
with its cabinet open."""

from dataclasses import replace
from datetime import date, time, timedelta

from contract.message import Text
from contract.opening_hours import NamedDays, Night, OpeningHours, Outage, WeekHours, standing
from kiosk.core.cabinet import Cabinet
from kiosk.core.model import Screen, Session, Visit
from kiosk.ui.gallery.samples import ACCOUNT, NOW, WALL, lobby

_OFFICE = WeekHours(weekdays="1234567", starts=time(8, 30), ends=time(18))
_HOLIDAY = NamedDays(first_day=date(2026, 11, 24), last_day=date(2026, 11, 26))
_NIGHT = Night(starts=time(22), ends=time(6), cards=False, max_minor=50_000)
_OUTAGE = Outage(
    id="1",
    begins=WALL + timedelta(hours=9),
    ends=WALL + timedelta(hours=13),
    told_from=WALL - timedelta(hours=1),
    words=Text(zh="配电房检修，整栋停电。", en="Work on the mains: no power in the building."),
)


def _lobby(opening: OpeningHours, *, phone_pays: bool = True, wall=WALL, **more):
    where = lobby()
    community = where.config.community.model_copy(update={"duty_phone": "138-5555-0123", **more})
    known = {"opening": opening, "phone_pays": phone_pays, "community": community}
    hours = standing(opening, wall, community.time_zone)
    return replace(where, config=where.config.model_copy(update=known), hours=hours)


def _fresh(screen: Screen, opening: OpeningHours, wall=WALL, **more) -> Session:
    where = _lobby(opening, wall=wall, **more)
    return Session(where, Visit(screen=screen, touched=NOW), now=NOW, wall=wall)


def _choosing_at_night() -> Session:
    wall = WALL + timedelta(hours=1)
    visit = Visit(
        screen=Screen.METHOD,
        account=ACCOUNT,
        selected=tuple(bill.number for bill in ACCOUNT.bills),
        touched=NOW,
    )
    where = _lobby(OpeningHours(night=_NIGHT), wall=wall)
    return Session(where, visit, now=NOW, wall=wall)


def _opened() -> Session:
    """Somebody has opened the cabinet."""
    shown = _fresh(Screen.OUT_OF_ORDER, OpeningHours())
    return replace(shown, lobby=replace(shown.lobby, cabinet=Cabinet(opened=True)))


def hours_scenes() -> dict[str, Session]:
    """By name. It is 22:47 at the community."""
    office = {
        "office_hours": Text(zh="每天 8:30–18:00", en="Every day 8:30–18:00"),
        "office_opens": "08:30",
        "office_closes": "18:00",
    }
    begun = _OUTAGE.begins + timedelta(hours=1)
    return {
        "closed": _fresh(Screen.CLOSED, OpeningHours(week=[_OFFICE]), **office),
        "closed-holiday": _fresh(
            Screen.CLOSED, OpeningHours(week=[_OFFICE], days=[_HOLIDAY]), phone_pays=False
        ),
        "closed-outage": _fresh(Screen.CLOSED, OpeningHours(outages=[_OUTAGE]), begun, **office),
        "out-of-order-cabinet-open": _opened(),
        "attract-outage-ahead": _fresh(Screen.ATTRACT, OpeningHours(outages=[_OUTAGE])),
        "attract-night": _fresh(Screen.ATTRACT, OpeningHours(night=_NIGHT)),
        "method-night-limit": _choosing_at_night(),
    }
