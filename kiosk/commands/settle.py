"""``lobbypay journal settle``: staff say how a card payment ended that its terminal can never tell of.

It adds one entry, signed like any other, to the journal of a kiosk that stands still; the next start
finds the payment ended, and the server books it from there. Nothing is ever charged or sent back here.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from contract.lifecycle import Fact
from contract.messages import CardData, Method, PaymentRecord, PaymentState
from contract.money import Money
from kiosk import settings as settings_file
from kiosk.central import identity as identity_file
from kiosk.clock import Clock
from kiosk.commands.config_option import add_config_option
from kiosk.core.payment import apply_fact
from kiosk.journal.continuation import current
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.journal.opening import open_journal
from kiosk.journal.schema import JournalBroken
from kiosk.journal.verification import newest_record
from kiosk.settings import Settings, SettingsError
from kiosk.single_instance import AlreadyRunning, alone

ENDS = {
    "approved": "the money was taken: the bills count as paid",
    "declined": "the card or the bank said no: nothing was taken",
    "cancelled": "it was broken off: nothing was taken",
    "reversed": "it was taken and went back to the card",
}
REASON = "staff"
YES = "yes"


class CannotSettle(Exception):
    """What was asked for may not be written down, and what to do instead."""


def main(argv: list[str]) -> int:
    """0: written. 1: not confirmed. 2: it cannot be."""
    options = _options(argv)
    try:
        settings = settings_file.load(options.config)
        with alone(settings.data_dir):
            return _settle(settings, options.reference, options.end, sure=options.yes)
    except AlreadyRunning:
        problem = "the kiosk is running; end it first: systemctl stop lobbypay-kiosk"
    except identity_file.NotEnrolled as error:
        problem = f"{error}; a journal is settled on the kiosk that wrote it"
    except (SettingsError, JournalUnavailable, JournalBroken, CannotSettle, OSError) as error:
        problem = str(error)
    print(f"lobbypay journal settle: {problem}", file=sys.stderr)
    return 2


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "lobbypay journal settle",
        description="Write down how a card payment ended that its terminal can never tell of. First\n"
        "find out what is true: the acquirer's report, the terminal's own list of the day, the\n"
        "resident's statement.",
        epilog="\n".join(f"  {word:10} {what}" for word, what in ENDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("reference", metavar="REFERENCE", help="its receipt number, K03-000417")
    parser.add_argument("end", choices=tuple(ENDS), help="how it ended (below)")
    add_config_option(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask, for scripts")
    return parser.parse_args(argv)


def _settle(settings: Settings, reference: str, end: str, *, sure: bool) -> int:
    path = current(settings.data_dir)
    if not path.exists():
        raise CannotSettle(f"{path}: there is no journal; is data_dir right?")
    me = identity_file.load(settings.data_dir)
    clock = Clock(lambda: datetime.now(UTC), time.monotonic)
    journal = open_journal(settings.data_dir, me.seal, clock.now)
    try:
        clock.not_before(journal.last_at())
        record = _in_doubt(journal, reference)
        ended = apply_fact(record, Fact(end), clock.now(), reason=REASON)
        assert ended is not None  # each of these ends something new of what is in doubt
        print(*_known(record), f"To be written: {end}, {ENDS[end]}.", sep="\n")
        if not sure and not _agreed():
            print(f"Nothing was written; {reference} is still {record.state.value}.")
            return 1
        sequence = journal.append_payment(ended)
    finally:
        journal.close()
    print(
        f"{journal.path}: entry {sequence}: {reference} is {end} from now on, reason"
        f' "{REASON}". Start the kiosk again; the server hears of it then.'
    )
    return 0


def _in_doubt(journal: Journal, reference: str) -> PaymentRecord:
    """Raises CannotSettle unless there is one such card payment whose end is not known."""
    unfinished = journal.unfinished()
    record = next((r for r in unfinished if r.reference == reference), None)
    if record is None:
        if (ended := newest_record(journal.path, reference)) is not None:
            raise CannotSettle(
                f"{reference} is {ended.state.value} already, since"
                f" {ended.changed_at.isoformat(timespec='seconds')}; what is known is not settled anew"
            )
        known = ", ".join(r.reference for r in unfinished if r.method is Method.CARD) or "none"
        raise CannotSettle(
            f"{journal.path}: there is no payment {reference}; card payments in doubt: {known}"
        )
    if record.method is not Method.CARD:
        raise CannotSettle(
            f"{reference} is no card payment: its channel ({record.method.value}) knows the end, and"
            " the server asks for it; see its alert in the back office"
        )
    if record.state is PaymentState.CREATED:
        raise CannotSettle(
            f"{reference} never reached the terminal; the next start of the kiosk cancels it by itself"
        )
    return record


def _known(record: PaymentRecord) -> Iterator[str]:
    amount = Money(record.amount_minor, record.currency).display("en")
    yield f"{record.reference}: {amount} by card, {record.unit_label.en} ({record.unit})"
    yield f"  bills     {', '.join(bill.number for bill in record.bills)}"
    yield f"  intended  {record.created_at.isoformat(timespec='seconds')}"
    since = record.changed_at.isoformat(timespec="seconds")
    yield f"  {record.state.value:9} {since} {record.reason}".rstrip()
    yield f"  terminal  before it: {_told(record.terminal_before)}; of it: {_told(record.card)}"


def _told(card: CardData | None) -> str:
    if card is None:
        return "nothing"
    said = {"receipt": card.receipt_no, "trace": card.trace_no, "terminal": card.terminal_id}
    return ", ".join(f"{name} {value}" for name, value in said.items() if value) or "nothing"


def _agreed() -> bool:
    """Whoever answers nothing, or cannot, has not agreed."""
    try:
        return input(f'It cannot be taken back. Write "{YES}" if this is certain: ').strip() == YES
    except EOFError:
        print()
        return False
