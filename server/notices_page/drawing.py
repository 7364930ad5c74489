"""How a notice looks at a kiosk and on a phone, as plain words for the template that draws it. The words
around it are those of the kiosk's own screens; a test holds both together, and the colours and sizes in
``static/staff/kiosk_drawn.css``."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from babel import Locale
from babel.dates import format_date, format_skeleton
from django.conf import settings
from django.utils.translation import pgettext_lazy

from contract.business_day import business_day, local_time
from contract.messages import Text
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.language import both
from server.notices.models import Notice
from server.notices.writing import Wanted

WORDS = {  # by the name that the kiosk's own catalogue has for them
    "attract.notice": pgettext_lazy("at the kiosk", "Community notice"),
    "attract.title": pgettext_lazy("at the kiosk", "Pay here"),
    "attract.scan": pgettext_lazy("at the kiosk", "Scan your bill"),
    "attract.scan_body": pgettext_lazy(
        "at the kiosk", "Hold the code on your bill to the scanner below"
    ),
    "attract.keypad": pgettext_lazy("at the kiosk", "Enter your unit"),
    "attract.services": pgettext_lazy("at the kiosk", "Other services"),
    "attract.print_ready": pgettext_lazy("at the kiosk", "Receipts printed"),
    "notice.take": pgettext_lazy("at the kiosk", "Scan to take it along"),
    "common.back": pgettext_lazy("at the kiosk", "Back"),
    "common.end": pgettext_lazy("at the kiosk", "End"),
    "common.help": pgettext_lazy("at the kiosk", "Help"),
    "frame.elder": pgettext_lazy("at the kiosk", "Large type"),
    "frame.standard": pgettext_lazy("at the kiosk", "Standard"),
    "frame.high_contrast": pgettext_lazy("at the kiosk", "Contrast"),
    "frame.low_reach": pgettext_lazy("at the kiosk", "Low reach"),
    "frame.speak": pgettext_lazy("at the kiosk", "Voice"),
}
OTHER_LANGUAGE = Text(zh="English", en=Locale("zh").get_display_name("zh") or "")
LANGUAGES = (("zh", "zh-Hans"), ("en", "en"))


@dataclass(frozen=True)
class Screen:
    """One picture. ``code``: of the notice's page, for whoever takes it along."""

    lang: str
    elder: bool
    community: str
    initial: str
    when_and_where: str
    title: str
    body: str
    words: dict[str, str]
    other_language: str
    code: str


def kiosks_that_show(community: Community, wanted: Wanted) -> list[Kiosk]:
    """Those in use on which whoever passes reads it."""
    if wanted.kinds:
        return []
    rows = Kiosk.objects.filter(community=community, active=True).order_by("code")
    return list(rows.filter(building__in=wanted.buildings) if wanted.buildings else rows)


def drawn(
    community: Community, wanted: Wanted, kiosk: Kiosk | None, address: str, now: datetime
) -> dict[str, Any]:
    """``kiosk``: at which it is drawn. ``address``: of the notice's own page."""
    code = segno.make(address, error="m").svg_data_uri(border=2, scale=4)
    screens = [
        _screen(community, wanted, kiosk, code, now, language, lang, elder)
        for elder in (False, True)
        for language, lang in LANGUAGES
    ]
    phones = [
        {
            "lang": lang,
            "community": getattr(community.name, language),
            "title": getattr(wanted.title, language),
            "body": getattr(wanted.body, language),
            "lasts": _lasts(wanted.show_from, wanted.show_until, language),
        }
        for language, lang in LANGUAGES
    ]
    return {"screens": screens, "phones": phones}


def address_of(notice: Notice | None) -> str:
    """Of its page for phones; before it has one, of the pages in general."""
    return f"{settings.PUBLIC_URL}/n/{notice.key}" if notice else settings.PUBLIC_URL


def _screen(
    community: Community,
    wanted: Wanted,
    kiosk: Kiosk | None,
    code: str,
    now: datetime,
    language: str,
    lang: str,
    elder: bool,
) -> Screen:
    name = getattr(community.name, language)
    at = local_time(now, community.time_zone)
    place = getattr(kiosk.location, language) if kiosk else ""
    day = _day(business_day(now, community.time_zone), language)
    where = f"{day} {at:%H:%M}" + (f" · {place}" if place and not elder else "")
    words = {key.replace(".", "_"): getattr(both(said), language) for key, said in WORDS.items()}
    title, body = getattr(wanted.title, language), getattr(wanted.body, language)
    other = getattr(OTHER_LANGUAGE, language)
    return Screen(lang, elder, name, name[:1].upper(), where, title, body, words, other, code)


def _day(day: date, language: str) -> str:
    if language == "zh":
        return format_skeleton("MMMEd", day, locale="zh_CN")
    return format_date(day, "EEE d MMM", locale="en")


def _lasts(first: date, last: date, language: str) -> str:
    lasts = both("Notice of %(from)s to %(until)s", **{"from": first, "until": last})
    return getattr(lasts, language)
