"""Sends the bills of a run by e-mail, in the background, each to each address once.

What is going to be sent is written down before it is: killed at any point, the job goes on with what was
not begun, and leaves alone what may have gone out. A "no" of the mail server is kept as it was said; that
it could not be reached is tried again some times.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from smtplib import (
    SMTPConnectError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from contract.business_day import business_day
from contract.plain_text import whole_number
from server.bill_mail.models import BillMail, MailState
from server.bill_mail.recipients import addresses_of
from server.bill_mail.wording import message_of
from server.billing import bill_pdf
from server.billing.issuing import natural
from server.billing.models import Bill, BillKind, BillState
from server.billing.paper_forms import PaperForm
from server.billing_runs.models import BillingRun
from server.jobs import queue
from server.jobs.handlers import Work
from server.jobs.models import Job

KIND = "bill_mail"
ATTEMPTS_MAX = 4
TEMPORARY = range(400, 500)  # answers of SMTP that may be others later (RFC 5321 section 4.2.1)
_ANSWER_MAX = 200
_BATCH = 200


class MailServerAway(Exception):
    """It could not be reached, or cannot take mail now; nothing was sent."""


def enqueue(run: BillingRun, asked_by: str) -> Job:
    """The job; the unfinished one that there is already."""
    total = bills_of(run).count()
    return queue.enqueue(
        run.community, KIND, str(run.pk), total=total, asked_by=asked_by, at=timezone.now()
    )


def bills_of(run: BillingRun) -> QuerySet[Bill]:
    """What can still be paid of the run."""
    return Bill.objects.filter(
        community=run.community, period=run.period, kind=BillKind.MONTH, state=BillState.OPEN
    ).select_related("unit", "community")


def work(work: Work) -> None:
    run = BillingRun.objects.select_related("community").get(pk=whole_number(work.subject) or 0)
    job = Job.objects.filter(kind=KIND, subject=work.subject).order_by("-pk").first()
    asked_by = job.asked_by if job else ""
    today = business_day(timezone.now(), run.community.time_zone)
    send_all(run, today, asked_by, work.progress)


def send_all(
    run: BillingRun,
    today: date,
    asked_by: str,
    progress: Callable[[int], None],
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """In walking order. ``pause`` waits so many seconds between two messages, so that no more go out in a
    minute than the mail server takes. Raises MailServerAway once what could be done is done."""
    done, away = 0, ""
    for bills in _batches(run):
        wanted = addresses_of(bills, today)
        for bill in bills:
            for mail in _asked_for(bill, wanted.get(bill.pk, ()), asked_by, timezone.now()):
                away = _sent(mail, bill, today) or away
                pause(60 / settings.LOBBYPAY.mail.per_minute)
            done += 1
            progress(done)
    if away:
        raise MailServerAway(away)


def reachable(run: BillingRun, today: date) -> int:
    """How many of the open bills have somebody who agreed to get them by e-mail."""
    return sum(len(addresses_of(bills, today)) for bills in _batches(run, 2_000))


def _batches(run: BillingRun, size: int = _BATCH) -> Iterator[list[Bill]]:
    keys = list(bills_of(run).values_list("unit__code", "pk"))
    keys.sort(key=lambda row: natural(row[0]))
    for first in range(0, len(keys), size):
        chosen = [pk for _code, pk in keys[first : first + size]]
        rows = bills_of(run).in_bulk(chosen)
        yield [rows[pk] for pk in chosen if pk in rows]


def _asked_for(bill: Bill, addresses: Sequence[str], asked_by: str, at: datetime) -> list[BillMail]:
    """The messages of a bill that were not begun yet, the new ones written down first."""
    for address in addresses:
        BillMail.objects.get_or_create(
            bill=bill,
            address__iexact=address,
            defaults={
                "address": address,
                "community_id": bill.community_id,
                "asked_by_name": asked_by,
                "asked_at": at,
                "changed_at": at,
            },
        )
    allowed = {address.casefold() for address in addresses}
    waiting = BillMail.objects.filter(bill=bill, state=MailState.WAITING).order_by("pk")
    return [mail for mail in waiting if mail.address.casefold() in allowed]


def _sent(mail: BillMail, bill: Bill, today: date) -> str:
    """Sends one message. What was said, where the mail server is away; else empty."""
    pdf = bill_pdf.render(bill, today, PaperForm.PLAIN)  # no envelope is round a mail
    message = message_of(bill, mail.address, pdf, today)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as away:
        return _tried(mail, str(away))
    if not _claimed(mail):
        connection.close()
        return ""
    try:
        return _handed_over(mail, message, connection)
    finally:
        connection.close()


def _handed_over(mail: BillMail, message: EmailMessage, connection: Any) -> str:
    message.connection = connection
    try:
        message.send()
    except SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (550, b""))
        return _refused(mail, code, said)
    except (SMTPConnectError, SMTPHeloError, SMTPResponseException) as refused:
        return _refused(mail, refused.smtp_code, refused.smtp_error)
    except (OSError, SMTPException) as broken:
        _stand(mail, MailState.SENDING, str(broken))  # it may have gone out
        return ""
    _stand(mail, MailState.SENT, "")
    return ""


def _claimed(mail: BillMail) -> bool:
    """Writes down that it is about to go out. False: somebody else is at it."""
    with transaction.atomic():
        rows = BillMail.objects.filter(pk=mail.pk, state=MailState.WAITING)
        return bool(
            rows.update(
                state=MailState.SENDING, attempts=mail.attempts + 1, changed_at=timezone.now()
            )
        )


def _refused(mail: BillMail, code: int, said: bytes | str) -> str:
    """A refusal is an answer: it was not sent. A temporary one is tried again."""
    text = f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
    if code in TEMPORARY:
        mail.attempts += 1
        ended = mail.attempts >= ATTEMPTS_MAX
        _stand(mail, MailState.FAILED if ended else MailState.WAITING, text)
        return "" if ended else text
    _stand(mail, MailState.REFUSED, text)
    return ""


def _tried(mail: BillMail, said: str) -> str:
    """The mail server could not be reached: nothing was sent."""
    attempts = mail.attempts + 1
    ended = attempts >= ATTEMPTS_MAX
    BillMail.objects.filter(pk=mail.pk).update(attempts=attempts)
    _stand(mail, MailState.FAILED if ended else MailState.WAITING, said)
    return "" if ended else said


def _stand(mail: BillMail, state: MailState, said: str) -> None:
    BillMail.objects.filter(pk=mail.pk).update(
        state=state, answer=said[:_ANSWER_MAX], changed_at=timezone.now()
    )
