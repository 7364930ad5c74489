"""A month whose bill was divided, because a part of it was paid, is billed as any other."""

from datetime import date

import pytest

from server.billing import opening, settlement
from server.billing.drafting import periods_billed
from server.billing.models import Bill
from server.billing.waiving_ahead import Ahead, WaiverImpossible, waive_by
from server.estate.models import Community, Unit
from server.moves.regrouping import merge
from tests.server.billing_runs.hamlet import BEFORE, NOW, TODAY
from tests.server.moves.test_regrouping import CLERK, ends, hamlet, refused, stays, together

__all__ = ["ends", "hamlet", "stays"]
pytestmark = pytest.mark.django_db


def pays_a_part(bill: Bill) -> None:
    part = settlement.Part(bill, bill.amount_minor // 2)
    taken = settlement.Taken(
        bill.unit, [part], "card", f"part-{bill.pk}", TODAY, currency=bill.currency, in_part=True
    )
    [done] = settlement.settle_together([taken], at=NOW)
    assert done.settled and not done.credited_minor


def test_nobody_is_asked_for_it_again_and_it_is_not_waived_ahead(
    stays: Unit, ends: Unit, hamlet: Community
):
    for unit in (stays, ends):
        pays_a_part(Bill.objects.get(unit=unit, period=BEFORE))
    early = together(stays, ends, day=date(2026, 11, 1))
    refused(lambda: merge(stays, early, CLERK, "x", at=NOW), "has a bill of 2026-11")
    with pytest.raises(WaiverImpossible):
        waive_by(CLERK, stays, Ahead(BEFORE), "poor", at=NOW)
    assert opening.billed_already([stays.pk], [BEFORE]) == {(stays.pk, BEFORE)}
    assert periods_billed([stays.pk], [BEFORE]) == {stays.pk: {BEFORE}}
