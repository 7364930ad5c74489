"""``lobbypay server billing-run``. Imports Django only when it runs."""

import argparse
import sys
from datetime import date

from server.terminal import Add, Refused, community_called, person_called


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
    from django.utils.translation import gettext as _

    from contract.business_day import business_day
    from server.billing.periods import period_of_text
    from server.billing_runs import report, runs
    from server.billing_runs.models import RunState

    community = community_called(arguments.community)
    try:
        period = period_of_text(arguments.period)
    except ValueError as error:
        said = _("%(period)s is no period; write year and month, e.g. 2026-12")
        raise Refused(said % {"period": arguments.period}) from error
    items = arguments.items.split(",") if arguments.items else None
    try:
        if arguments.preview:
            today = business_day(timezone.now(), community.time_zone)
            figures, remarks = runs.preview(community, period, items, today=today)
        else:
            now = timezone.now()
            run = runs.begin(
                community,
                period,
                items,
                due=arguments.due,
                today=business_day(now, community.time_zone),
                person=person_called(arguments.person),
                reason=arguments.reason or _("billing run %(period)s") % {"period": period},
                at=now,
            )
            run = runs.carry_on(run, timezone.now)
            figures, remarks = report.figures_of(run), report.remarks_of(run)
            if run.state == RunState.CANCELLED:
                print(_("the run was cancelled; its bills stay"), file=sys.stderr)
    except runs.RunRefused as refused:
        raise Refused(str(refused)) from refused
    if arguments.json:
        print(report.as_json(figures, remarks))
    else:
        print(report.as_lines(figures, remarks, community.currency))
    return 0 if arguments.preview or run.state == RunState.DONE else 1
