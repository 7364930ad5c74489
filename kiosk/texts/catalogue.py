"""The kiosk's words in every language, out of its catalogues (``assets/locale``), by symbolic ids.

``SCREEN`` is what residents read, on the screen and on paper; ``SERVICE`` what whoever installs and keeps
the kiosk reads. An id without words is an error and is never shown raw.
"""

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from contract.money import Locale
from kiosk.asset_paths import LOCALE

SCREEN, SERVICE, VOICE_TEXTS = "lobbypay", "service", "voice"
LANGUAGES: tuple[Locale, ...] = ("zh_CN", "en")


class MissingWords(KeyError):
    """Somebody asked for words that the catalogue of this language does not have."""


@cache
def catalogue(language: Locale, domain: str = SCREEN) -> gettext.GNUTranslations:
    """The compiled catalogue; when it is older than its source, the source is compiled in memory."""
    source = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    compiled = source.with_suffix(".mo")
    if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
        with compiled.open("rb") as mo:
            return gettext.GNUTranslations(mo)
    return gettext.GNUTranslations(_compiled(source, language))


def _compiled(source: Path, language: Locale) -> BytesIO:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer = BytesIO()
    with source.open("rb") as po:
        write_mo(buffer, read_po(po, locale=language))
    buffer.seek(0)
    return buffer


def say(
    language: Locale, id: str, *, domain: str = SCREEN, count: int | None = None, **values: object
) -> str:
    """The words for ``id``; ``count`` chooses singular or plural and is a value too.

    Raises MissingWords for an unknown id and KeyError for a missing value.
    """
    words = catalogue(language, domain)
    text = words.gettext(id) if count is None else words.ngettext(id, id, count)
    if text == id:
        raise MissingWords(f"{id!r} has no words in {language}")
    if count is not None:
        values["count"] = count
    return text.format(**values) if values else text


def both(id: str, **values: object) -> dict[str, str]:
    """The service's words for ``id`` in both languages, as a condition carries them: {"zh", "en"}."""
    return {
        "zh": say("zh_CN", id, domain=SERVICE, **values),
        "en": say("en", id, domain=SERVICE, **values),
    }
