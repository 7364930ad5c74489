"""What a bill on paper says, in both languages."""

from datetime import date

from contract.messages import Text
from server.billing.models import Bill
from server.billing.rules.late_fee import days_late
from server.estate.models import Community
from server.language import both, both_of, spoken, spoken_month


def sentences(bill: Bill, today: date) -> dict[str, Text]:
    """Labels and sentences by their place on the page; the late fee is that of ``today``."""
    late = days_late(bill.due, today)
    period = date(int(bill.period[:4]), int(bill.period[5:]), 1)
    return {
        "heading": both("Payment notice"),
        "document": both("%(community)s: payment notice %(number)s", **_names(bill)),
        "foot": both("%(community)s, bill number %(number)s", **_names(bill)),
        "test": both("Test community, not a real bill"),
        "sample": both("Sample: not a bill"),
        "note": both("Please note"),
        "other_way": both("Another way"),
        "unit": both("Unit"),
        "payer": both("Payer"),
        "period": both("Period"),
        "month": bill.title if bill.title_zh else both("%(month)s", month=spoken_month(period)),
        "number": both("Bill number"),
        "amount_paid": both("Amount paid"),
        "amount_due": both("Amount due"),
        "waived": both("Waived in full: nothing is to be paid"),
        "paid_on": both("Paid on %(day)s", day=spoken(bill.paid_on or today)),
        "due_by": both("Please pay by %(day)s", day=spoken(bill.due)),
        "late": both_of("%(days)s day late", "%(days)s days late", late, days=late),
        "days": both_of("%(days)s day", "%(days)s days", late, days=late),
        "scan": both("Scan to pay"),
        "lines": both("What it is for"),
        "item": both("Item"),
        "quantity": both("Quantity"),
        "rate": both("Rate"),
        "amount": both("Amount"),
        "late_fee": both("Late fee"),
        "late_until": both("Until %(day)s", day=spoken(today)),
        "total": both("Total"),
        "how": both("How to pay"),
        "questions": _questions(bill),
        "printed": both("Printed on %(day)s", day=spoken(today)),
        "issued": both("Issued on %(day)s", day=spoken(bill.issued_on)),
    }


def ways_to_pay(bill: Bill) -> list[tuple[Text, Text]]:
    """Each with what to do."""
    hours = bill.community.office_hours
    return [
        (
            both("Kiosk in the lobby"),
            both("Hold the code below the screen. WeChat Pay, Alipay or card."),
        ),
        (both("Without the bill"), _typed(bill)),
        (
            both("At the office"),
            both("%(hours)s. Cash too.", hours=hours) if hours.zh else both("Cash too."),
        ),
    ]


def recipient(payer: str) -> Text:
    """As the last line of an address has it. ``payer``: masked, or empty where nobody is known."""
    return both("To %(name)s", name=payer) if payer else both("To the resident")


def sender(community: Community) -> Text:
    """The line below the address, for what cannot be delivered."""
    company, name = community.company, community.name
    return Text(
        zh=" ".join(filter(None, (company.zh, name.zh))),
        en=", ".join(filter(None, (company.en, name.en))),
    )


def _names(bill: Bill) -> dict[str, object]:
    return {"community": bill.community.name, "number": bill.number}


def _questions(bill: Bill) -> Text:
    community = bill.community
    if community.office_phone:
        said = both("Questions? Call the office: %(phone)s", phone=community.office_phone)
    else:
        said = both("Questions? Please ask at the office.")
    if not community.office_hours_zh:
        return said
    return both("%(sentence)s (%(hours)s)", sentence=said, hours=community.office_hours)


def _typed(bill: Bill) -> Text:
    """What to choose at the kiosk before the code is typed, where there is a choice."""
    numbering = bill.community.unit_numbering
    place = numbering.kind_of(bill.unit.code)
    if place is None or len(numbering.kinds) == 1:
        return both("Type %(unit)s at the kiosk.", unit=bill.unit.code)
    kind = numbering.kinds[place].name
    return both("Choose “%(kind)s” at the kiosk and type %(unit)s.", kind=kind, unit=bill.unit.code)
