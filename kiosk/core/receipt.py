"""What a receipt says, laid out once as plain blocks; drivers and phones draw it.

A receipt never shows a whole name or card number, and says so when no real money moved.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from contract.business_day import local_time
from contract.message import Text
from contract.messages import (
    CREDITED,
    Bill,
    CardData,
    Community,
    Method,
    PaymentRecord,
    PaymentState,
)
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


class Settled(Protocol):
    """What was paid for, of a record of this kiosk or as the server tells it."""

    @property
    def bills(self) -> list[Bill]: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def credit_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def top_up(self) -> bool: ...
    @property
    def in_part(self) -> bool: ...


_LONG = re.compile(r"[0-9A-Za-z*]{9,}")
_FOUR = re.compile(r".{1,4}")


class Paper(StrEnum):
    """What the paper is, by what is known of the money."""

    RECEIPT = "receipt"  # the money came
    ENQUIRY = "enquiry"  # nobody can tell yet
    NOT_PAID = "not_paid"  # nothing was taken
    TAKEN_BACK = (
        "taken_back"  # by a reversal: what was taken goes back, and nobody knows whether it was
    )
    RETURNED = "returned"  # whatever was taken goes back the way it came
    CREDITED = "credited"  # it came too late for the bill and is credit of the unit


_TITLES = {
    Paper.RECEIPT: "receipt.title",
    Paper.ENQUIRY: "receipt.slip",
    Paper.NOT_PAID: "receipt.slip_not_paid",
    Paper.TAKEN_BACK: "receipt.slip_not_paid",
    Paper.RETURNED: "receipt.slip_returned",
    Paper.CREDITED: "receipt.slip_credited",
}
_SAYS = {
    Paper.ENQUIRY: ("receipt.do_not_pay", "receipt.promise", "receipt.refund"),
    Paper.NOT_PAID: ("receipt.not_charged", "receipt.still_due"),
    Paper.TAKEN_BACK: ("receipt.taken_back", "receipt.if_charged", "receipt.still_due"),
    Paper.RETURNED: ("receipt.returned", "receipt.returned_when", "receipt.still_due"),
    Paper.CREDITED: ("receipt.credited", "receipt.credited_then"),
}


def paper_of(record: PaymentRecord) -> Paper:
    """Never RECEIPT without an explicit yes, nor NOT_PAID without an explicit no."""
    match record.state:
        case PaymentState.APPROVED:
            return Paper.RECEIPT
        case PaymentState.DECLINED | PaymentState.CANCELLED:
            return Paper.TAKEN_BACK if record.reversal_asked else Paper.NOT_PAID
        case PaymentState.REVERSED:
            return Paper.CREDITED if record.reason == CREDITED else Paper.RETURNED
        case PaymentState.CREATED | PaymentState.PENDING | PaymentState.UNKNOWN:
            return Paper.ENQUIRY


def lay_out(
    record: PaymentRecord, community: Community, speech: Speech, *, copy: bool = False
) -> Receipt:
    """The receipt of an approved payment, or the slip of one that is not final or took no money.

    Amounts are those of the record, in its currency; the time is the community's own.
    """
    paper = paper_of(record)
    blocks = [*_head(record, community, speech, paper, copy)]
    blocks += _who_and_when(record, community, speech, paper)
    if paper is Paper.RECEIPT:
        blocks += [*bill_blocks(record, record.unit_label, speech), *_how(record, speech)]
    else:
        blocks += _without_receipt(record, speech, paper)
    blocks += _foot(record, community, speech, paper)
    return Receipt(speech.language, tuple(blocks))


def grouped(number: str) -> str:
    """A long number as people read it out: its letters and figures in groups of four."""
    return _LONG.sub(lambda run: " ".join(_FOUR.findall(run[0])), number)


def _money(record: Settled, minor: int, speech: Speech) -> str:
    return Money(minor, record.currency).display(speech.language)


def _method(record: PaymentRecord, speech: Speech) -> str:
    return METHODS[record.method].name.in_language(speech.language)


def _out_of_credit(record: PaymentRecord, speech: Speech) -> Line:
    name = METHODS[Method.CREDIT].name.in_language(speech.language)
    return Line(name, _money(record, record.credit_minor, speech))


def _head(
    record: PaymentRecord, community: Community, speech: Speech, paper: Paper, copy: bool
) -> list[Block]:
    title = speech.words(_TITLES[paper])
    text = title + (f" · {speech.words('receipt.copy')}" if copy else "")
    blocks: list[Block] = [
        Line(community.name.in_language(speech.language), bold=True, large=True, centred=True),
        Line(text, centred=True),
    ]
    if record.simulated:
        blocks.append(Line(speech.words("receipt.simulated"), bold=True, centred=True))
    return [*blocks, Divider()]


def _who_and_when(
    record: PaymentRecord, community: Community, speech: Speech, paper: Paper
) -> list[Block]:
    open_still = paper is Paper.ENQUIRY
    when = record.created_at if open_still else record.changed_at
    number = "receipt.reference" if paper is Paper.RECEIPT else "receipt.enquiry"
    local = local_time(when, community.time_zone).strftime("%Y-%m-%d %H:%M:%S")
    blocks: list[Block] = [
        Line(speech.words("receipt.unit"), record.unit_label.in_language(speech.language)),
        Line(speech.words("receipt.payer"), record.payer),
        Line(speech.words(number), record.reference, bold=True),
        Line(speech.words("receipt.time"), local),
    ]
    if community.company:
        payee = community.company.in_language(speech.language)
        blocks.append(Line(speech.words("receipt.payee"), payee))
    return [*blocks, Divider()]


def bill_blocks(record: Settled, unit: Text, speech: Speech) -> list[Block]:
    """The bills with their lines, and what they come to. ``unit``: what the one that paid is called."""
    blocks: list[Block] = []
    if record.top_up:
        paid_in = _money(record, record.amount_minor, speech)
        blocks.append(Line(speech.words("receipt.top_up"), paid_in, bold=True))
    said = unit
    for bill in record.bills:
        named = bill.title.in_language(speech.language) if bill.title else None
        label = bill.unit_label or unit
        if label != said:
            said = label
            blocks.append(Line(speech.words("receipt.unit"), label.in_language(speech.language)))
        blocks.append(Line(named or _period(bill.period, speech), bill.number, bold=True))
        for line in bill.lines:
            amount = _money(record, line.amount_minor, speech)
            blocks.append(Line(line.name.in_language(speech.language), amount))
        if bill.late_fee_minor:
            late_fee = _money(record, bill.late_fee_minor, speech)
            blocks.append(Line(speech.words("receipt.late_fee"), late_fee))
    if record.in_part:
        whole = record.bills[0].amount_minor
        rest = _money(record, whole - record.amount_minor, speech)
        blocks += [
            Divider(),
            Line(speech.words("receipt.of_bill"), _money(record, whole, speech)),
            Line(speech.words("receipt.rest"), rest),
        ]
    return [
        *blocks,
        Divider(),
        Line(
            speech.words("receipt.part" if record.in_part else "receipt.total"),
            _money(record, record.amount_minor + record.credit_minor, speech),
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
    if record.credit_minor:
        by_method = _money(record, record.amount_minor, speech)
        blocks += [_out_of_credit(record, speech), Line(_method(record, speech), by_method)]
    if record.channel_reference:
        blocks.append(Line(speech.words("receipt.transaction")))
        blocks.append(Line(grouped(record.channel_reference)))
    if record.card:
        blocks += card_blocks(record.card, speech)
    if record.offline:
        blocks.append(Line(speech.words("receipt.offline")))
    return blocks


def card_blocks(card: CardData, speech: Speech) -> list[Block]:
    return [
        Line(speech.words("receipt.card"), grouped(card.masked_pan)),
        Line("", card.card_name),
        Line(speech.words("receipt.authorisation"), card.authorisation_code),
        Line(speech.words("receipt.terminal"), f"{card.terminal_id} / {card.receipt_no}"),
    ]


def _without_receipt(record: PaymentRecord, speech: Speech, paper: Paper) -> list[Block]:
    amount = _money(record, record.amount_minor, speech)
    first, *others = (Line(speech.words(id, amount=amount)) for id in _SAYS[paper])
    reserved = bool(record.credit_minor) and paper is Paper.ENQUIRY
    return [
        Line(speech.words("receipt.amount"), amount, bold=True, large=True),
        Line(speech.words("receipt.method"), _method(record, speech)),
        *([_out_of_credit(record, speech)] if reserved else []),
        Divider(),
        replace(first, bold=True),
        *others,
    ]


def _foot(record: PaymentRecord, community: Community, speech: Speech, paper: Paper) -> list[Block]:
    blocks: list[Block] = []
    if record.status_url:
        caption = "receipt.scan" if paper is Paper.RECEIPT else "receipt.follow"
        blocks.append(Code(record.status_url, speech.words(caption)))
    if community.office_phone:
        blocks.append(
            Line(f"{speech.words('receipt.phone')} {community.office_phone}", centred=True)
        )
    if paper is Paper.RECEIPT:
        blocks.append(Line(speech.words("receipt.not_invoice"), centred=True))
        blocks.append(Line(speech.words("receipt.invoice"), centred=True))
    return blocks
