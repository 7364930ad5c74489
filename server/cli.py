"""``lobbypay server COMMAND``: what an operator does at the server's terminal. Decides nothing itself.

Commands speak English, as programs at a terminal do; what is written for staff is in the
terminal's language.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.billing_runs import commands as billing_runs
from server.configuration import CONFIG_VARIABLE, ConfigMistake, prepare_data_folder
from server.jobs import commands as jobs
from server.onboarding import commands as onboarding

DEFAULT_BIND = "127.0.0.1:8000"


def main(argv: list[str]) -> int:
    """Runs one command. 0: done; 1: it could not be done, said on stderr; 2: wrong usage."""
    arguments = _parser().parse_args(argv)
    if arguments.config:
        os.environ[CONFIG_VARIABLE] = str(arguments.config.resolve())
    try:
        _start_django()
    except ConfigMistake as mistake:
        return _failed(str(mistake))
    from django.db import OperationalError, ProgrammingError
    from django.utils import translation

    try:
        with translation.override("en"):
            return arguments.command(arguments)
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).strip().splitlines()[0]
        return _failed(
            f"the database cannot be used: {reason}\n"
            "if it was never prepared, or the server is newer: lobbypay server migrate"
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lobbypay server", description=__doc__)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"server.toml; else ${CONFIG_VARIABLE}"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[Any], int], what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=what, description=what)
        sub.set_defaults(command=command)
        return sub

    run = add("run", _run, "serve the kiosks, the phones and the staff")
    run.add_argument("--bind", default=DEFAULT_BIND, metavar="HOST:PORT")
    run.add_argument("--threads", type=int, default=32, help="requests at a time, long polls too")
    run.add_argument(
        "--no-worker", action="store_true", help="jobs are done by: lobbypay server worker"
    )
    run.add_argument("--migrate", action="store_true", help="bring the database up to date first")
    add("migrate", _migrate, "bring the database up to date")
    sample = add("sample-data", _sample_data, "make the test community, Lakeside Garden")
    sample.add_argument("--seed", type=int, help="another seed, other neighbours")
    sample.add_argument("--pairing-code", help="for kiosk K03; made up when not given")
    sample.add_argument(
        "--neighbours", action="store_true", help="four more, which name their units otherwise"
    )
    sample.add_argument("--staff-name", default="staff")
    sample.add_argument("--staff-password", help="made up when not given")
    pdf = add("bill-pdf", _bill_pdf, "a bill as A4 PDF with its QR code")
    pdf.add_argument("--community", help="needed only when there are several")
    pdf.add_argument("--unit", required=True, help="e.g. 3-2-1201")
    pdf.add_argument("--period", metavar="YYYY-MM", help="else the newest open bill")
    pdf.add_argument("--out", type=Path, required=True, metavar="FILE")
    add(
        "verify-ledger",
        _verify_ledger,
        "check the books against themselves, bills, payments, journals",
    )
    kiosk = add("create-kiosk", _create_kiosk, "a kiosk and its one-time pairing code")
    kiosk.add_argument("--community", help="needed only when there are several")
    kiosk.add_argument("code", help="e.g. K04; a known code gets a new pairing code")
    kiosk.add_argument("--location-zh", help="where it stands, in Chinese; else the lobby")
    kiosk.add_argument("--location-en")
    kiosk.add_argument("--pairing-code", help="made up when not given")
    staff = add("create-staff", _create_staff, "a member of staff, or a new password for one")
    staff.add_argument("name")
    staff.add_argument("--password", help="made up when not given")
    staff.add_argument(
        "--new-second-step", action="store_true", help="where phone and recovery codes are lost"
    )
    staff.add_argument("--superuser", action="store_true", help="every right in every community")
    staff.add_argument("--community", action="append", help="of the roles; may be given again")
    staff.add_argument("--role", action="append", help="e.g. bookkeeper; may be given again")
    waiting = add("open-questions", _open_questions, "what waits for staff, oldest first")
    waiting.add_argument("--json", action="store_true", help="with all that is known, for programs")
    waiting.add_argument("--community", help="of this one only")
    key = add("create-signing-key", _create_signing_key, "a new key that signs bill codes")
    key.add_argument("--community", help="needed only when there are several")
    onboarding.add_commands(add)
    billing_runs.add_commands(add)
    jobs.add_commands(add)
    return parser


def _start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.settings")
    from server import configuration

    known = configuration.load()
    prepare_data_folder(known.server.data_folder)
    configuration.keep_database_private(configuration.django_database(known, os.environ))
    import django

    django.setup()


def _run(arguments: argparse.Namespace) -> int:
    if arguments.migrate:
        _migrate(arguments)
    from server.web import serve

    serve(arguments.bind, arguments.threads, jobs=not arguments.no_worker)
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    print("database: up to date")
    return 0


def _sample_data(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from contract.business_day import business_day
    from server.fleet.enrolment import create_pairing_code
    from server.sample_data.creation import SEED, create_sample
    from server.sample_data.estate import TIME_ZONE
    from server.sample_data.neighbours import create_neighbours
    from server.staff.accounts import create_staff

    now = timezone.now()
    seed = SEED if arguments.seed is None else arguments.seed
    today = business_day(now, TIME_ZONE)
    created = create_sample(today, now, seed)
    password = arguments.staff_password or secrets.token_urlsafe(9)
    try:
        create_staff(arguments.staff_name, password, at=now, superuser=True)
    except ValidationError as weak:
        return _failed("\n".join(weak.messages))
    code = create_pairing_code(created.kiosk, now=now, code=arguments.pairing_code)
    print(f"community     {created.community.code} {'made' if created.new else 'was there'}")
    for neighbour in create_neighbours(today, now) if arguments.neighbours else []:
        print(f"community     {neighbour.code} made")
    print(f"kiosk         {created.kiosk.code}")
    print(f"pairing code  {code}")
    print(f"staff         {arguments.staff_name}")
    print(f"password      {password}")
    return 0


def _bill_pdf(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from contract.business_day import business_day
    from server.billing import bill_pdf, signing, unit_accounts

    community = _community(arguments.community)
    if community is None:
        return 1
    try:
        unit = unit_accounts.find_unit(community, arguments.unit)
        bill = bill_pdf.bill_to_print(unit, arguments.period)
        pdf = bill_pdf.render(bill, business_day(timezone.now(), community.time_zone))
        arguments.out.write_bytes(pdf)
    except unit_accounts.UnitNotFound:
        return _failed(f"no unit {arguments.unit} in {community.code}; e.g. 3-2-1201")
    except unit_accounts.BillNotFound as error:
        return _failed(str(error))
    except signing.SigningKeyMissing as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{arguments.out}: cannot be written ({error.strerror})")
    print(f"{arguments.out}: bill {bill.number} of {unit.code}")
    return 0


def _verify_ledger(_: argparse.Namespace) -> int:
    from server.ledger.models import Transaction
    from server.payments.verification import verify_books

    problems = verify_books()
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{Transaction.objects.count()} transactions, {len(problems)} problems")
    return 1 if problems else 0


def _open_questions(arguments: argparse.Namespace) -> int:
    from django.utils import timezone, translation

    from server.estate.models import Community
    from server.language import of_terminal
    from server.open_questions import report

    communities = Community.objects.all()
    if arguments.community:
        named = _community(arguments.community)
        if named is None:
            return 1
        communities = communities.filter(pk=named.pk)
    told = report.as_json if arguments.json else report.as_lines
    with translation.override(of_terminal(os.environ)):
        print(told(communities, timezone.now()))
    return 0


def _create_kiosk(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from server.fleet.enrolment import KIOSK_CODE, create_pairing_code
    from server.fleet.models import Kiosk
    from server.language import both
    from server.staff.accounts import OPERATOR

    if not KIOSK_CODE.fullmatch(arguments.code):
        return _failed("a kiosk code has 2 to 8 capital letters and digits, a letter first: K04")
    community = _community(arguments.community)
    if community is None:
        return 1
    lobby = both("Lobby")
    places = {
        "location_zh": arguments.location_zh or lobby.zh,
        "location_en": arguments.location_en or lobby.en,
    }
    kiosk, _ = Kiosk.objects.get_or_create(
        community=community, code=arguments.code, defaults=places
    )
    try:
        code = create_pairing_code(
            kiosk, now=timezone.now(), code=arguments.pairing_code, by=OPERATOR
        )
    except ValueError as error:
        return _failed(str(error))
    print(f"kiosk         {kiosk.code}\npairing code  {code}\nvalid for     24 hours, once")
    return 0


def _create_staff(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.utils import timezone

    from server.staff.accounts import OPERATOR, create_staff, let_in
    from server.staff.roles import Role

    wanted = arguments.role or []
    if unknown := [role for role in wanted if role not in Role.values]:
        return _failed(f"no role {unknown[0]}; there are: {', '.join(Role.values)}")
    if arguments.community and not wanted:
        return _failed("name the role in the community with --role")
    chosen = [_community(code) for code in (arguments.community or [None])] if wanted else []
    if None in chosen:
        return 1
    password = arguments.password or secrets.token_urlsafe(9)
    roles = [(community, Role(role)) for community in chosen for role in wanted]
    superuser, now = True if arguments.superuser else None, timezone.now()
    try:
        user = create_staff(arguments.name, password, at=now, superuser=superuser, roles=roles)
        let_in(user, OPERATOR, "create-staff", now, new_second_step=arguments.new_second_step)
    except ValidationError as weak:
        return _failed("\n".join(weak.messages))
    print(f"staff         {arguments.name}\npassword      {password}")
    for community, role in roles:
        print(f"role          {role.value} in {community.code}")
    if not (roles or user.is_superuser or user.roles.filter(ended_at=None).exists()):
        print("no role yet   give one with --community CODE --role ROLE")
    return 0


def _create_signing_key(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from server.billing.signing import create_key

    community = _community(arguments.community)
    if community is None:
        return 1
    key = create_key(community, now=timezone.now())
    print(f"key {key.key_id} signs the bills of {community.code} until {key.not_after}")
    return 0


def _community(code: str | None) -> Any:
    """The one that is named, or the only one; else says which there are."""
    from server.estate.models import Community

    known = list(Community.objects.all())
    fitting = [c for c in known if c.code == code] if code else known
    if len(fitting) == 1:
        return fitting[0]
    codes = ", ".join(c.code for c in known) or "none yet; make one with sample-data"
    _failed(f"name one community with --community; there are: {codes}")
    return None


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
