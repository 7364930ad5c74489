"""What is written into the form for a tax invoice, and what is wrong with it: field by field, in the
page's language, with all that was written as it was written."""

import unicodedata
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.invoice_wish import TAX_NUMBER_LENGTH, TITLE_MAX, is_tax_number
from contract.plain_text import clean_name, kept
from server.language import of_page
from server.service_requests.coming_in import NotTaken, phone_number
from server.service_requests.invoices import Buyer

COMPANY, PERSON = "company", "person"
MAIL_MAX = 100
FOR_WHOM = _("Please choose for whom it is")
NO_TITLE = _("Please write the title: the company's registered name, or the person's name")
TITLE_LONG = _("At most %(most)s characters")
NUMBER_LENGTH = _("A company's tax number has %(most)s characters; these are %(count)s")
NUMBER_WRONG = _(
    "This number is not right: its check character does not fit. Please compare it with the business"
    " licence, character by character (it never has the letters I, O, S, V, Z)"
)
NO_MAIL = _("That is no e-mail address")


@dataclass(frozen=True)
class Filled:
    """The form as it was sent. ``errors``: by field; none: it is good."""

    whom: str = ""
    title: str = ""
    tax_number: str = ""
    mail: str = ""
    phone: str = ""
    wish: str = ""
    errors: dict[str, str | Promise] = field(default_factory=dict)

    @property
    def buyer(self) -> Buyer:
        number = _number(self.tax_number) if self.whom == COMPANY else ""
        return Buyer(clean_name(self.title), number, self.mail.strip(), of_page())

    @property
    def wish_id(self) -> UUID:
        """Made by the page, so that the form sent twice is one request."""
        try:
            return UUID(self.wish)
        except ValueError:
            return uuid4()


def empty() -> Filled:
    return Filled(wish=str(uuid4()))


def read(given: QueryDict) -> Filled:
    said = {
        name: kept(given.get(name, ""))[:400]
        for name in ("whom", "title", "tax_number", "mail", "phone", "wish")
    }
    return Filled(**said, errors=dict(_wrong(said)))


def _wrong(said: dict[str, str]) -> dict[str, str | Promise]:
    checks = {
        "whom": "" if said["whom"] in (COMPANY, PERSON) else FOR_WHOM,
        "title": _of_title(clean_name(said["title"])),
        "tax_number": _of_number(_number(said["tax_number"])) if said["whom"] == COMPANY else "",
        "mail": _of_mail(said["mail"].strip()),
        "phone": _of_phone(said["phone"]),
    }
    return {name: wrong for name, wrong in checks.items() if wrong}


def _number(text: str) -> str:
    """As it is kept: capitals, without what stands between the characters, in half width."""
    half = unicodedata.normalize("NFKC", clean_name(text))
    return "".join(half.split()).replace("-", "").upper()


def _of_title(title: str) -> str | Promise:
    if not title:
        return NO_TITLE
    return TITLE_LONG % {"most": TITLE_MAX} if len(title) > TITLE_MAX else ""


def _of_number(number: str) -> str | Promise:
    if len(number) != TAX_NUMBER_LENGTH:
        return NUMBER_LENGTH % {"most": TAX_NUMBER_LENGTH, "count": len(number)}
    return "" if is_tax_number(number) else NUMBER_WRONG


def _of_mail(mail: str) -> str | Promise:
    if not mail:
        return ""
    try:
        validate_email(mail)
    except ValidationError:
        return NO_MAIL
    return NO_MAIL if len(mail) > MAIL_MAX else ""


def _of_phone(phone: str) -> str | Promise:
    try:
        phone_number(phone)
    except NotTaken as no:
        return str(no.said)
    return ""
