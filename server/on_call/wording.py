"""What a message says: place, what, since when, and where to go on. Never anything of a resident.

It is made of the alert's own text, names of communities and places, and times; an alert's subject and
details, which may name a unit, a receipt or a phone, stay on the page that asks who is looking.
"""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from contract.business_day import local_time
from server.alerts.models import Alert
from server.alerts.raising import OF_PEOPLE
from server.fleet.models import Kiosk
from server.fleet.texts import SCREENS
from server.language import CHINESE, ENGLISH, chosen
from server.on_call.models import Purpose

SHORT_MAX = 60  # for a text message's template
_LANGUAGES = {"zh": CHINESE, "en": ENGLISH}


def message(alert: Alert, purpose: Purpose, language: str, now: datetime) -> str:
    """In the language that the person chose: ``zh`` or ``en``. The first line is its heading."""
    with translation.override(_LANGUAGES.get(language, CHINESE)):
        since = f"{local_time(alert.raised_at, alert.community.time_zone):%m-%d %H:%M}"
        lines = [f"{_heading(purpose)} {place(alert)}: {chosen(alert.text)}"]
        lines.append(_("Since %(since)s") % {"since": since})
        if purpose is Purpose.ENDED and alert.resolved_at is not None:
            over = local_time(alert.resolved_at, alert.community.time_zone)
            lines.append(_("Over since %(until)s") % {"until": f"{over:%m-%d %H:%M}"})
        elif alert.times > 1:
            lines.append(_("It came %(times)s times") % {"times": alert.times})
        lines += _asked_for_help(alert)
        lines.append(address_of(alert))
        return "\n".join(lines)


def _asked_for_help(alert: Alert) -> list[str]:
    """Where at the kiosk somebody asked for help, and on which screens before: never what stood there."""
    if alert.kind not in OF_PEOPLE:
        return []
    said = [
        str(SCREENS[code])
        for told in (alert.details.get("callback_screen"), *alert.details.get("callback_steps", []))
        if (code := str(told).removeprefix("at_")) in SCREENS
    ]
    found = [_("Help was asked for: %(screen)s") % {"screen": said[0]}] if said else []
    before = _(", ").join(said[1:])
    return [*found, *([_("Before that: %(screens)s") % {"screens": before}] if before else [])]


def _heading(purpose: Purpose) -> str:
    return {
        Purpose.TOLD: _("[Alert]"),
        Purpose.ESCALATED: _("[Alert, escalated]"),
        Purpose.REPEATED: _("[Alert, still open]"),
        Purpose.ASSIGNED: _("[Alert, assigned to you]"),
        Purpose.ENDED: _("[Alert over]"),
    }[purpose]


def place(alert: Alert) -> str:
    """Community, and kiosk with its location, in the language in force."""
    found = chosen(alert.community.name)
    if not alert.kiosk_code:
        return found
    kiosk = Kiosk.objects.filter(community=alert.community_id, code=alert.kiosk_code).first()
    beside = f" ({chosen(kiosk.location)})" if kiosk else ""
    return f"{found} {alert.kiosk_code}{beside}"


def address_of(alert: Alert) -> str:
    return f"{settings.PUBLIC_URL}{reverse('alert', args=[alert.pk])}"
