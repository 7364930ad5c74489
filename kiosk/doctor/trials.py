"""The tests that need somebody there: a page, a code, a card. Each says plainly what came of it."""

import queue
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

from contract.money import Money
from contract.scan_kind import classify, for_display
from device_drivers.card_terminals.interface import CardStep, CardTerminal
from device_drivers.errors import DeviceError
from device_drivers.printers.interface import PrintOutcome, ReceiptPrinter
from device_drivers.scanners.interface import Scan, Scanner
from kiosk.central import identity as identity_file
from kiosk.doctor import conditions
from kiosk.doctor.finding import Finding, fine, of_status, wrong
from kiosk.journal.continuation import current
from kiosk.journal.journal import Journal, JournalUnavailable
from kiosk.journal.opening import open_journal
from kiosk.recovery.test_payment import NOT_CLEAR, Trial, TrialPayments, TrialState
from kiosk.runtime.test_page import trial_page
from kiosk.settings import Settings
from kiosk.texts.catalogue import both

Say = Callable[[dict[str, str]], None]  # in both languages


def page(printer: ReceiptPrinter | None, language: str) -> list[Finding]:
    if printer is None:
        return [wrong("test_page", conditions.NO_DEVICE)]
    document = trial_page(
        str(uuid.uuid4()),
        "en" if language == "en" else "zh_CN",
        kiosk="doctor",
        version=version("lobbypay"),
        at=datetime.now(UTC),
    )
    try:
        printer.open()
        result = printer.print(document)
    except DeviceError as error:
        return [wrong("test_page", conditions.NOT_PRINTED, f"{error.code}: {error.detail}")]
    finally:
        printer.close()
    if result.outcome is PrintOutcome.PRINTED:
        return [fine("test_page")]
    uncertain = result.outcome is PrintOutcome.UNCERTAIN
    said = conditions.UNCERTAIN if uncertain else conditions.NOT_PRINTED
    because = of_status("printer", result.status) if result.status.conditions else []
    return [wrong("test_page", said, ", ".join(result.conditions)), *because]


def scan(scanner: Scanner | None, wait_s: float, say: Say) -> list[Finding]:
    """Waits for one code. A payment code or badge is never shown in full."""
    if scanner is None:
        return [wrong("test_scan", conditions.NO_DEVICE)]
    codes: queue.Queue[Scan] = queue.Queue()
    try:
        scanner.open()
        scanner.arm(codes.put)
        say(both("test_scan.show", seconds=f"{wait_s:.0f}"))
        code = codes.get(timeout=wait_s)
    except queue.Empty:
        status = scanner.status()
        because = of_status("scanner", status) if status.conditions else []
        return [wrong("test_scan", conditions.NOTHING_SCANNED), *because]
    except DeviceError as error:
        return [wrong("test_scan", conditions.FAILED, f"{error.code}: {error.detail}")]
    finally:
        scanner.close()
    means = classify(code.text).kind.value
    told = {"kind": code.kind, "means": means, "reader": code.reader}
    return [fine("test_scan", detail=for_display(code.text), **told)]


def payment(
    terminal: CardTerminal | None, settings: Settings, currency: str, say: Say
) -> list[Finding]:
    """Pays one minor unit and takes it back, each step in the journal first.

    The caller holds the kiosk.
    """
    if terminal is None:
        return [wrong("test_payment", conditions.NO_DEVICE)]
    try:
        me = identity_file.load(settings.data_dir)
    except identity_file.NotEnrolled as error:
        return [wrong("test_payment", conditions.NOT_ENROLLED, str(error))]
    try:
        journal = open_journal(settings.data_dir, me.seal, lambda: datetime.now(UTC))
    except JournalUnavailable as error:
        return [wrong("test_payment", conditions.JOURNAL_UNAVAILABLE, str(error))]
    try:
        if any(record.method.value == "card" for record in journal.unfinished()):
            return [wrong("test_payment", conditions.CARD_UNRESOLVED)]
        terminal.open()
        amount = Money(1, currency).display("en")
        say(both("test_payment.pay", amount=amount))
        trial = TrialPayments(journal).run(terminal, currency, lambda step: _tell(step, say))
    except DeviceError as error:
        said = conditions.IN_DOUBT if error.code == NOT_CLEAR else conditions.FAILED
        return [wrong("test_payment", said, f"{error.code}: {error.detail}")]
    except JournalUnavailable as error:
        return [wrong("test_payment", conditions.JOURNAL_UNAVAILABLE, str(error))]
    finally:
        terminal.close()
        journal.close()
    return [of_trial(trial)]


def earlier(settings: Settings) -> list[Finding]:
    """What became of the newest test payment, if anybody still has to see to it."""
    path = current(settings.data_dir)
    if not path.exists():
        return []
    try:
        journal = Journal(path, lambda: datetime.now(UTC))
        last = TrialPayments(journal).last
        journal.close()
    except JournalUnavailable:
        return []  # the journal's own line says so
    settled = last is None or last.state in (TrialState.RETURNED, TrialState.NOT_TAKEN)
    return [] if last is None or settled else [of_trial(last)]


def _tell(step: CardStep, say: Say) -> None:
    if step.text:
        say(step.text)


def of_trial(trial: Trial) -> Finding:
    card = trial.card
    numbers = f"receipt {card.receipt_no} trace {card.trace_no} {card.masked_pan}" if card else ""
    told = f"{trial.reason} {numbers}".strip()
    match trial.state:
        case TrialState.RETURNED:
            return fine("test_payment", detail=told)
        case TrialState.NOT_TAKEN:
            return wrong("test_payment", conditions.NOT_TAKEN, told)
        case TrialState.NOT_RETURNED:
            return wrong("test_payment", conditions.NOT_RETURNED, told)
    return wrong("test_payment", conditions.IN_DOUBT, told)
