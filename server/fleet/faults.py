"""Which alerts the fleet's state calls for. A pure function of what is known of the kiosks.

What has one cause is one alert: a site of which nothing is heard, a fault that many kiosks have at once,
a kiosk at which nobody can pay. What they explain is not raised, and is held back where it was raised
before.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.heartbeat import ConditionReport, DeviceReport, Heartbeat
from contract.messages import Text
from server.alerts.raising import (
    DEVICE_ERROR,
    DEVICE_WARNING,
    FAULT_AT_MANY,
    KIOSK_SILENT,
    NO_MONEY,
    SCREEN_STILL,
    SITE_SILENT,
    TEXTS,
)
from server.fleet.states import State
from server.fleet.texts import ROLES
from server.language import both

SITE_SILENT_MIN, SITE_SILENT_SHARE = (
    2,
    0.6,
)  # kiosks of a community, and of all that should be heard
MANY_MIN, MANY_SHARE = 3, 0.5  # of those that are heard
NAMED_MAX = 20
_FAULTS_OF_ONE_MAX = 8
_DIGITS = re.compile(r"\d{5,}")  # nothing that a kiosk says of a device needs so long a number

_OF_WHOLE = (SCREEN_STILL, NO_MONEY)  # faults of the kiosk, not of one of its devices

Key = tuple[int, str, str]  # community, kind, subject


@dataclass(frozen=True, slots=True)
class Seen:
    """One kiosk as the database knows it. ``beat`` is None where it is not read or not understood."""

    community: int
    code: str
    state: State
    beat: Heartbeat | None


@dataclass(slots=True)
class Wanted:
    """``alerts``: what is wrong, by key. ``held``: open alerts of a kiosk (its key without the subject's
    rest: community, kind, kiosk) that are explained by another; the key of that one."""

    alerts: dict[Key, "Fault"] = field(default_factory=dict)
    held: dict[tuple[int, str, str], Key] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    text: Text
    kiosk_code: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Single:
    """A fault of one kiosk; ``sign`` is the same at each kiosk that has it."""

    kiosk: Seen
    kind: str
    sign: str
    fault: Fault

    @property
    def key(self) -> Key:
        about = self.kiosk.code if self.kind in _OF_WHOLE else f"{self.kiosk.code}/{self.sign}"
        return self.kiosk.community, self.kind, about[:80]


def wanted(kiosks: Iterable[Seen], expected: dict[int, int]) -> Wanted:
    """``kiosks``: those with a problem; ``expected``: how many of each community should be heard."""
    found, by_community = Wanted(), defaultdict(list)
    for kiosk in kiosks:
        by_community[kiosk.community].append(kiosk)
    for community, troubled in by_community.items():
        silent = [kiosk for kiosk in troubled if kiosk.state is State.SILENT]
        _silent(found, community, silent, expected.get(community, 0))
        singles = [single for kiosk in troubled for single in _of_kiosk(kiosk)]
        _grouped(found, community, singles, expected.get(community, 0) - len(silent))
    return found


def _silent(found: Wanted, community: int, silent: list[Seen], expected: int) -> None:
    """A kiosk of which nothing is heard: what was wrong with its devices is not known to be over."""
    site: Key = (community, SITE_SILENT, "")
    whole = len(silent) >= SITE_SILENT_MIN and len(silent) >= SITE_SILENT_SHARE * expected
    if whole:
        codes = sorted(kiosk.code for kiosk in silent)
        details = {"kiosks": codes[:NAMED_MAX], "silent": len(silent), "of": expected}
        found.alerts[site] = Fault(both(TEXTS[SITE_SILENT]), details=details)
    for kiosk in silent:
        own: Key = (community, KIOSK_SILENT, kiosk.code)
        if whole:
            found.held[community, KIOSK_SILENT, kiosk.code] = site
        else:
            found.alerts[own] = Fault(both(TEXTS[KIOSK_SILENT]), kiosk.code)
        for kind in (*_OF_WHOLE, DEVICE_ERROR, DEVICE_WARNING):
            found.held[community, kind, kiosk.code] = site if whole else own


def _grouped(found: Wanted, community: int, singles: list[_Single], heard: int) -> None:
    by_sign = defaultdict(list)
    for single in singles:
        if single.kind != DEVICE_WARNING:
            by_sign[single.sign].append(single)
    of_many = {}
    for sign, same in by_sign.items():
        if len(same) >= MANY_MIN and len(same) >= MANY_SHARE * heard:
            many: Key = (community, FAULT_AT_MANY, sign[:80])
            codes = sorted(single.kiosk.code for single in same)
            details = same[0].fault.details | {"kiosks": codes[:NAMED_MAX], "count": len(same)}
            text = both("%(count)s kiosks: %(what)s", count=len(same), what=same[0].fault.text)
            found.alerts[many] = Fault(_fitting(text), details=details)
            of_many[sign] = many
    without = {s.kiosk.code: s for s in singles if s.kind == NO_MONEY}
    for single in singles:
        own = without.get(single.kiosk.code)
        by = of_many.get(single.sign)
        if by is None and own is not None and single.kind == DEVICE_ERROR:
            by = of_many.get(own.sign, own.key)
        if by is None:
            found.alerts[single.key] = single.fault
        else:
            found.held[single.key] = by


def _of_kiosk(kiosk: Seen) -> Iterator[_Single]:
    if kiosk.beat is None or kiosk.state in (State.SILENT, State.STOPPED):
        return
    errors = []
    for device in kiosk.beat.devices:
        for condition in device.conditions:
            if condition.level == "ok":
                continue
            fault = Fault(_said(device, condition), kiosk.code, _details(device, condition))
            sign = f"{device.role}/{condition.code}"
            kind = DEVICE_ERROR if condition.level == "error" else DEVICE_WARNING
            errors += [fault.text] if kind == DEVICE_ERROR else []
            yield _Single(kiosk, kind, sign, fault)
    if kiosk.state is State.STILL:
        still = Fault(both(TEXTS[SCREEN_STILL]), kiosk.code, {"still_s": kiosk.beat.drawn_s})
        yield _Single(kiosk, SCREEN_STILL, SCREEN_STILL, still)
    if kiosk.state is State.NO_MONEY:
        details = {"faults": [text.model_dump() for text in errors[:_FAULTS_OF_ONE_MAX]]}
        yield _Single(kiosk, NO_MONEY, NO_MONEY, Fault(both(TEXTS[NO_MONEY]), kiosk.code, details))


def _said(device: DeviceReport, condition: ConditionReport) -> Text:
    """The device's own words, or the alert's where it has none. Never a long number."""
    zh, en = condition.staff.get("zh", ""), condition.staff.get("en", "")
    kind = DEVICE_ERROR if condition.level == "error" else DEVICE_WARNING
    what = Text(zh=zh or en, en=en or zh) if zh or en else both(TEXTS[kind])
    name = (
        both(ROLES[device.role]) if device.role in ROLES else Text(zh=device.role, en=device.role)
    )
    named = both("%(device)s: %(what)s", device=name, what=what)
    return _fitting(
        Text(
            zh=what.zh if name.zh in what.zh else named.zh,
            en=what.en if name.en.casefold() in what.en.casefold() else named.en,
        )
    )


def _details(device: DeviceReport, condition: ConditionReport) -> dict[str, Any]:
    remedy = {
        language: _DIGITS.sub("…", words)[:300] for language, words in condition.remedy.items()
    }
    return {"device": device.role[:40], "condition": condition.code[:60], "remedy": remedy}


def _fitting(text: Text) -> Text:
    plain = {name: _DIGITS.sub("…", said) for name, said in text.model_dump().items()}
    return Text(zh=plain["zh"][:200], en=plain["en"][:300])
