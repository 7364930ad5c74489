"""Bugs planted in the kiosk. Each function changes the code of its own process, for good."""

from typing import Any

from contract.messages import CardData, Method, PaymentState


def the_journal_is_not_synced() -> None:
    """synchronous=FULL is left out: a commit returns before it is on disk."""
    from tests.simulation.disk import Connection

    execute = Connection.execute

    def lazy(self: Connection, statement: str, values: Any = ()) -> Any:
        if statement.startswith("PRAGMA synchronous"):
            statement = "PRAGMA synchronous=OFF"
        return execute(self, statement, values)

    Connection.execute = lazy


def acting_before_recording() -> None:
    """Effects are carried out first and written down afterwards."""
    from kiosk.core.effects import Record, RecordReceipt
    from kiosk.core.session import step
    from kiosk.journal.journal import JournalUnavailable
    from kiosk.runtime.engine import Engine

    def hasty(self: Any, event: Any) -> bool:
        self._session, effects = step(self._session, event, self._moment())
        for effect in effects:
            if not isinstance(effect, Record | RecordReceipt):
                self._performer.perform(effect, self._session)
        try:
            self._write([e for e in effects if isinstance(e, Record | RecordReceipt)])
        except JournalUnavailable:
            return False
        return True

    Engine._step = hasty


def no_answer_means_declined() -> None:
    """A terminal that fell silent is taken to have refused."""
    from contract.lifecycle import Fact
    from kiosk.core import outcome, payment_flow
    from kiosk.core.events import CardLost
    from kiosk.core.session import _HANDLERS

    def declined(session: Any, event: Any, moment: Any) -> Any:
        return outcome.learned(session, moment, event.payment_id, Fact.DECLINED, reason="assumed")

    payment_flow.on_card_lost = _HANDLERS[CardLost] = declined


def recovery_assumes_nothing_was_taken() -> None:
    from kiosk.core.events import CardAnswered
    from kiosk.recovery.inquiry import Recovery

    Recovery._ask_terminal = lambda self, record: CardAnswered(
        record.payment_id, "cancelled", "assumed", CardData()
    )


def recovery_assumes_it_was_taken() -> None:
    from kiosk.core.events import CardAnswered
    from kiosk.recovery.inquiry import Recovery

    Recovery._ask_terminal = lambda self, record: CardAnswered(
        record.payment_id, "approved", "assumed", CardData()
    )


def recovery_takes_any_transaction_for_its_own() -> None:
    """The terminal's last transaction is not compared with the one before the payment."""
    from device_drivers.card_terminals import last_transaction

    last_transaction.is_newer = lambda last, before: True


def unfinished_payments_are_forgotten_at_start() -> None:
    from kiosk.journal.journal import Journal

    Journal.unfinished = lambda self: []


def entries_are_acknowledged_unsent() -> None:
    """The outbox is emptied before the server has answered."""
    from kiosk.central.client import CentralClient

    post = CentralClient.post_journal

    def hopeful(self: Any, entries: Any, presence: Any = None) -> Any:
        from contract.messages import JournalAnswer
        from kiosk.central.client import ServerAway

        try:
            return post(self, entries, presence)
        except ServerAway:
            return JournalAnswer(acknowledged=entries[-1].sequence)

    CentralClient.post_journal = hopeful


def a_cancelled_order_is_believed_unpaid() -> None:
    """The screen's cancel button ends the payment without asking the server."""
    from kiosk.core import payment_flow
    from kiosk.core.outcome import cancelled

    real = payment_flow.cancel

    def at_once(session: Any, after: Any, what: Any = None) -> Any:
        record = session.visit.payment
        if record is None or record.method is Method.CARD or record.state is PaymentState.CREATED:
            return real(session, after, what)
        from kiosk.core.model import Moment

        moment = Moment(session.now, session.wall, "", "")
        return cancelled(session, moment, "resident")

    payment_flow.cancel = at_once


def the_terminal_is_acknowledged_before_the_record_is_on_disk() -> None:
    """The classic: "ack before fsync"."""
    from kiosk.runtime.engine import Engine

    def hopeful(self: Any, event: Any, timeout_s: float) -> bool:
        self.post(event)
        return True

    Engine.commit = hopeful


def a_retry_gets_a_new_payment_id() -> None:
    """Each try to make an order is a payment of its own to the server."""
    from kiosk.central.client import CentralClient
    from tests.simulation.patches import Seams

    start = CentralClient.start_payment
    tried: set[str] = set()

    def again(self: Any, request: Any) -> Any:
        if request.payment_id in tried:
            request = request.model_copy(update={"payment_id": Seams.new_id()})
        tried.add(request.payment_id)
        return start(self, request)

    CentralClient.start_payment = again
