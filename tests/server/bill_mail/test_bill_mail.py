"""Bills by e-mail: only to who agreed, each once, and what is not known is never sent again by itself."""

from datetime import date
from smtplib import SMTPConnectError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pypdfium2
import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from server.bill_mail import sending
from server.bill_mail.models import BillMail
from server.billing.models import Bill
from server.billing.signing import create_key
from server.billing_runs.models import BillingRun, RunState
from server.estate.models import Contact, Occupancy
from server.jobs.models import Job
from server.staff.models import Act
from server.staff.roles import Role
from tests.server.billing_runs.hamlet import NOW, PERIOD, create_hamlet, run_all
from tests.server.pages import words_of
from tests.server.staff_accounts import create_person, signed_in

pytestmark = pytest.mark.django_db
TODAY = date(2027, 1, 4)
ADDRESS = "wang@example.com"


@pytest.fixture
def run() -> BillingRun:
    hamlet = create_hamlet(buildings=2)
    create_key(hamlet, now=NOW)
    return run_all(hamlet)


def payer_of(run: BillingRun, place: int = 0):
    bill = sending.bills_of(run).order_by("pk")[place]
    return bill, Occupancy.objects.filter(unit=bill.unit_id, pays=True).first().resident


def agree(run: BillingRun, value: str = ADDRESS, place: int = 0, **more) -> Bill:
    bill, resident = payer_of(run, place)
    values = {"consent_on": date(2026, 1, 1)} | more
    Contact.objects.create(
        community=run.community, resident=resident, kind="email", value=value, **values
    )
    return bill


def send(run: BillingRun) -> list[float]:
    pauses: list[float] = []
    sending.send_all(run, TODAY, "clerk", lambda done: None, pauses.append)
    return pauses


def states(run: BillingRun) -> list[str]:
    return list(BillMail.objects.order_by("pk").values_list("state", flat=True))


def breaking(monkeypatch, error: Exception, at: str = "send_messages") -> None:
    def broken(*_args, **_named):
        raise error

    monkeypatch.setattr(EmailBackend, at, broken)


def test_only_who_agreed_gets_the_bill_with_its_paper(run):
    bill = agree(run)
    agree(run, "no-consent@example.com", consent_on=None)
    agree(run, "ended@example.com", withdrawn_on=TODAY)
    agree(run, "later@example.com", consent_on=date(2027, 2, 1))
    agree(run, "not an address\nBcc: x@example.com")
    pauses = send(run)
    [message] = mail.outbox
    assert message.to == [ADDRESS] and pauses == [1.0]
    [(name, pdf, kind)] = message.attachments
    assert kind == "application/pdf" and bill.number in name
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert bill.number in text and bill.unit.code in text
    _bill, resident = payer_of(run)
    assert resident.name not in message.subject + message.body
    assert bill.unit.code not in message.subject
    assert "见附件" in message.body and "is attached" in message.body
    assert states(run) == ["sent"]


def test_never_twice_at_the_same_address_however_often_it_is_asked(run):
    agree(run)
    send(run)
    Contact.objects.update(value=ADDRESS.upper())
    send(run)
    assert len(mail.outbox) == 1
    agree(run, "second@example.com")
    send(run)
    assert [message.to for message in mail.outbox] == [[ADDRESS], ["second@example.com"]]


def test_a_refusal_is_kept_and_ends_it(run, monkeypatch):
    agree(run)
    breaking(monkeypatch, SMTPRecipientsRefused({ADDRESS: (550, b"no such user")}))
    send(run)
    monkeypatch.undo()
    send(run)
    row = BillMail.objects.get()
    assert (row.state, row.answer) == ("refused", "550 no such user") and not mail.outbox


def test_a_server_that_is_away_or_busy_is_tried_again_some_times(run, monkeypatch):
    agree(run)
    for error, at in (
        (ConnectionRefusedError("refused"), "open"),
        (SMTPConnectError(421, b"busy"), "open"),
        (SMTPDataError(451, b"try later"), "send_messages"),
    ):
        with monkeypatch.context() as patch:
            if at == "open":
                patch.setattr(EmailBackend, "open", _raiser(error), raising=False)
            else:
                breaking(patch, error)
            with pytest.raises(sending.MailServerAway):
                send(run)
        assert states(run) == ["waiting"]
    send(run)
    assert states(run) == ["sent"] and len(mail.outbox) == 1


def _raiser(error):
    def raising(*_args, **_named):
        raise error

    return raising


def test_after_four_attempts_it_has_failed(run, monkeypatch):
    agree(run)
    monkeypatch.setattr(EmailBackend, "open", _raiser(OSError("away")))
    for _ in range(3):
        with pytest.raises(sending.MailServerAway):
            send(run)
    send(run)
    assert states(run) == ["failed"]


def test_what_may_have_gone_out_is_not_sent_again_by_itself(run, monkeypatch):
    agree(run)
    breaking(monkeypatch, SMTPServerDisconnected("lost"))
    send(run)
    monkeypatch.undo()
    send(run)
    assert states(run) == ["sending"] and not mail.outbox


def test_killed_while_sending_it_is_not_sent_again(run, monkeypatch):
    agree(run)
    breaking(monkeypatch, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        send(run)
    monkeypatch.undo()
    send(run)
    assert states(run) == ["sending"] and not mail.outbox


def test_who_withdraws_between_gets_nothing(run, monkeypatch):
    agree(run)
    monkeypatch.setattr(EmailBackend, "open", _raiser(OSError("away")))
    with pytest.raises(sending.MailServerAway):
        send(run)
    monkeypatch.undo()
    Contact.objects.update(withdrawn_on=TODAY)
    send(run)
    assert not mail.outbox


def test_the_page_sends_shows_and_sends_again_by_a_persons_word(run):
    keeper = signed_in(create_person("keeper", (run.community, Role.BOOKKEEPER)))
    bill = agree(run)
    page = f"/staff/billing/run/{run.pk}/mail/"
    assert run.state != RunState.OPEN
    assert "1 张的缴费人同意" in words_of(keeper.get(page).content.decode())
    keeper.post(page, {"do": "send"})
    job = Job.objects.get(kind=sending.KIND)
    assert job.subject == str(run.pk) and job.asked_by == "keeper"
    send(run)
    text = words_of(keeper.get(page).content.decode())
    assert "已交邮件服务器" in text and "w***@example.com" in text and ADDRESS not in text
    row = BillMail.objects.get()
    keeper.post(page, {"do": "bounced", "mail": row.pk, "reason": ""})
    assert states(run) == ["sent"]
    keeper.post(page, {"do": "bounced", "mail": row.pk, "reason": "mailbox full"})
    assert states(run) == ["bounced"]
    keeper.post(page, {"do": "again", "mail": row.pk, "reason": "emptied"})
    send(run)
    assert states(run) == ["sent"] and len(mail.outbox) == 2
    acts = set(Act.objects.filter(subject_id=bill.number).values_list("act", flat=True))
    assert {"mail_bounced", "mail_again"} <= acts


def test_others_neither_see_nor_send(run):
    page = f"/staff/billing/run/{run.pk}/mail/"
    auditor = signed_in(create_person("auditor", (run.community, Role.AUDITOR)))
    assert auditor.get(page).status_code == 200
    assert auditor.post(page, {"do": "send"}).status_code == 403
    stranger = signed_in(create_person("stranger", (create_hamlet("far", 1, 1), Role.BOOKKEEPER)))
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, {"do": "send"}).status_code == 404
    assert Bill.objects.filter(period=PERIOD).exists()
