"""``lobbypay server`` for a company that moves in. Imports Django only when a command runs."""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]

SYSTEM = "system"  # who acts at the server's terminal, when nobody is named
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
    from django.utils import timezone, translation

    from server.onboarding import communities

    settings: dict[str, Any] = {
        field: getattr(arguments, option)
        for option, field in _OPTIONS.items()
        if getattr(arguments, option) is not None
    }
    settings |= {"code": arguments.code, "test": arguments.test}
    settings["second_factor"] = arguments.second_factor
    try:
        if arguments.numbering:
            settings["numbering"] = communities.numbering_of(arguments.numbering)
        person = _person(arguments.person)
        with translation.override("en"):
            community, key = communities.create_community(
                settings, person=person, at=timezone.now()
            )
    except communities.CommunityExists:
        return _failed(f"there is a community {arguments.code} already; nothing was changed")
    except (communities.NumberingUnknown, _NobodyKnown) as error:
        return _failed(str(error))
    except ValidationError as error:
        with translation.override("en"):
            said = communities.complaints(error)
        options = {field: f"--{option.replace('_', '-')}" for option, field in _OPTIONS.items()}
        lines = [f"{options.get(field, field)}: {text}" for field, text in said.items()]
        return _failed("; ".join(lines).replace("\n", " "))
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
        print(json.dumps(told, ensure_ascii=False))
    else:
        print(f"community     {community.code} made\nsigning key   {key.key_id}")
    return 0


def _estate_template(arguments: argparse.Namespace) -> int:
    from server.onboarding.template import write_template

    try:
        with arguments.out.open("wb") as file:
            write_template(file)
    except OSError as error:
        return _failed(f"{arguments.out}: cannot be written ({error.strerror})")
    print(f"{arguments.out}: written")
    return 0


def _import_estate(arguments: argparse.Namespace) -> int:
    from django.utils import timezone, translation

    from server.estate.models import Community
    from server.onboarding.importing import import_estate

    community = Community.objects.filter(code=arguments.community).first()
    refuse = partial(_refused, arguments.json)
    if community is None:
        known = ", ".join(Community.objects.values_list("code", flat=True)) or "none yet"
        return refuse(
            arguments.community, f"no community {arguments.community}; there are: {known}"
        )
    if not arguments.file.is_file():
        return refuse(arguments.file.name, f"{arguments.file}: there is no such file")
    try:
        person = _person(arguments.person)
    except _NobodyKnown as error:
        return refuse(arguments.person, str(error))
    report = import_estate(
        arguments.file, community, person=person, at=timezone.now(), check=arguments.check
    )
    with translation.override("en"):
        if arguments.json:
            print(json.dumps(report.as_json(), ensure_ascii=False))
            _tell_the_rest(report)
        else:
            _tell(report, arguments.check)
            _tell_the_rest(report)
    return 1 if report.problem_count else 0


def _tell(report: Any, check: bool) -> None:
    for problem in report.problems:
        place = [problem.sheet, f"row {problem.row}" if problem.row else "", problem.column]
        where = " ".join(part for part in place if part)
        value = f" {problem.value!r}" if problem.value else ""
        print(f"{where}{value}: {problem.message}".lstrip(": "), file=sys.stderr)
    if report.problem_count:
        print(f"{report.problem_count} mistakes; nothing was imported", file=sys.stderr)
        return
    print("would be imported:" if check else "imported:")
    for kind in report.kinds:
        new, changed, same = (counts[kind] for counts in report.counts.values())
        print(f"  {kind:<17}{new} new, {changed} changed, {same} as before")


def _tell_the_rest(report: Any) -> None:
    """What stands in neither form of the report."""
    shown = len(report.problems)
    if report.problem_count > shown:
        print(f"the first {shown} of {report.problem_count} mistakes are shown", file=sys.stderr)
    if report.ignored_sheets:
        print(f"sheets not looked at: {', '.join(report.ignored_sheets)}", file=sys.stderr)


def _refused(as_json: bool, value: str, message: str) -> int:
    """Before any file was opened; programs get the shape that they always get."""
    if as_json:
        from server.onboarding.report import Problem, Report

        report = Report()
        report.add(Problem("", 0, "", value, message))
        print(json.dumps(report.as_json(), ensure_ascii=False))
    return _failed(message)


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
