"""How a machine without an identity gets one: it asks by its own new key until somebody who stands before
it, signed in, has said which kiosk it is. The key is on disk before it is asked with, so that a crash
after the answer, or before it, asks again by the same key and hears the same."""

from collections.abc import Callable
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.enrolment import EnrolAnswer, JournalPosition, PairingAnswer, PairingAsk
from kiosk.central.client import CentralClient, Refused, ServerAway, backoff_s
from kiosk.central.identity import Identity, NotEnrolled, kept_key, load, public_text
from kiosk.core.pairing import PairingShown

log = structlog.get_logger("pairing")

FILE = "pairing.key"
ASK_S = 3.0


class Pairing:
    """``open_payments``: whose end this disk does not know. ``show`` is called when what is shown
    changes; ``pause`` waits so many seconds, and says whether to end."""

    def __init__(
        self,
        url: str,
        folder: Path,
        open_payments: list[str],
        show: Callable[[PairingShown], None],
        pause: Callable[[float], bool],
    ) -> None:
        self._key, self._path = own_key(folder), folder / FILE
        self._client = CentralClient(url, "pairing", self._key)
        self._open_payments = open_payments
        self._show, self._pause = show, pause
        self._shown: PairingShown | None = None

    def until_paired(self) -> tuple[Identity, JournalPosition] | None:
        """None when it was ended before."""
        attempt = 0
        while True:
            try:
                answer, attempt = self._ask(), 0
                if answer.identity is not None:
                    return self._identity(answer.identity)
                self._tell(PairingShown(answer.url, answer.code, lives_s=answer.expires_in_s))
            except Refused as refused:
                log.warning("pairing_refused", code=str(refused.error.code))
                self._tell(PairingShown(trouble="refused"))
                attempt += 1
            except ServerAway as error:
                log.warning("pairing_not_answered", error=str(error))
                self._tell(PairingShown(trouble="away"))
                attempt += 1
            if self._pause(ASK_S if not attempt else backoff_s(attempt, first=ASK_S)):
                return None

    def done(self) -> None:
        """The identity is on disk: the key stands there too."""
        self._path.unlink(missing_ok=True)

    def _ask(self) -> PairingAnswer:
        """Raises ServerAway and Refused."""
        key = public_text(self._key)
        return self._client.pair(PairingAsk(public_key=key, open_payments=self._open_payments))

    def _identity(self, found: EnrolAnswer) -> tuple[Identity, JournalPosition]:
        me = Identity(found.kiosk_id, found.kiosk_code, found.community, self._key, found.act_key)
        return me, found.begin or JournalPosition()

    def _tell(self, shown: PairingShown) -> None:
        if shown != self._shown:
            self._shown = shown
            self._show(shown)


def own_key(folder: Path) -> Ed25519PrivateKey:
    """With which this machine asks: none that its identity has or had, which a crash may have left: the
    server would say what it said then, and nothing would begin anew. Raises OSError."""
    key = kept_key(folder / FILE)
    try:
        used = load(folder).seal.of(public_text(key)) is not None
    except NotEnrolled:
        used = False
    if used:
        (folder / FILE).unlink()
        key = kept_key(folder / FILE)
    return key
