"""``lobbypay server COMMAND``: what an operator does at the server's terminal. Decides nothing itself.

In which language a command speaks: ``server.terminal``.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path

from server.billing_runs import commands as billing_runs
from server.configuration import CONFIG_VARIABLE, ConfigMistake, prepare_data_folder
from server.counter import commands as counter
from server.jobs import commands as jobs
from server.moves import commands as moves
from server.onboarding import commands as onboarding
from server.remote_acts import commands as remote_acts
from server.remote_meters import commands as remote_meters
from server.terminal import (
    LANGUAGES,
    Command,
    Refused,
    community_called,
    labelled,
    language_of,
    unwritable,
)

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
    from django.utils import translation

    with translation.override(language_of(arguments.language)):
        return _carried_out(arguments)


def _carried_out(arguments: argparse.Namespace) -> int:
    from django.core.management.base import CommandError
    from django.db import OperationalError, ProgrammingError
    from django.utils.translation import gettext as _

    try:
        return arguments.command(arguments)
    except (Refused, CommandError) as refused:
        return _failed(str(refused))
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).strip().splitlines()[0]
        unusable = _("the database cannot be used: %(reason)s") % {"reason": reason}
        remedy = _("if it was never prepared, or the server is newer: lobbypay server migrate")
        return _failed(f"{unusable}\n{remedy}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lobbypay server", description=__doc__)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help=f"server.toml; else ${CONFIG_VARIABLE}"
    )
    parser.add_argument(
        "--language", choices=LANGUAGES, help="what is said; else as the terminal's locale"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, what: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=what, description=what)
        sub.set_defaults(command=command)
        return sub

    _run_options(add("run", _run, "serve the kiosks, the phones and the staff"))
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
    counter.add_commands(add)
    moves.add_commands(add)
    remote_meters.add_commands(add)
    jobs.add_commands(add)
    remote_acts.add_commands(add)
    return parser


def _run_options(run: argparse.ArgumentParser) -> None:
    several = "for PostgreSQL, on a machine with many cores"
    run.add_argument("--bind", default=DEFAULT_BIND, metavar="HOST:PORT")
    run.add_argument("--processes", type=_one_or_more, default=1, help=several)
    at_a_time = "requests that a process works on at a time; who waits for news is none"
    run.add_argument("--threads", type=_one_or_more, default=16, help=at_a_time)
    elsewhere = "jobs are done by: lobbypay server worker"
    run.add_argument("--no-worker", action="store_true", help=elsewhere)
    run.add_argument("--migrate", action="store_true", help="bring the database up to date first")


def _one_or_more(text: str) -> int:
    """Raises argparse.ArgumentTypeError."""
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"a number above 0, not {text}")
    return int(text)


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
    from server.web.serving import serve

    serve(arguments.bind, arguments.processes, arguments.threads, jobs=not arguments.no_worker)
    return 0


def _migrate(arguments: argparse.Namespace) -> int:
    from django.core.management import call_command
    from django.utils.translation import gettext as _

    call_command("migrate", interactive=False, verbosity=0)
    print(_("the database is up to date"))
    return 0


def _sample_data(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.utils import timezone
    from django.utils.translation import gettext as _

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
        raise Refused("\n".join(weak.messages)) from weak
    code = create_pairing_code(created.kiosk, now=now, code=arguments.pairing_code)
    made, was_there = _("%(code)s made"), _("%(code)s was there")
    print(
        labelled(
            _("community"), (made if created.new else was_there) % {"code": created.community.code}
        )
    )
    for neighbour in create_neighbours(today, now) if arguments.neighbours else []:
        print(labelled(_("community"), made % {"code": neighbour.code}))
    print(labelled(_("kiosk"), created.kiosk.code))
    print(labelled(_("pairing code"), code))
    print(labelled(_("member of staff"), arguments.staff_name))
    print(labelled(_("password"), password))
    return 0


def _bill_pdf(arguments: argparse.Namespace) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from contract.business_day import business_day
    from server.billing import bill_pdf, signing, unit_accounts

    community = community_called(arguments.community)
    try:
        unit = unit_accounts.unit_called(community, arguments.unit)
        bill = bill_pdf.bill_to_print(unit, arguments.period)
        pdf = bill_pdf.render(bill, business_day(timezone.now(), community.time_zone))
        arguments.out.write_bytes(pdf)
    except unit_accounts.UnitNotFound as error:
        said = _("no unit %(unit)s in %(community)s; e.g. 3-2-1201")
        raise Refused(said % {"unit": arguments.unit, "community": community.code}) from error
    except (unit_accounts.BillNotFound, signing.SigningKeyMissing) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(unwritable(arguments.out, error)) from error
    said = _("%(file)s: bill %(number)s of %(unit)s")
    print(said % {"file": arguments.out, "number": bill.number, "unit": unit.code})
    return 0


def _verify_ledger(_: argparse.Namespace) -> int:
    from django.utils.translation import gettext

    from server.ledger.models import Transaction
    from server.payments.verification import verify_books

    problems = verify_books()
    for problem in problems:
        print(problem, file=sys.stderr)
    said = gettext("%(transactions)d transactions, %(problems)d problems")
    print(said % {"transactions": Transaction.objects.count(), "problems": len(problems)})
    return 1 if problems else 0


def _open_questions(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from server.estate.models import Community
    from server.open_questions import report

    communities = Community.objects.all()
    if arguments.community:
        communities = communities.filter(pk=community_called(arguments.community).pk)
    told = report.as_json if arguments.json else report.as_lines
    print(told(communities, timezone.now()))
    return 0


def _create_kiosk(arguments: argparse.Namespace) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.fleet.enrolment import KIOSK_CODE, create_pairing_code
    from server.fleet.models import Kiosk
    from server.language import both
    from server.staff.accounts import OPERATOR

    if not KIOSK_CODE.fullmatch(arguments.code):
        raise Refused(
            _("a kiosk code has 2 to 8 capital letters and digits, a letter first, as K04")
        )
    community = community_called(arguments.community)
    lobby = both("Lobby")
    places = {
        "location_zh": arguments.location_zh or lobby.zh,
        "location_en": arguments.location_en or lobby.en,
    }
    kiosk, _new = Kiosk.objects.get_or_create(
        community=community, code=arguments.code, defaults=places
    )
    try:
        code = create_pairing_code(
            kiosk, now=timezone.now(), code=arguments.pairing_code, by=OPERATOR
        )
    except ValueError as error:
        raise Refused(str(error)) from error
    print(labelled(_("kiosk"), kiosk.code))
    print(labelled(_("pairing code"), code))
    print(labelled(_("valid for"), _("24 hours, once")))
    return 0


def _create_staff(arguments: argparse.Namespace) -> int:
    from django.core.exceptions import ValidationError
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.staff.accounts import OPERATOR, create_staff, let_in
    from server.staff.roles import Role

    wanted = arguments.role or []
    if unknown := [role for role in wanted if role not in Role.values]:
        said = _("no role %(role)s; there are: %(roles)s")
        raise Refused(said % {"role": unknown[0], "roles": ", ".join(Role.values)})
    if arguments.community and not wanted:
        raise Refused(_("name the role in the community with --role"))
    named = arguments.community or [None]
    chosen = [community_called(code) for code in named] if wanted else []
    password = arguments.password or secrets.token_urlsafe(9)
    roles = [(community, Role(role)) for community in chosen for role in wanted]
    superuser, now = True if arguments.superuser else None, timezone.now()
    try:
        user = create_staff(arguments.name, password, at=now, superuser=superuser, roles=roles)
        let_in(user, OPERATOR, "create-staff", now, new_second_step=arguments.new_second_step)
    except ValidationError as weak:
        raise Refused("\n".join(weak.messages)) from weak
    print(labelled(_("member of staff"), arguments.name))
    print(labelled(_("password"), password))
    for community, role in roles:
        said = _("%(role)s in %(community)s")
        print(labelled(_("role"), said % {"role": role.value, "community": community.code}))
    if not (roles or user.is_superuser or user.roles.filter(ended_at=None).exists()):
        print(labelled(_("no role yet"), _("give one with --community CODE --role ROLE")))
    return 0


def _create_signing_key(arguments: argparse.Namespace) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.billing.signing import create_key

    community = community_called(arguments.community)
    key = create_key(community, now=timezone.now())
    said = _("key %(key)s signs the bills of %(community)s until %(until)s")
    print(said % {"key": key.key_id, "community": community.code, "until": key.not_after})
    return 0


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
