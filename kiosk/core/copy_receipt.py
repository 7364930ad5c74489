"""A copy of the receipt of a payment that the server told of, whichever way it was paid: in the figures
of now, with what of it went back since. Pure."""

from contract.business_day import local_time
from contract.messages import Community, Method, Text
from contract.methods import METHODS
from contract.money import Money
from contract.payment_history import BANK, CASH, EarlierPayment
from kiosk.core.receipt import (
    Block,
    Code,
    Divider,
    Line,
    Receipt,
    Speech,
    bill_blocks,
    card_blocks,
    grouped,
)

_AT_COUNTER = {CASH: "receipt.cash", BANK: "receipt.bank"}


def lay_out(payment: EarlierPayment, label: Text, community: Community, speech: Speech) -> Receipt:
    """Says that it is a copy; of what went back altogether, that it did."""
    title = speech.words("receipt.title" if payment.left_minor > 0 else "receipt.slip_returned")
    blocks: list[Block] = [
        Line(community.name.in_language(speech.language), bold=True, large=True, centred=True),
        Line(f"{title} · {speech.words('receipt.copy')}", centred=True),
    ]
    if payment.simulated:
        blocks.append(Line(speech.words("receipt.simulated"), bold=True, centred=True))
    local = local_time(payment.paid_at, community.time_zone)
    blocks += [
        Divider(),
        Line(speech.words("receipt.unit"), label.in_language(speech.language)),
        Line(speech.words("receipt.payer"), payment.payer),
        Line(speech.words("receipt.reference"), payment.number, bold=True),
        Line(speech.words("receipt.time"), f"{local:%Y-%m-%d %H:%M:%S}"),
    ]
    if community.company:
        payee = community.company.in_language(speech.language)
        blocks.append(Line(speech.words("receipt.payee"), payee))
    blocks += [Divider(), *bill_blocks(payment, label, speech), *_how(payment, speech)]
    blocks += _since_then(payment, speech)
    return Receipt(speech.language, (*blocks, *_foot(payment, community, speech)))


def _money(payment: EarlierPayment, minor: int, speech: Speech) -> str:
    return Money(minor, payment.currency).display(speech.language)


def way(payment: EarlierPayment, speech: Speech) -> str:
    """One that is newer than the kiosk has no name here."""
    if payment.method in _AT_COUNTER:
        return speech.words(_AT_COUNTER[payment.method])
    known = payment.method in set(Method)
    return METHODS[Method(payment.method)].name.in_language(speech.language) if known else ""


def _how(payment: EarlierPayment, speech: Speech) -> list[Block]:
    by, blocks = way(payment, speech), list[Block]()
    if by:
        blocks.append(Line(speech.words("receipt.method"), by))
    if payment.credit_minor:
        name = METHODS[Method.CREDIT].name.in_language(speech.language)
        blocks += [
            Line(name, _money(payment, payment.credit_minor, speech)),
            Line(by, _money(payment, payment.amount_minor, speech)),
        ]
    if payment.channel_reference:
        blocks.append(Line(speech.words("receipt.transaction")))
        blocks.append(Line(grouped(payment.channel_reference)))
    if payment.card:
        blocks += card_blocks(payment.card, speech)
    return blocks


def _since_then(payment: EarlierPayment, speech: Speech) -> list[Block]:
    became = {
        "receipt.kept_as_credit": 0 if payment.top_up else payment.credited_minor,
        "receipt.went_back": payment.returned_minor,
        "receipt.goes_back": payment.returning_minor,
    }
    return [
        Line(speech.words(id), _money(payment, minor, speech), bold=True)
        for id, minor in became.items()
        if minor
    ]


def _foot(payment: EarlierPayment, community: Community, speech: Speech) -> list[Block]:
    blocks: list[Block] = []
    if payment.status_url:
        blocks.append(Code(payment.status_url, speech.words("receipt.scan")))
    if community.office_phone:
        told = f"{speech.words('receipt.phone')} {community.office_phone}"
        blocks.append(Line(told, centred=True))
    blocks.append(Line(speech.words("receipt.not_invoice"), centred=True))
    if payment.invoice:
        blocks.append(Line(speech.words("receipt.invoice"), centred=True))
    return blocks
