"""``lobbypay server merge-units`` and ``split-unit``. Imports Django only when a command runs."""

import argparse
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from server.terminal import Add, Refused, as_json, community_called, labelled, person_called


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's commands."""
    merged = add("merge-units", _merge, "units become one, from the first day of a month")
    merged.add_argument("--into", required=True, metavar="UNIT", help="the unit that stays")
    merged.add_argument("--unit", required=True, action="append", metavar="UNIT", help="that ends")
    merged.add_argument(
        "--area", type=_area, metavar="M2", help="afterwards; the sum when not given"
    )
    merged.add_argument("--code", metavar="UNIT", help="afterwards; as before when not given")
    split = add("split-unit", _split, "a part of a unit becomes one of its own")
    split.add_argument("--unit", required=True, metavar="UNIT", help="that is split")
    split.add_argument("--new", required=True, metavar="UNIT", help="the code of the new unit")
    split.add_argument("--area", type=_area, required=True, metavar="M2", help="of the new unit")
    split.add_argument("--left", type=_area, required=True, metavar="M2", help="what is left")
    for command in (merged, split):
        command.add_argument("--community", metavar="CODE")
        command.add_argument("--from", dest="day", type=date.fromisoformat, metavar="YYYY-MM-01")
        command.add_argument("--reason", required=True, metavar="TEXT")
        command.add_argument(
            "--person", metavar="NAME", help="whose act it is: an account of staff"
        )
        command.add_argument("--json", action="store_true", help="for programs")


def _area(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as wrong:
        raise argparse.ArgumentTypeError(text) from wrong


def _merge(arguments: argparse.Namespace) -> int:
    from django.utils.translation import gettext as _

    from server.moves.regrouping import Merge, credit_of, merge

    community = community_called(arguments.community)
    unit = _unit(community, arguments.into)
    others = [_unit(community, code) for code in arguments.unit]
    if credit_of(one.pk for one in others):
        raise Refused(_("there is credit: two people do this, on the page of the unit"))
    area = arguments.area or sum((one.area_m2 for one in others), unit.area_m2)
    keys = tuple(one.pk for one in others)
    asked = Merge(_day(arguments, community), keys, area, arguments.code or unit.code)
    return _done(arguments, lambda person, at: merge(unit, asked, person, arguments.reason, at=at))


def _split(arguments: argparse.Namespace) -> int:
    """People stay where they are: who is in the new unit is entered on its page."""
    from server.moves.regrouping import Split, split

    community = community_called(arguments.community)
    unit = _unit(community, arguments.unit)
    day = _day(arguments, community)
    asked = Split(day, arguments.new, arguments.area, arguments.left)
    return _done(arguments, lambda person, at: split(unit, asked, person, arguments.reason, at=at))


def _done(arguments: argparse.Namespace, act: Any) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.moves.regroup_checks import RegroupImpossible
    from server.staff.audit import ReasonMissing

    try:
        unit = act(person_called(arguments.person), timezone.now())
    except RegroupImpossible as impossible:
        raise Refused(impossible.said) from impossible
    except ReasonMissing as missing:
        raise Refused(_("Give the reason")) from missing
    if arguments.json:
        print(as_json({"unit": unit.code, "area_m2": str(unit.area_m2)}))
    else:
        print(labelled(_("unit"), f"{unit.code}  {unit.area_m2} m2"))
    return 0


def _day(arguments: argparse.Namespace, community: Any) -> date:
    from django.utils import timezone

    from contract.business_day import business_day
    from server.moves.regroup_checks import first_day

    return arguments.day or first_day(business_day(timezone.now(), community.time_zone))


def _unit(community: Any, code: str) -> Any:
    from django.utils.translation import gettext as _

    from server.billing.unit_accounts import UnitNotFound, find_unit

    try:
        return find_unit(community, code)
    except UnitNotFound as unknown:
        raise Refused(_("there is no unit %(code)s") % {"code": code}, value=code) from unknown
