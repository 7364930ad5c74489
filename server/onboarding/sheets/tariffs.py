"""The sheet of tariffs: fee items and what they cost from when. A tariff that has begun is not changed by
a file: the new price is another row, with another first day."""

import re
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from server.billing import opening
from server.billing.models import FeeItem, Tariff
from server.onboarding.estate_index import Import
from server.onboarding.workbook import Row

KINDS = ("fee_items", "tariffs")
_NAME_MAX, _NAME_EN_MAX, _CODE_MAX = 40, 60, 30


def apply(rows: Sequence[Row], to: Import) -> None:
    items = {item.name_zh.casefold(): item for item in to.community.fee_items.all()}
    for row in rows:
        if not _in_order(row, to):
            continue
        item = _item(row, items, to)
        if not to.first_time(row, "valid_from", item.pk, row["valid_from"]):
            continue
        known = Tariff.objects.filter(fee_item=item, valid_from=row["valid_from"]).first()
        if known is None and opening.item_was_billed(item.pk):
            text = _(
                "This item was billed already: a new price takes two people; set it among the tariffs"
            )
            to.report.add(row.problem("valid_from", text))
        elif known is None:
            Tariff.objects.create(
                community_id=to.community.pk,
                fee_item=item,
                rule=row["rule"],
                rate=row["rate_yuan"],
                valid_from=row["valid_from"],
            )
            to.report.created["tariffs"] += 1
        elif (known.rule, known.rate) == (row["rule"], row["rate_yuan"]):
            to.report.unchanged["tariffs"] += 1
        else:
            text = _(
                "Another tariff of this item begins that day; give the new one another first day"
            )
            to.report.add(row.problem("valid_from", text))


def _in_order(row: Row, to: Import) -> bool:
    for column, most in (("item", _NAME_MAX), ("item_en", _NAME_EN_MAX)):
        if len(row[column] or "") > most:
            to.report.add(row.problem(column, _("longer than %(most)s characters"), most=most))
            return False
    return True


def _item(row: Row, items: dict[str, FeeItem], to: Import) -> FeeItem:
    """The fee item of the row; made where it is not known, and given its English name."""
    name, english = row["item"], row["item_en"]
    item = items.get(name.casefold())
    if item is None:
        item = FeeItem.objects.create(
            community_id=to.community.pk,
            code=_code(english or "", items),
            name_zh=name,
            name_en=english or name,
            position=len(items) + 1,
        )
        items[name.casefold()] = item
        to.report.created["fee_items"] += 1
    elif english and item.name_en != english:
        item.name_en = english
        item.save(update_fields=["name_en"])
        to.report.changed["fee_items"] += 1
    elif to.seen.setdefault(("fee_item", item.pk), row.number) == row.number:
        to.report.unchanged["fee_items"] += 1
    return item


def _code(english: str, items: dict[str, FeeItem]) -> str:
    """Which no other item has: it names the account that the item's income is booked under."""
    taken = {item.code for item in items.values()}
    wanted = re.sub("[^a-z0-9]+", "-", english.lower()).strip("-")[:_CODE_MAX].strip("-")
    base = wanted or "item"
    code, number = (base, 1) if wanted else (f"{base}-{len(items) + 1}", len(items) + 1)
    while code in taken:
        number += 1
        code = f"{base[: _CODE_MAX - 4]}-{number}"
    return code
