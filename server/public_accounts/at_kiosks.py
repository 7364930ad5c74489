"""What kiosks are told of the accounts made public: of each kind the newest, and a few before it."""

from collections import Counter

from contract.business_day import business_day
from contract.message import Text
from contract.public_accounts import PublicRow, Published
from server.estate.models import Community
from server.language import both
from server.public_accounts.from_books import told_more
from server.public_accounts.models import Kind, Publication
from server.public_accounts.publishing import public
from server.public_accounts.rows import Row

OF_A_KIND = 4  # a year of quarters


def keys(community: Community) -> list[int]:
    """Of those that are told. What is public never changes: these keys say all that is in it."""
    rows = public(community).order_by("kind", "-period", "-version").values_list("pk", "kind")
    seen: Counter[str] = Counter()
    found = []
    for key, kind in rows:
        seen[kind] += 1
        if seen[kind] <= OF_A_KIND:
            found.append(key)
    return found


def told(community: Community, found: list[int]) -> list[Published]:
    """Kind by kind in their order, the newest first."""
    order = list(Kind)
    rows = sorted(public(community).filter(pk__in=found), key=lambda one: one.period, reverse=True)
    rows.sort(key=lambda one: order.index(Kind(one.kind)))
    return [_published(one, community) for one in rows]


def _published(one: Publication, community: Community) -> Published:
    assert one.public_at is not None, "it is public"
    return Published(
        id=str(one.pk),
        kind=one.kind,
        name=both(Kind(one.kind).label),
        period=one.period,
        version=one.version,
        public_on=business_day(one.public_at, community.time_zone),
        rows=[_row(row, community) for row in one.rows],
        note=one.note if one.note_zh else None,
    )


def _row(row: Row, community: Community) -> PublicRow:
    return PublicRow(
        section=row["section"],
        name=Text(zh=row["zh"], en=row["en"]),
        more=told_more(row, community),
        amount_minor=row["minor"],
    )
