"""What was counted is sent beside all else, and holds nothing up."""

from kiosk.central.client import ServerAway
from tests.kiosk.central.test_sync import Doubting, round_of


def test_counts_that_are_not_taken_hold_nothing_up_and_are_told_at_the_next_turn(
    journal, tmp_path, monkeypatch
):
    tries = []

    def tell():
        tries.append(1)
        raise [ServerAway("no such call"), RuntimeError("odd")][len(tries) - 1]

    made = round_of(Doubting(), journal, tmp_path, [])
    made._tell_days = tell
    for _ in range(3):
        made._round()
        made._count_days()
    assert len(tries) == 1
    made._days_due = 0.0
    made._count_days()
    assert len(tries) == 2


def test_each_heartbeat_says_how_long_the_last_answer_took(journal, tmp_path):
    told = []

    class Listening(Doubting):
        def heartbeat(self, beat):
            told.append(beat.answer_ms)
            return super().heartbeat(beat)

    made = round_of(Listening(), journal, tmp_path, [])
    made._beat()
    assert told[0] is None and told[1] >= 0
