"""What a receipt says, laid out once as plain blocks; drivers and phones draw it.

A receipt never shows a whole name or card number, and says so when no real money moved.
"""

from dataclasses import dataclass

from contract.business_day import local_time
from contract.messages import Community, PaymentRecord, PaymentState
from contract.methods import METHODS
from contract.money import Locale, Money

_WORDS: dict[str, dict[str, str]] = {
    "receipt": {"zh_CN": "缴费小票", "en": "Payment receipt"},
    "slip": {"zh_CN": "付款查询凭条", "en": "Payment enquiry slip"},
    "copy": {"zh_CN": "补打", "en": "Copy"},
    "unit": {"zh_CN": "房号", "en": "Unit"},
    "payer": {"zh_CN": "户名", "en": "Name"},
    "reference": {"zh_CN": "收据号", "en": "Receipt no."},
    "enquiry": {"zh_CN": "查询号", "en": "Reference"},
    "time": {"zh_CN": "时间", "en": "Time"},
    "method": {"zh_CN": "付款方式", "en": "Paid by"},
    "transaction": {"zh_CN": "交易单号", "en": "Transaction"},
    "card": {"zh_CN": "卡号", "en": "Card"},
    "authorisation": {"zh_CN": "授权号", "en": "Authorisation"},
    "terminal": {"zh_CN": "终端号", "en": "Terminal"},
    "late_fee": {"zh_CN": "违约金", "en": "Late fee"},
    "total": {"zh_CN": "合计", "en": "Total"},
    "amount": {"zh_CN": "金额", "en": "Amount"},
    "scan": {"zh_CN": "扫码查看电子收据", "en": "Scan for the receipt on your phone"},
    "follow": {"zh_CN": "扫码随时看结果", "en": "Scan to follow the result"},
    "do_not_pay": {
        "zh_CN": "付款结果还没有确认，请不要再付一次。",
        "en": "We cannot confirm this payment yet. Please do not pay again.",
    },
    "promise": {
        "zh_CN": "付成了，账单自动销账；没付成，不会扣您的钱。",
        "en": "If it went through, the bill is settled; if not, you are not charged.",
    },
    "offline": {
        "zh_CN": "网络中断时收款，联网后自动入账。",
        "en": "Paid while offline; it is booked when the line is back.",
    },
    "phone": {"zh_CN": "物业电话", "en": "Office"},
    "simulated": {
        "zh_CN": "模拟设备，没有真的收款",
        "en": "Simulated devices. No real money.",
    },
    "not_invoice": {"zh_CN": "本小票不是发票", "en": "This is not a tax invoice"},
}


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
    record: PaymentRecord, community: Community, language: Locale, *, copy: bool = False
) -> Receipt:
    """The receipt of an approved payment, or the enquiry slip of one that is not final yet."""
    settled = record.state is PaymentState.APPROVED
    blocks = [*_head(record, community, language, "receipt" if settled else "slip", copy)]
    blocks += _who_and_when(record, community, language, settled)
    if settled:
        blocks += [*_bills(record, language), *_how(record, language)]
    else:
        blocks += _not_settled(record, language)
    blocks += _foot(record, community, language, settled)
    return Receipt(language, tuple(blocks))


def _words(name: str, language: Locale) -> str:
    return _WORDS[name][language]


def _money(record: PaymentRecord, minor: int, language: Locale) -> str:
    return Money(minor, record.currency).display(language)


def _method(record: PaymentRecord, language: Locale) -> str:
    return METHODS[record.method].name.in_language(language)


def _head(
    record: PaymentRecord, community: Community, language: Locale, title: str, copy: bool
) -> list[Block]:
    text = _words(title, language) + (f" · {_words('copy', language)}" if copy else "")
    blocks: list[Block] = [
        Line(community.name.in_language(language), bold=True, large=True, centred=True),
        Line(text, centred=True),
    ]
    if record.simulated:
        blocks.append(Line(_words("simulated", language), bold=True, centred=True))
    return [*blocks, Divider()]


def _who_and_when(
    record: PaymentRecord, community: Community, language: Locale, settled: bool
) -> list[Block]:
    when = record.changed_at if settled else record.created_at
    local = local_time(when, community.time_zone).strftime("%Y-%m-%d %H:%M:%S")
    return [
        Line(
            _words("unit", language), record.unit_label.zh if language == "zh_CN" else record.unit
        ),
        Line(_words("payer", language), record.payer),
        Line(_words("reference" if settled else "enquiry", language), record.reference, bold=True),
        Line(_words("time", language), local),
        Divider(),
    ]


def _bills(record: PaymentRecord, language: Locale) -> list[Block]:
    blocks: list[Block] = []
    for bill in record.bills:
        blocks.append(Line(_period(bill.period, language), bill.number, bold=True))
        for line in bill.lines:
            amount = _money(record, line.amount_minor, language)
            blocks.append(Line(line.name.in_language(language), amount))
        if bill.late_fee_minor:
            late_fee = _money(record, bill.late_fee_minor, language)
            blocks.append(Line(_words("late_fee", language), late_fee))
    return [
        *blocks,
        Divider(),
        Line(
            _words("total", language),
            _money(record, record.amount_minor, language),
            bold=True,
            large=True,
        ),
        Divider(),
    ]


def _period(period: str, language: Locale) -> str:
    year, month = period.split("-")
    return f"{year}年{int(month)}月" if language == "zh_CN" else period


def _how(record: PaymentRecord, language: Locale) -> list[Block]:
    blocks: list[Block] = [Line(_words("method", language), _method(record, language))]
    if record.channel_reference:
        blocks.append(Line(_words("transaction", language)))
        blocks.append(Line(record.channel_reference))
    if record.card:
        blocks += [
            Line(_words("card", language), record.card.masked_pan),
            Line("", record.card.card_name),
            Line(_words("authorisation", language), record.card.authorisation_code),
            Line(
                _words("terminal", language),
                f"{record.card.terminal_id} / {record.card.receipt_no}",
            ),
        ]
    if record.offline:
        blocks.append(Line(_words("offline", language)))
    return blocks


def _not_settled(record: PaymentRecord, language: Locale) -> list[Block]:
    return [
        Line(
            _words("amount", language),
            _money(record, record.amount_minor, language),
            bold=True,
            large=True,
        ),
        Line(_words("method", language), _method(record, language)),
        Divider(),
        Line(_words("do_not_pay", language), bold=True),
        Line(_words("promise", language)),
    ]


def _foot(
    record: PaymentRecord, community: Community, language: Locale, settled: bool
) -> list[Block]:
    blocks: list[Block] = []
    if record.status_url:
        caption = _words("scan" if settled else "follow", language)
        blocks.append(Code(record.status_url, caption))
    if community.office_phone:
        blocks.append(Line(f"{_words('phone', language)} {community.office_phone}", centred=True))
    if settled:
        blocks.append(Line(_words("not_invoice", language), centred=True))
    return blocks
