"""Typing a unit's code, key by key, by the community's own numbering. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from contract import unit_code
from contract.messages import KioskConfig, Text
from contract.unit_code import DEFAULT, Kind, Numbering
from kiosk.core.model import PHONE, PHONE_DIGITS, Session, UnitEntry

SUGGESTIONS_MAX = 6


def numbering(session: Session) -> Numbering:
    config = session.lobby.config
    return config.numbering if config else DEFAULT


def kind(session: Session) -> Kind:
    """The way of naming units that is being typed."""
    kinds = numbering(session).kinds
    return kinds[min(session.visit.entry.kind, len(kinds) - 1)]


def typed(of: Kind, entry: UnitEntry, pressed: str, codes: Sequence[str] = ()) -> UnitEntry:
    """A full part, or one that cannot take the key, lets it fall into the following one. By the
    community's ``codes`` a part that can only be what it is goes on to the following one by itself."""
    place = entry.active
    if place == PHONE:
        fits = pressed in "0123456789" and len(entry.phone) < PHONE_DIGITS
        return entry.put(PHONE, entry.phone + pressed) if fits else entry
    if _takes(of, entry, place, pressed):
        return _gone_on(of, entry.put(place, entry.of(place) + pressed), codes)
    following = place + 1
    if entry.of(place) and not entry.of(following) and _takes(of, entry, following, pressed):
        return _gone_on(of, replace(entry.put(following, pressed), active=following), codes)
    return entry


def _gone_on(of: Kind, entry: UnitEntry, codes: Sequence[str]) -> UnitEntry:
    place, last = entry.active, len(of.parts) - 1
    if place >= last or entry.of(place + 1):
        return entry
    text, before = entry.of(place), entry.parts[:place]
    there = {
        parts[place]
        for parts in (tuple(code.upper().split("-")) for code in codes)
        if len(parts) == len(of.parts) and parts[:place] == before
    }
    longer = any(other != text and other.startswith(text) for other in there)
    return replace(entry, active=place + 1) if text in there and not longer else entry


def start(config: KioskConfig | None) -> UnitEntry:
    """What stands there before anything was typed: the building of this kiosk, where it is known."""
    parts = tuple(config.unit_start.split("-")) if config and config.unit_start else ()
    first = (config.numbering if config else DEFAULT).kinds[0]
    fits = len(parts) < len(first.parts) and all(
        part.accepts(text) for part, text in zip(first.parts, parts, strict=False)
    )
    return UnitEntry(parts, active=len(parts)) if parts and fits else UnitEntry()


def in_words(session: Session) -> Text:
    """What was typed, in the words of the bill, each part with its label; the last part needs none."""
    entry, of = session.visit.entry, kind(session)
    pairs = [(text, part.label) for text, part in zip(entry.parts, of.parts, strict=False) if text]
    if not pairs or len(of.parts) == 1:
        return Text(zh=entry.unit_code, en=entry.unit_code)
    *first, (last, _) = pairs
    if len(pairs) < len(of.parts):
        first, last = pairs, ""
    zh = "".join(f"{text}{named.zh}" for text, named in first) + last
    named = [f"{named.en} {text}" for text, named in first] + ([last] if last else [])
    return Text(zh=zh, en=", ".join(named))


def _takes(of: Kind, entry: UnitEntry, place: int, pressed: str) -> bool:
    return place < len(of.parts) and of.parts[place].accepts(entry.of(place) + pressed)


def rubbed_out(entry: UnitEntry) -> UnitEntry:
    """The last character of the part, or of the one before where it is empty."""
    place = entry.active
    if place > 0 and not entry.of(place):
        place -= 1
    return replace(entry.put(place, entry.of(place)[:-1]), active=place)


def first_empty(of: Kind, entry: UnitEntry) -> int | None:
    """The part to be typed next; None when all are there. One that is being typed is not skipped."""
    places = range(len(of.parts))
    after = [place for place in places if place >= entry.active and not entry.of(place)]
    empty = [place for place in places if not entry.of(place)]
    return (after or empty or [None])[0]


def of_code(numbering: Numbering, code: str, preferred: int = 0) -> UnitEntry:
    """As if the code had been typed."""
    kinds, parts = numbering.kinds, tuple(code.upper().split("-"))
    fits = preferred < len(kinds) and kinds[preferred].accepts(code.upper())
    place = preferred if fits else numbering.kind_of(code.upper()) or 0
    return UnitEntry(parts, active=len(parts) - 1, kind=place)


def knows(config: KioskConfig, code: str) -> bool:
    """Whether a code without a community's name on it can be one of this community's."""
    return config.numbering.kind_of(code) is not None


def spelled_here(session: Session, code: str) -> str:
    """The code as it stands in the community's list, where one spelling of it does: 01-1-101 is
    1-1-101, with and without the server."""
    config = session.lobby.config
    known = config.unit_codes if config else []
    if code in known:
        return code
    alike = [other for other in known if unit_code.same(other, code)]
    return alike[0] if len(alike) == 1 else code


def suggested(session: Session) -> tuple[str, ...]:
    """Codes that go on from what was typed; nothing says who lives there."""
    config, entry = session.lobby.config, session.visit.entry
    if config is None or entry.active == PHONE or session.visit.busy:
        return ()
    parts = entry.parts
    return tuple(unit_code.suggestions(config.unit_codes, kind(session), parts, SUGGESTIONS_MAX))
