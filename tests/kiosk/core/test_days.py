"""A bill's key is believed by the community's calendar, not by UTC's."""

from datetime import UTC, date, datetime

import pytest

from kiosk.core.events import Scanned
from kiosk.core.model import Moment, Screen
from kiosk.core.session import step
from tests.kiosk.core.story import Story, bill_url, config


@pytest.mark.parametrize(
    ("wall", "believed"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), False),  # 07:00 on 1 January in Shanghai
    ],
)
def test_a_key_valid_to_31_december_is_not_believed_on_1_january(wall: datetime, believed: bool):
    [key] = config().bill_keys
    story = Story.at_attract(bill_keys=[key.model_copy(update={"not_after": date(2026, 12, 31)})])
    moment = Moment(2000.0, wall, "01900000-0000-7000-8000-000000000099", "K03-000099")
    session, _ = step(story.session, Scanned(bill_url("B202610-3-2-1201")), moment)
    assert (session.visit.screen is not Screen.MESSAGE) == believed
