"""Kiosks that are put up anew: another machine with an empty disk, enrolled in the place of one that
had just asked its card terminal; often with another terminal, which knows nothing of it."""

from typing import TYPE_CHECKING

from contract.enrolment import JournalPosition
from contract.journal_hash import public_key_text
from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from kiosk.journal.continuation import HANDED_OVER
from server.fleet import enrolment, reenrolment
from server.fleet.models import Kiosk
from tests.simulation.faults import Faults
from tests.simulation.threads import wall

if TYPE_CHECKING:
    from tests.simulation.lobby import SimulatedKiosk
    from tests.simulation.run import Simulation

LOOKED_INTO_AFTER_S = 150.0
OPEN = (PaymentState.PENDING, PaymentState.UNKNOWN)


class Replacements:
    """Looked at now and then (see ``run``)."""

    def __init__(self, run: "Simulation", faults: Faults) -> None:
        self._run, self._faults = run, faults
        self._in_doubt: dict[str, float] = {}  # payments that were handed over, and since when

    def happen(self) -> None:
        for kiosk in self._run.kiosks:
            if self._server_has_all(kiosk) and self._faults.strikes("kiosk_replaced"):
                terminal_too = self._faults.strikes("terminal_replaced")
                kiosk.replaced(lambda kiosk=kiosk: _enrolled(kiosk), terminal_too)
                # A backup from before knows neither the new machine nor what only the old disk held:
                # then people pair it once more. Here one is saved after each pairing.
                self._run.server.backup = None
            self._staff_look(kiosk)

    def _server_has_all(self, kiosk: "SimulatedKiosk") -> bool:
        """And is asked about a card: what nobody was told of is lost with a disk, as it must be."""
        if kiosk.running is None or not self._run.server.process.alive or self._run.server.lost:
            return False
        row = Kiosk.objects.get(pk=kiosk.kiosk_id)
        told = row.journal_sequence == kiosk.journal.last_sequence
        cards = [r for r in kiosk.journal.unfinished() if r.method is Method.CARD]
        in_doubt = any(r.reason == HANDED_OVER for r in cards)  # people look into it there
        return row.active and told and not in_doubt and any(r.state in OPEN for r in cards)

    def _staff_look(self, kiosk: "SimulatedKiosk") -> None:
        """Whether the bank took the money, where the terminal cannot say: they write it down."""
        if kiosk.running is None:
            return
        now, ends = self._run.scheduler.now, dict[str, Fact]()
        for record in kiosk.journal.unfinished():
            if record.reason != HANDED_OVER:
                continue
            since = self._in_doubt.setdefault(record.payment_id, now)
            if now - since >= LOOKED_INTO_AFTER_S:
                took = kiosk.terminal.took(record.payment_id)
                ends[record.payment_id] = Fact.APPROVED if took else Fact.CANCELLED
        if ends:
            kiosk.is_settled(ends)


def _enrolled(kiosk: "SimulatedKiosk") -> JournalPosition:
    """As the pairing code and the API's answer to it do; the key of the place is the old one."""
    row = Kiosk.objects.get(pk=kiosk.kiosk_id)
    code = enrolment.create_pairing_code(row, now=wall(), code=f"{kiosk.code}ABCD{kiosk.lives:02d}")
    row = enrolment.enrol(code, public_key_text(kiosk.identity.key.public_key()), now=wall())
    return reenrolment.position_of(row, [], wall())
