"""``lobbypay server`` for a company that moves in. Imports Django only when a command runs."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.terminal import (
    Add,
    Refused,
    as_json,
    community_called,
    labelled,
    person_called,
    unwritable,
)

_OPTIONS = {  # option -> field of the community
    "name": "name_zh",
    "name_en": "name_en",
    "zone": "time_zone",
    "currency": "currency",
    "office_phone": "office_phone",
    "office_hours": "office_hours_zh",
    "office_hours_en": "office_hours_en",
    "company": "company_zh",
    "company_en": "company_en",
}


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's commands."""
    new = add(
        "create-community", _create_community, "a community, with the key that signs its bills"
    )
    new.add_argument("code", help="small letters, digits and hyphens, e.g. lakeside")
    new.add_argument("--name", required=True, metavar="NAME", help="in Chinese")
    new.add_argument("--name-en", required=True, metavar="NAME", help="in English")
    new.add_argument(
        "--numbering", metavar="NAME", help="how units are named: a usual way, or a .json file"
    )
    new.add_argument("--zone", metavar="ZONE", help="time zone; Asia/Shanghai when not given")
    new.add_argument("--currency", metavar="CODE", help="CNY when not given")
    new.add_argument("--company", metavar="NAME", help="the property company, in Chinese")
    new.add_argument("--company-en", metavar="NAME")
    new.add_argument("--office-phone", metavar="NUMBER")
    new.add_argument("--office-hours", metavar="TEXT", help="in Chinese")
    new.add_argument("--office-hours-en", metavar="TEXT")
    new.add_argument("--second-factor", action="store_true", help="kiosks ask for phone digits")
    new.add_argument("--test", action="store_true", help="takes simulated money, no real money")
    _by_whom(new)
    new.add_argument("--json", action="store_true", help="for programs")

    template = add("estate-template", _estate_template, "the Excel file that a company fills in")
    template.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    estate = add("import-estate", _import_estate, "units, residents, tariffs ... of an Excel file")
    estate.add_argument("file", type=Path, metavar="FILE.xlsx")
    estate.add_argument("--community", required=True, metavar="CODE")
    estate.add_argument("--check", action="store_true", help="say what would be done, do nothing")
    _by_whom(estate)
    estate.add_argument("--json", action="store_true", help="for programs")


def _by_whom(command: argparse.ArgumentParser) -> None:
    command.add_argument("--person", metavar="NAME", help="whose act it is: an account of staff")


def _create_community(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.onboarding import communities

    settings: dict[str, Any] = {
        field: getattr(arguments, option)
        for option, field in _OPTIONS.items()
        if getattr(arguments, option) is not None
    }
    settings |= {"code": arguments.code, "test": arguments.test}
    settings["second_factor"] = arguments.second_factor
    person = person_called(arguments.person)
    try:
        if arguments.numbering:
            settings["numbering"] = communities.numbering_of(arguments.numbering)
        community, key = communities.create_community(settings, person=person, at=timezone.now())
    except communities.CommunityExists as error:
        said = _("there is a community %(code)s already; nothing was changed")
        raise Refused(said % {"code": arguments.code}) from error
    except communities.NumberingUnknown as error:
        raise Refused(str(error)) from error
    except ValidationError as error:
        options = {field: f"--{option.replace('_', '-')}" for option, field in _OPTIONS.items()}
        wrong = communities.complaints(error)
        lines = [f"{options.get(field, field)}: {text}" for field, text in wrong.items()]
        raise Refused("; ".join(lines).replace("\n", " ")) from error
    told = {
        "community": community.code,
        "name": community.name_zh,
        "name_en": community.name_en,
        "currency": community.currency,
        "time_zone": community.time_zone,
        "test": community.test,
        "signing_key": key.key_id,
        "signs_until": key.not_after.isoformat(),
    }
    if arguments.json:
        print(as_json(told))
    else:
        print(labelled(_("community"), _("%(code)s made") % {"code": community.code}))
        print(labelled(_("signing key"), key.key_id))
    return 0


def _estate_template(arguments: argparse.Namespace) -> int:
    from django.utils.translation import gettext as _

    from server.onboarding.template import write_template

    try:
        with arguments.out.open("wb") as file:
            write_template(file)
    except OSError as error:
        raise Refused(unwritable(arguments.out, error)) from error
    print(_("%(file)s: written") % {"file": arguments.out})
    return 0


def _import_estate(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from server.onboarding.importing import import_estate

    try:
        community, person = _importing(arguments)
    except Refused as refused:
        if arguments.json:
            print(as_json(_as_report(refused)))
        raise
    report = import_estate(
        arguments.file, community, person=person, at=timezone.now(), check=arguments.check
    )
    if arguments.json:
        print(as_json(report.as_json()))
    else:
        _tell(report, arguments.check)
    _tell_the_rest(report)
    return 1 if report.problem_count else 0


def _importing(arguments: argparse.Namespace) -> tuple[Any, Any]:
    """For whom, and whose act it is. Raises Refused, also where there is no file."""
    from django.utils.translation import gettext as _

    community = community_called(arguments.community)
    if not arguments.file.is_file():
        said = _("%(file)s: there is no such file") % {"file": arguments.file}
        raise Refused(said, value=arguments.file.name)
    return community, person_called(arguments.person)


def _as_report(refused: Refused) -> dict[str, Any]:
    """Before any file was opened; programs get the shape that they always get."""
    from server.onboarding.report import Problem, Report

    report = Report()
    report.add(Problem("", 0, "", refused.value, str(refused)))
    return report.as_json()


def _tell(report: Any, check: bool) -> None:
    from django.utils.translation import gettext as _

    from server.onboarding.report import KINDS

    for problem in report.problems:
        number = _("row %(number)d") % {"number": problem.row} if problem.row else ""
        where = " ".join(part for part in (problem.sheet, number, problem.column) if part)
        value = f" {problem.value!r}" if problem.value else ""
        print(f"{where}{value}: {problem.message}".lstrip(": "), file=sys.stderr)
    if report.problem_count:
        said = _("%(count)d mistakes; nothing was imported")
        print(said % {"count": report.problem_count}, file=sys.stderr)
        return
    print(_("would be imported:") if check else _("imported:"))
    for kind in report.kinds:
        new, changed, same = (counts[kind] for counts in report.counts.values())
        said = _("%(new)d new, %(changed)d changed, %(same)d as before")
        print("  " + labelled(KINDS[kind], said % {"new": new, "changed": changed, "same": same}))


def _tell_the_rest(report: Any) -> None:
    """What stands in neither form of the report."""
    from django.utils.translation import gettext as _

    shown = len(report.problems)
    if report.problem_count > shown:
        said = _("the first %(shown)d of %(count)d mistakes are shown")
        print(said % {"shown": shown, "count": report.problem_count}, file=sys.stderr)
    if report.ignored_sheets:
        said = _("sheets not looked at: %(sheets)s")
        print(said % {"sheets": ", ".join(report.ignored_sheets)}, file=sys.stderr)
