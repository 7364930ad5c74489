"""What a receipt says, laid out once as plain blocks; drivers and phones draw it.

A receipt never shows a whole name or card number, and says so when no real money moved.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contract.business_day import local_time
from contract.messages import Community, PaymentRecord, PaymentState
from contract.methods import METHODS
from contract.money import Locale, Money


@dataclass(frozen=True)
class Speech:
    """A language, and ``words(id, **values)`` out of the kiosk's catalogue of it."""

    language: Locale
    words: Callable[..., str]


@dataclass(frozen=True)
class Line:
    """Text at the left and, on the same line, text at the right."""

    left: str
    right: str = ""
    bold: bool = False
    large: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Divider:
    pass


@dataclass(frozen=True)
class Code:
    text: str
    caption: str


Block = Line | Divider | Code


@dataclass(frozen=True)
class Receipt:
    language: Locale
    blocks: tuple[Block, ...]


def lay_out(
    record: PaymentRecord, community: Community, speech: Speech, *, copy: bool = False
) -> Receipt:
    """The receipt of an approved payment, or the enquiry slip of one that is not final yet."""
    settled = record.state is PaymentState.APPROVED
    blocks = [
        *_head(record, community, speech, "receipt.title" if settled else "receipt.slip", copy)
    ]
    blocks += _who_and_when(record, community, speech, settled)
    if settled:
        blocks += [*_bills(record, speech), *_how(record, speech)]
    else:
        blocks += _not_settled(record, speech)
    blocks += _foot(record, community, speech, settled)
    return Receipt(speech.language, tuple(blocks))


def _money(record: PaymentRecord, minor: int, speech: Speech) -> str:
    return Money(minor, record.currency).display(speech.language)


def _method(record: PaymentRecord, speech: Speech) -> str:
    return METHODS[record.method].name.in_language(speech.language)


def _head(
    record: PaymentRecord, community: Community, speech: Speech, title: str, copy: bool
) -> list[Block]:
    text = speech.words(title) + (f" · {speech.words('receipt.copy')}" if copy else "")
    blocks: list[Block] = [
        Line(community.name.in_language(speech.language), bold=True, large=True, centred=True),
        Line(text, centred=True),
    ]
    if record.simulated:
        blocks.append(Line(speech.words("receipt.simulated"), bold=True, centred=True))
    return [*blocks, Divider()]


def _who_and_when(
    record: PaymentRecord, community: Community, speech: Speech, settled: bool
) -> list[Block]:
    when = record.changed_at if settled else record.created_at
    unit = record.unit_label.zh if speech.language == "zh_CN" else record.unit
    number = "receipt.reference" if settled else "receipt.enquiry"
    local = local_time(when, community.time_zone).strftime("%Y-%m-%d %H:%M:%S")
    return [
        Line(speech.words("receipt.unit"), unit),
        Line(speech.words("receipt.payer"), record.payer),
        Line(speech.words(number), record.reference, bold=True),
        Line(speech.words("receipt.time"), local),
        Divider(),
    ]


def _bills(record: PaymentRecord, speech: Speech) -> list[Block]:
    blocks: list[Block] = []
    for bill in record.bills:
        blocks.append(Line(_period(bill.period, speech), bill.number, bold=True))
        for line in bill.lines:
            amount = _money(record, line.amount_minor, speech)
            blocks.append(Line(line.name.in_language(speech.language), amount))
        if bill.late_fee_minor:
            late_fee = _money(record, bill.late_fee_minor, speech)
            blocks.append(Line(speech.words("receipt.late_fee"), late_fee))
    return [
        *blocks,
        Divider(),
        Line(
            speech.words("receipt.total"),
            _money(record, record.amount_minor, speech),
            bold=True,
            large=True,
        ),
        Divider(),
    ]


def _period(period: str, speech: Speech) -> str:
    year, month = period.split("-")
    return speech.words("receipt.month", year=int(year), month=int(month))


def _how(record: PaymentRecord, speech: Speech) -> list[Block]:
    blocks: list[Block] = [Line(speech.words("receipt.method"), _method(record, speech))]
    if record.channel_reference:
        blocks.append(Line(speech.words("receipt.transaction")))
        blocks.append(Line(record.channel_reference))
    if record.card:
        blocks += [
            Line(speech.words("receipt.card"), record.card.masked_pan),
            Line("", record.card.card_name),
            Line(speech.words("receipt.authorisation"), record.card.authorisation_code),
            Line(
                speech.words("receipt.terminal"),
                f"{record.card.terminal_id} / {record.card.receipt_no}",
            ),
        ]
    if record.offline:
        blocks.append(Line(speech.words("receipt.offline")))
    return blocks


def _not_settled(record: PaymentRecord, speech: Speech) -> list[Block]:
    return [
        Line(
            speech.words("receipt.amount"),
            _money(record, record.amount_minor, speech),
            bold=True,
            large=True,
        ),
        Line(speech.words("receipt.method"), _method(record, speech)),
        Divider(),
        Line(speech.words("receipt.do_not_pay"), bold=True),
        Line(speech.words("receipt.promise")),
    ]


def _foot(
    record: PaymentRecord, community: Community, speech: Speech, settled: bool
) -> list[Block]:
    blocks: list[Block] = []
    if record.status_url:
        caption = speech.words("receipt.scan" if settled else "receipt.follow")
        blocks.append(Code(record.status_url, caption))
    if community.office_phone:
        blocks.append(
            Line(f"{speech.words('receipt.phone')} {community.office_phone}", centred=True)
        )
    if settled:
        blocks.append(Line(speech.words("receipt.not_invoice"), centred=True))
    return blocks
