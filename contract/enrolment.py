"""How a kiosk gets its identity, and the place where its journal goes on under it."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contract.journal_hash import GENESIS
from contract.message import Message, Sha256
from contract.messages import KioskCode, PaymentId, PaymentRecord
from contract.stop_reason import StopReason

OpenPayments = Annotated[list[PaymentId], Field(max_length=50)]  # whose end this disk does not know


class JournalPosition(Message):
    """Where a kiosk's journal stands at the server: its next file goes on from here.

    ``number`` is the highest payment number that the server knows of. ``payments`` are card payments
    whose outcome the server does not know, for the kiosk to ask its terminal about, and those that the
    kiosk asked about, as it told of them last. ``starts`` is how many starts were told (Presence).
    """

    sequence: Annotated[int, Field(ge=0)] = 0
    hash: Sha256 = GENESIS
    number: Annotated[int, Field(ge=0)] = 0
    starts: Annotated[int, Field(ge=0)] = 0
    payments: list[PaymentRecord] = []
    stopped: StopReason | None = None


class JournalSalvage(Message):
    """A kiosk found its journal damaged and asks where to go on. ``last`` is the newest entry that can
    still be read, ``whole_from`` the first of those that are all there up to it; 0 and 0 for nothing."""

    last: Annotated[int, Field(ge=0)]
    whole_from: Annotated[int, Field(ge=0)]
    open_payments: OpenPayments = []


class EnrolRequest(Message):
    """Signed with the new key itself, which proves that the kiosk holds it."""

    pairing_code: Annotated[str, StringConstraints(min_length=8, max_length=20)]
    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]  # base64url, raw
    open_payments: OpenPayments = []


class PairingAsk(Message):
    """A machine without an identity asks for one, by its own new key, with which it signs. Told again, it
    is the same question."""

    public_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]  # base64url, raw
    open_payments: OpenPayments = []


class EnrolAnswer(Message):
    """``begin`` is where the kiosk's journal goes on; None from a server that does not tell. ``act_key``
    (base64url, raw) signs the acts that staff ask of the kiosk."""

    kiosk_id: str
    kiosk_code: KioskCode
    community: str
    begin: JournalPosition | None = None
    act_key: str = ""


class PairingAnswer(Message):
    """``waits``: somebody opens ``url``, signed in, and types ``code``, which this machine shows; for
    ``expires_in_s`` more seconds. ``paired``: ``identity`` says as which kiosk. Neither address nor code
    is a secret: only who holds the key that asked gets the identity."""

    state: Literal["waits", "paired"]
    code: Annotated[str, StringConstraints(max_length=12)] = ""
    url: Annotated[str, StringConstraints(max_length=300)] = ""
    expires_in_s: Annotated[float, Field(ge=0)] = 0.0
    identity: EnrolAnswer | None = None
