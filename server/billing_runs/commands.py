"""``lobbypay server billing-run``. Imports Django only when it runs."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]

SYSTEM = "system"  # who acts at the server's terminal, when nobody is named


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's command."""
    run = add("billing-run", _billing_run, "the bills of a month, for all units of a community")
    run.add_argument("--community", required=True, metavar="CODE")
    run.add_argument("--period", required=True, metavar="YYYY-MM")
    run.add_argument("--items", metavar="CODES", help="fee items, with commas between; else all")
    run.add_argument("--due", type=_day, metavar="YYYY-MM-DD", help="else by the community's terms")
    run.add_argument("--preview", action="store_true", help="say what it would make, make nothing")
    run.add_argument("--person", metavar="NAME", help="whose act it is: an account of staff")
    run.add_argument("--reason", metavar="TEXT", help="kept with the run")
    run.add_argument("--json", action="store_true", help="for programs")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text} is no day; write 2026-12-31") from wrong


def _billing_run(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from contract.business_day import business_day
    from server.billing.periods import period_of_text
    from server.billing_runs import report, runs
    from server.billing_runs.models import RunState
    from server.estate.models import Community

    community = Community.objects.filter(code=arguments.community).first()
    if community is None:
        known = ", ".join(Community.objects.values_list("code", flat=True)) or "none yet"
        return _failed(f"no community {arguments.community}; there are: {known}")
    try:
        period = period_of_text(arguments.period)
    except ValueError:
        return _failed(f"{arguments.period} is no period; write year and month, e.g. 2026-12")
    items = arguments.items.split(",") if arguments.items else None
    try:
        if arguments.preview:
            figures, remarks = runs.preview(community, period, items)
        else:
            now = timezone.now()
            run = runs.begin(
                community,
                period,
                items,
                due=arguments.due,
                today=business_day(now, community.time_zone),
                person=_person(arguments.person),
                reason=arguments.reason or f"billing run {period}",
                at=now,
            )
            run = runs.carry_on(run, timezone.now)
            figures, remarks = report.figures_of(run), report.remarks_of(run)
            if run.state == RunState.CANCELLED:
                print("the run was cancelled; its bills stay", file=sys.stderr)
    except (runs.RunRefused, _NobodyKnown) as refused:
        return _failed(str(refused))
    if arguments.json:
        print(report.as_json(figures, remarks))
    else:
        print(report.as_lines(figures, remarks, community.currency))
    return 0 if arguments.preview or run.state == RunState.DONE else 1


class _NobodyKnown(Exception):
    """``--person`` names no account."""


def _person(name: str | None) -> Any:
    """Raises _NobodyKnown."""
    from django.contrib.auth import get_user_model

    from server.staff import people

    if name is None:
        return people.Person(SYSTEM)
    user = get_user_model().objects.filter(username=name, is_active=True, is_staff=True).first()
    if user is None:
        raise _NobodyKnown(f"no member of staff {name}; make one with create-staff")
    return people.of(user)


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
