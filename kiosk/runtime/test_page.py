"""The page that staff print to see whether a printer is well: letters, figures, a code, the cutter."""

from datetime import datetime
from functools import partial

from contract.money import Locale, Money
from device_drivers.printers.interface import Align, Document, QrCode, Rule, TextLine
from kiosk.texts.catalogue import SERVICE, say


def trial_page(
    job_id: str, language: Locale, *, kiosk: str, version: str, at: datetime
) -> Document:
    """``language`` as on the screen (zh_CN, en); ``job_id`` new for each page."""
    words = partial(say, language, domain=SERVICE)
    when = at.strftime("%Y-%m-%d %H:%M:%S %z")
    blocks = (
        TextLine(words("page.title"), bold=True, large=True, align=Align.CENTER),
        Rule(),
        TextLine(words("page.kiosk"), kiosk),
        TextLine(words("page.version"), version),
        TextLine(words("page.time"), when),
        Rule(),
        TextLine(words("page.letters")),
        TextLine("0123456789 ABCDEFG abcdefg"),
        TextLine(words("page.amount"), Money(123456, "CNY").display(language), bold=True),
        TextLine(words("page.amount"), Money(1, "CNY").display(language)),
        QrCode("LOBBYPAY TEST", words("page.scan")),
        Rule(),
        TextLine(words("page.cut"), align=Align.CENTER),
    )
    return Document(job_id, blocks, language)
