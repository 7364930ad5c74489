"""The sweep over the alerts costs the same however many wait."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.alerts.raising import raise_alert
from server.payments import sweeper
from tests.server.payments.world import NOW


def queries() -> int:
    with CaptureQueriesContext(connection) as asked:
        sweeper.turns()["alerts"](NOW)
    return len(asked)


def test_many_alerts_need_no_more_queries_than_one(world):
    def alert(number: int) -> None:
        raise_alert(
            world.community.pk, "unknown_for_long", f"{number}", NOW, payment_id=f"{number}"
        )

    alert(0)
    one = queries()
    for number in range(1, 30):
        alert(number)
    assert queries() == one
