"""Mail, by the server's own mail section."""

from smtplib import (
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from server.gateways.outcome import Fate, Outcome, Own

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
    except SMTPResponseException as away:
        return Outcome(Fate.AWAY, _words(away.smtp_code, away.smtp_error))
    except OSError:  # smtplib's other exceptions are some, too
        return Outcome(Fate.AWAY, Own.UNREACHED)
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
    except OSError:
        return Outcome(Fate.UNKNOWN, Own.NO_ANSWER)
    finally:
        connection.close()
    return Outcome(Fate.SENT)


def _answered(code: int, said: bytes | str) -> Outcome:
    return Outcome(Fate.AWAY if code in TEMPORARY else Fate.REFUSED, _words(code, said))


def _words(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}"
