"""A terminal that answers every question of the kiosk with a bare 06 0F 00: residents can pay there."""

import queue
from pathlib import Path

import pytest

from contract.messages import Method
from device_drivers.card_terminals.last_transaction import NO_NUMBER
from device_drivers.errors import ProtocolError
from kiosk.core.events import CardAnswered, RecoveryDone, TerminalRead
from kiosk.core.model import Action
from kiosk.recovery.inquiry import Recovery
from kiosk.runtime.card_desk import CardDesk
from tests.device_drivers.card_terminals.simulated import simulator
from tests.kiosk.core.story import Story

pytestmark = pytest.mark.slow


def test_cards_are_offered_and_paid_with_at_a_terminal_that_tells_nothing(tmp_path: Path) -> None:
    events: queue.Queue = queue.Queue()

    def tell(event: object) -> bool:
        events.put(event)
        return True

    with simulator(tmp_path) as world:
        world.fault("bare_completions")
        desk = CardDesk(world.driver("tcp"), events.put, lambda event, seconds: True)
        recovery = Recovery(tell, None, desk, [])
        recovery.start()
        read, done = events.get(timeout=20), events.get(timeout=20)
        recovery.stop()
        assert isinstance(read, TerminalRead)
        assert isinstance(done, RecoveryDone)
        assert read.last is not None
        assert read.last.receipt_no == NO_NUMBER

        story = Story.at_bills().with_lobby(terminal_known=False).plays(read)
        record = story.taps(Action.PAY).taps(Action.METHOD, Method.CARD).payment
        assert record is not None
        assert record.terminal_before == read.last
        desk.ask(record)
        while not isinstance(answer := events.get(timeout=20), CardAnswered):
            pass
        assert answer.outcome == "approved"
        with pytest.raises(ProtocolError):  # it proves nothing about a payment in doubt
            desk.lookup(record)
        desk.close()
