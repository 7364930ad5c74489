"""The slip that a resident takes along: the request's number, and the code of its page. Nothing of what
was written stands on it."""

from functools import partial

from device_drivers.printers.interface import Align, Document, QrCode, Rule, TextLine
from kiosk.core.effects import PrintSlip
from kiosk.runtime.receipts import whole_words
from kiosk.texts.catalogue import say


def slip(wish: PrintSlip) -> Document:
    words = partial(say, wish.language)
    community = wish.community.in_language(wish.language)
    blocks = (
        TextLine(community, align=Align.CENTER),
        TextLine(words("request_slip.title"), bold=True, large=True, align=Align.CENTER),
        Rule(),
        TextLine(words("request_slip.number"), wish.number, bold=True),
        TextLine(words("request_slip.time"), wish.at.strftime("%Y-%m-%d %H:%M")),
        Rule(),
        QrCode(wish.url, whole_words(words("request_slip.scan"))),
        TextLine(whole_words(words("request_slip.keep")), align=Align.CENTER),
    )
    return Document(wish.job_id, blocks, wish.language)
