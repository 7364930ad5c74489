"""The bills of a run on paper: one PDF for each building, in walking order, made in the background.

A file is named after the bills that are in it and written whole or not at all: begun anew, the work goes
on with the next building; a bill that was voided or made anew makes its building's file anew, and a
changed layout or note all of them.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.billing import bill_pdf
from server.billing.issuing import natural
from server.billing.models import Bill, BillKind, BillState
from server.billing.paper_layout import look_of
from server.billing_runs.models import BillingRun
from server.estate.models import Building
from server.jobs import queue
from server.jobs.handlers import Work
from server.jobs.models import Job

KIND = "bill_papers"
BILLS_MAX = 200  # in one file
_NAME = re.compile(r"[0-9]{4}-[\w.-]{1,20}-[0-9]{1,3}-[0-9a-f]{10}\.pdf")


def enqueue(run: BillingRun, asked_by: str) -> Job:
    """The job that makes the run's papers; the unfinished one that there is already."""
    total = _bills(run).count()
    return queue.enqueue(
        run.community, KIND, str(run.pk), total=total, asked_by=asked_by, at=timezone.now()
    )


def work(work: Work) -> None:
    run = BillingRun.objects.select_related("community").get(pk=whole_number(work.subject) or 0)
    today = business_day(timezone.now(), run.community.time_zone)
    make(run, today, work.progress)


def make(run: BillingRun, today: date, progress: Callable[[int], None]) -> None:
    """Writes what is missing and takes away what is of bills that stand no more. Raises
    SigningKeyMissing."""
    place, done, wanted = folder(run), 0, set()
    place.mkdir(parents=True, exist_ok=True)
    for name, keys in _files(run):
        wanted.add(name)
        if not (place / name).exists():
            part = place / f"{name}.part"
            part.write_bytes(_pdf(keys, today, lambda at, d=done: progress(d + at)))
            part.replace(place / name)
        done += len(keys)
        progress(done)
    for old in place.glob("*.pdf*"):
        if old.name not in wanted:
            old.unlink()


def papers(run: BillingRun) -> list[Path]:
    """The files that there are, in walking order."""
    found = folder(run).glob("*.pdf") if folder(run).is_dir() else ()
    return sorted(path for path in found if _NAME.fullmatch(path.name))


def building_of(path: Path) -> tuple[str, int]:
    """The code of a file's building, and which part of its bills is in the file, from 1."""
    _at, *code, part, _digest = path.stem.split("-")
    return "-".join(code), int(part)


def paper(run: BillingRun, name: str) -> Path | None:
    """The file of this name; None for any other."""
    return next((path for path in papers(run) if path.name == name), None)


def folder(run: BillingRun) -> Path:
    return Path(settings.DATA_FOLDER) / "papers" / str(run.pk)


def _files(run: BillingRun) -> Iterator[tuple[str, list[int]]]:
    """Names, and the keys of the bills in each."""
    buildings = Building.objects.filter(community=run.community).values_list("pk", "code")
    look = look_of(run.community, run.period).fingerprint
    at = 0
    for pk, code in sorted(buildings, key=lambda row: natural(row[1])):
        rows = _bills(run).filter(unit__building=pk)
        bills = sorted(
            rows.values_list("unit__entrance", "unit__code", "pk", "number"),
            key=lambda row: (natural(row[0]), natural(row[1])),
        )
        for part, first in enumerate(range(0, len(bills), BILLS_MAX), 1):
            chosen = bills[first : first + BILLS_MAX]
            known = repr([look, *(row[3] for row in chosen)])
            digest = hashlib.sha256(known.encode()).hexdigest()[:10]
            at += 1
            safe = re.sub(r"[^\w.-]", "_", code)
            yield f"{at:04d}-{safe}-{part}-{digest}.pdf", [row[2] for row in chosen]


def _pdf(keys: Sequence[int], today: date, progress: Callable[[int], None]) -> bytes:
    rows = Bill.objects.select_related("unit__building", "community").in_bulk(keys)
    return bill_pdf.render_many([rows[key] for key in keys], today, progress)


def _bills(run: BillingRun) -> QuerySet[Bill]:
    return Bill.objects.filter(
        community=run.community, period=run.period, kind=BillKind.MONTH
    ).exclude(state=BillState.VOID)
