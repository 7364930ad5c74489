"""The figures of one kiosk's page: its day by the hour, its computer and paper, what runs there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.business_day import business_day, day_begins
from contract.heartbeat import Heartbeat, MachineReport, PaperReport
from server.estate.models import Community
from server.fleet import turned_away, update_words
from server.fleet.dashboard import money
from server.fleet.day_figures import Figures, of_day
from server.fleet.models import Kiosk, KioskAbout
from server.payments import payment_hours

HOT_C, FULL_PERCENT, SLOW_MS, OFF_S = 75, 90, 2_000, 60  # from here on a figure draws the eye
NETWORKS = {
    "wired": _("By cable"),
    "wireless": _("By radio"),
    "none": _("No way out"),
}
VERSIONS = {
    "lobbypay": _("Program"),
    "system": _("Operating system"),
    "kernel": _("Kernel"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    name: str | Promise
    value: str
    tone: str = ""  # bad: somebody should look at it


@dataclass(frozen=True, slots=True)
class HourBar:
    """``visits`` and ``paid`` of an hour; ``height``: of the visits, in percent of the busiest hour."""

    hour: int
    visits: int
    paid: int
    amount: str
    height: int


@dataclass(frozen=True, slots=True)
class Today:
    """``counted``: whether the kiosk tells of its day. ``uptime``: percent of the day so far."""

    counted: bool
    figures: Figures
    uptime: int | None
    hours: list[HourBar]
    turned_away: list[tuple[str | Promise, int]]


def today(kiosk: Kiosk, community: Community, now: datetime, *, with_money: bool) -> Today:
    day = business_day(now, community.time_zone)
    whole, by_hour = of_day(kiosk.pk, day)
    paid: dict[int, tuple[int, int]] = {}
    if with_money:
        for one in payment_hours.hours([community], day, day, kiosk.code):
            before = paid.get(one.hour, (0, 0))
            taken = one.taken_minor - one.refunded_minor
            paid[one.hour] = (before[0] + one.paid, before[1] + taken)
    hours = {h: by_hour[h].visits if h in by_hour else 0 for h in {*by_hour, *paid}}
    most = max([*hours.values(), *(count for count, _ in paid.values()), 1])
    begun = max(day_begins(day, community.time_zone), kiosk.enrolled_at or now)
    seconds = (now - begun).total_seconds()
    counted = bool(by_hour)
    return Today(
        counted=counted,
        figures=whole,
        uptime=min(100, round(100 * whole.in_order_s / seconds))
        if counted and seconds > 0
        else None,
        hours=[
            HourBar(
                hour,
                hours.get(hour, 0),
                paid.get(hour, (0, 0))[0],
                money(paid[hour][1], community.currency) if hour in paid else "",
                round(100 * max(hours.get(hour, 0), paid.get(hour, (0, 0))[0]) / most),
            )
            for hour in (range(min(hours), max(hours) + 1) if hours else ())
        ],
        turned_away=[
            (turned_away.reason(name), count) for name, count in whole.turned_away.most_common()
        ],
    )


def machine_facts(beat: Heartbeat | None) -> list[Fact]:
    """Those of the computer and its line that the kiosk tells."""
    if beat is None:
        return []
    found = _of_machine(beat.machine) if beat.machine else []
    if beat.answer_ms is not None:
        slow = "bad" if beat.answer_ms > SLOW_MS else ""
        found.append(Fact(_("The server answers within"), f"{beat.answer_ms} ms", slow))
    if beat.drawn_s is not None:
        drawn = gettext("%(count)s s ago") % {"count": beat.drawn_s}
        found.append(Fact(_("Screen drawn"), drawn))
    if beat.paper is not None:
        found += _of_paper(beat.paper)
    return found


def release_facts(kiosk: Kiosk, beat: Heartbeat | None) -> list[Fact]:
    """Which release runs, which is wanted, and how far the kiosk's updater is."""
    found = [Fact(_("Release that runs"), kiosk.software)] if kiosk.software else []
    if kiosk.wanted_version:
        found.append(Fact(_("Release that is wanted"), kiosk.wanted_version))
    told = beat.update if beat else None
    if said := update_words.said(told):
        bad = update_words.TONES.get(told.state, "") if told else ""
        found.append(Fact(_("Its updater"), said, "bad" if bad == "bad" else ""))
    return found


def _of_machine(machine: MachineReport) -> list[Fact]:
    found = []
    if machine.temperature_c is not None:
        hot = "bad" if machine.temperature_c >= HOT_C else ""
        found.append(Fact(_("Temperature"), f"{machine.temperature_c} °C", hot))
    if machine.cpu_percent is not None:
        busy = "bad" if machine.cpu_percent >= FULL_PERCENT else ""
        found.append(Fact(_("Processor"), f"{machine.cpu_percent} %", busy))
    for name, free, whole in (
        (_("Memory free"), machine.memory_free_mb, machine.memory_total_mb),
        (_("Disk free"), machine.disk_free_mb, machine.disk_total_mb),
    ):
        if free is not None and whole:
            full = "bad" if free * 100 < (100 - FULL_PERCENT) * whole else ""
            found.append(Fact(name, f"{_size(free)} / {_size(whole)}", full))
    if machine.clock_offset_s is not None:
        off = "bad" if abs(machine.clock_offset_s) > OFF_S else ""
        found.append(Fact(_("Its own clock is off by"), f"{machine.clock_offset_s} s", off))
    if machine.network is not None:
        signal = "" if machine.signal_dbm is None else f" · {machine.signal_dbm} dBm"
        weak = machine.signal_dbm is not None and machine.signal_dbm < -75
        tone = "bad" if weak or machine.network == "none" else ""
        found.append(Fact(_("Network"), f"{NETWORKS[machine.network]}{signal}", tone))
    return found


def _of_paper(paper: PaperReport) -> list[Fact]:
    used = gettext("%(metres)s m used") % {"metres": round(paper.used_mm / 1000, 1)}
    if paper.receipts_left is None:
        return [Fact(_("Roll"), used)]
    left = gettext("for about %(count)s receipts") % {"count": paper.receipts_left}
    if paper.days_left is not None:
        left += " · " + gettext("about %(days)s days") % {"days": round(paper.days_left, 1)}
    soon = "bad" if paper.days_left is not None and paper.days_left < 1 else ""
    return [Fact(_("Roll"), f"{left} · {used}", soon)]


def _size(megabytes: int) -> str:
    return f"{megabytes / 1024:.1f} GB" if megabytes >= 1024 else f"{megabytes} MB"


@dataclass(frozen=True, slots=True)
class Running:
    """``settings``: name, value, and whether it stands in the kiosk's file."""

    versions: list[Fact]
    settings: list[tuple[str, str, bool]]
    told_at: datetime


def running(kiosk: Kiosk) -> Running | None:
    about: Any = KioskAbout.objects.filter(kiosk=kiosk).first()
    if about is None:
        return None
    versions = about.told.get("versions", {})
    return Running(
        [Fact(VERSIONS.get(name, name), value) for name, value in versions.items()],
        [(s["name"], s["value"], s["given"]) for s in about.told.get("settings", [])],
        about.told_at,
    )
