"""Mail, by the server's own mail section."""

from smtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from server.on_call.outcome import Fate, Outcome, Own

TEMPORARY = range(400, 500)  # RFC 5321 section 4.2.1


def configured() -> bool:
    """Without a mail server each message becomes a file, which reaches nobody."""
    return not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


def send(address: str, text: str) -> Outcome:
    """One message; the text's first line is its subject."""
    if not configured():
        return Outcome(Fate.REFUSED, Own.NO_MAIL)
    connection = get_connection()
    try:
        connection.open()
    except (OSError, SMTPException) as away:
        return Outcome(Fate.AWAY, str(away))
    try:
        mail = EmailMessage(
            text.partition("\n")[0][:150], text, to=[address], connection=connection
        )
        mail.send()
    except SMTPRecipientsRefused as refused:
        code, said = next(iter(refused.recipients.values()), (550, b""))
        return _answered(code, said)
    except SMTPResponseException as refused:
        return _answered(refused.smtp_code, refused.smtp_error)
    except (OSError, SMTPException) as broken:
        return Outcome(Fate.UNKNOWN, str(broken))
    finally:
        connection.close()
    return Outcome(Fate.SENT)


def _answered(code: int, said: bytes | str) -> Outcome:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Outcome(Fate.AWAY if code in TEMPORARY else Fate.REFUSED, f"{code} {words}")
