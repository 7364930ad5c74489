"""Money that came and is not clear yet: it is in the books from the first minute, in the suspense
account, and leaves it once, when somebody has said what it is for."""

from datetime import datetime

from server.estate.models import Unit
from server.ledger import posting
from server.ledger.posting import AlreadyPosted, Line

ACCOUNT = "suspense"


def hold(
    unit: Unit, amount_minor: int, *, method: str, payment_id: str, step: int, at: datetime
) -> None:
    """``amount_minor`` came in for a payment; less than nought takes back what was said before.
    ``step`` names the time at which it was said: once for each."""
    _once(unit, "held", f"{payment_id} {step}", _lines(unit, method, amount_minor), at)


def release(unit: Unit, amount_minor: int, *, method: str, payment_id: str, at: datetime) -> None:
    """All that is held for a payment leaves; the caller books it, or the channel has taken it back.
    Raises AlreadyPosted: it left before."""
    posting.post(
        unit.community_id,
        "held_released",
        payment_id,
        _lines(unit, method, -amount_minor),
        currency=unit.community.currency,
        at=at,
    )


def held_minor(community_id: int) -> int:
    """What a community's suspense account holds, in minor units."""
    return -posting.balance(community_id, ACCOUNT)


def _lines(unit: Unit, method: str, amount_minor: int) -> list[Line]:
    return [
        Line(f"clearing:{method}", amount_minor, unit.pk),
        Line(ACCOUNT, -amount_minor, unit.pk),
    ]


def _once(unit: Unit, kind: str, reference: str, lines: list[Line], at: datetime) -> None:
    try:
        posting.post(
            unit.community_id, kind, reference, lines, currency=unit.community.currency, at=at
        )
    except AlreadyPosted:
        return
