"""What staff ask of a kiosk from afar: signed by the server, pulled by the kiosk, done once.

An act names its kiosk, so that it is no other kiosk's; ``number`` grows by kiosk, and acts are done in
that order. A kiosk keeps an act and tells that it has it; a ``Go`` says that it may be begun. It writes
down that it begins, tells that too, and does it only when a ``Go`` answers, within its ``for_s``: an act
that was taken back, has run out, or is asked of a machine that is not this kiosk any more gets none,
whatever the kiosk's clock says, and one that was begun is not given out again, whatever its disk forgot.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, Field, StringConstraints, ValidationError

from contract import base64url
from contract.journal_hash import canonical, public_key
from contract.message import Message, Name, NameText, Text
from contract.messages import Count, PaymentId

_ACT = "lobbypay-act-1"  # so that no other signature of the same key can stand in for it
_KEY = "lobbypay-act-key-1"
ACTS_AT_ONCE = 20
GO_S = 30.0
ATTACHMENT_MAX = 700_000  # characters of base64
SCREEN_WORDS_MAX = 120
KeyText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]  # base64url, raw
SignatureText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{86}$")]
ActId = PaymentId  # a UUID


class ActKind(StrEnum):
    OUT_OF_SERVICE = "out_of_service"
    BACK_IN_SERVICE = "back_in_service"
    MESSAGE = "message"
    RESTART = "restart"  # of the program
    REBOOT = "reboot"  # of the machine
    SELF_TEST = "self_test"
    TEST_PAGE = "test_page"
    NEW_ROLL = "new_roll"
    BIN_EMPTIED = "bin_emptied"
    PICTURE = "picture"
    LOGS = "logs"
    SETTINGS = "settings"
    NEW_KEY = "new_key"  # in place of the key by which the kiosk signs


class ScreenWords(Message):
    """Words for residents, in both languages."""

    zh: Annotated[str, StringConstraints(min_length=1, max_length=SCREEN_WORDS_MAX)]
    en: Annotated[str, StringConstraints(min_length=1, max_length=SCREEN_WORDS_MAX)]

    @property
    def text(self) -> Text:
        return Text(zh=self.zh, en=self.en)


class OutOfServiceWish(Message):
    """``until`` is what residents are told; nothing happens by itself then."""

    words: ScreenWords | None = None
    until: AwareDatetime | None = None


class MessageWish(Message):
    """On the start screen until then; None takes down the one that is there."""

    words: ScreenWords | None = None
    until: AwareDatetime | None = None


class OutOfService(Message):
    """Out of service on purpose: by whom, since when, until when, and what residents are told."""

    by: Name = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    words: Text | None = None


class Act(Message):
    """What is signed. ``kind`` of a server that is newer than the kiosk is one that it does not know."""

    act_id: ActId
    kiosk_id: str
    number: Annotated[int, Field(ge=1, lt=2**53)]
    kind: Annotated[ActKind | str, Field(union_mode="left_to_right")]
    parameters: dict[str, Any] = {}
    asked_by: Name
    asked_at: AwareDatetime
    not_after: AwareDatetime


class SignedAct(Message):
    """``text`` is the canonical JSON of an Act, ``signature`` is over it."""

    text: Annotated[str, StringConstraints(max_length=20_000)]
    signature: SignatureText


class ActRefused(Exception):
    """It is not signed by our server, not for this kiosk, or not readable: it is not done. ``code`` says
    which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def sign_act(key: Ed25519PrivateKey, act: Act) -> SignedAct:
    text = canonical(act.model_dump(mode="json"))
    return SignedAct(text=text, signature=base64url.encode(key.sign(_words(_ACT, text))))


def read_act(signed: SignedAct, key: Ed25519PublicKey, kiosk_id: str) -> Act:
    """Raises ActRefused."""
    if not _is_signed(key, _words(_ACT, signed.text), signed.signature):
        raise ActRefused("signature")
    try:
        act = Act.model_validate_json(signed.text)
    except ValidationError as error:
        raise ActRefused("unreadable") from error
    if act.kiosk_id != kiosk_id:
        raise ActRefused("other_kiosk")
    return act


class NewKey(Message):
    """The server's next key for acts, signed by the one before it."""

    before: KeyText
    public_key: KeyText
    signature: SignatureText


def endorse(key: Ed25519PrivateKey, before: str, new: str) -> NewKey:
    signature = base64url.encode(key.sign(_words(_KEY, new)))
    return NewKey(before=before, public_key=new, signature=signature)


def newest_key(known: str, chain: list[NewKey]) -> str:
    """The key (base64url, raw) that follows from the one that is known, each signed by the one before."""
    for _ in chain:
        step = next((one for one in chain if one.before == known), None)
        if step is None or not _vouched(step):
            return known
        known = step.public_key
    return known


def _vouched(step: NewKey) -> bool:
    try:
        key = public_key(step.before)
    except ValueError:
        return False
    return _is_signed(key, _words(_KEY, step.public_key), step.signature)


def _words(purpose: str, text: str) -> bytes:
    return f"{purpose}\n{text}".encode()


def _is_signed(key: Ed25519PublicKey, words: bytes, signature: str) -> bool:
    try:
        key.verify(base64url.decode_exactly(signature), words)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- what kiosk and server tell each other ---


class Finding(Message):
    """A line of what was found: of the self-test, or of what was changed."""

    about: Name
    level: Literal["ok", "warning", "error"]
    what: NameText
    remedy: NameText | None = None


class Attachment(Message):
    """A picture (``image/png``) or lines of the log (``text/plain``), in base64."""

    kind: Literal["image/png", "text/plain"]
    content: Annotated[str, StringConstraints(max_length=ATTACHMENT_MAX)] = Field(repr=False)


class ActReport(Message):
    """How an act stands at the kiosk. ``taken``: kept, not begun. ``waits``: likewise, for the resident
    who is being served or the payment that is open. ``in_doubt``: begun, and a crash left no word of its
    end; it is not begun again. ``refused`` and ``expired``: not begun, and never will be."""

    act_id: ActId
    state: Literal["taken", "waits", "begun", "done", "failed", "in_doubt", "refused", "expired"]
    at: AwareDatetime
    code: Annotated[str, StringConstraints(max_length=60)] = ""
    findings: Annotated[list[Finding], Field(max_length=60)] = []
    attachment: Attachment | None = None


class ActsCall(Message):
    """``last_number``: the highest number of an act that this kiosk ever kept."""

    reports: Annotated[list[ActReport], Field(max_length=ACTS_AT_ONCE)] = []
    last_number: Count = 0


class Go(Message):
    act_id: ActId
    for_s: Annotated[float, Field(ge=0, le=GO_S)]


class ActsAnswer(Message):
    """``acts``: all that wait to be begun, in order. ``recorded``: reports that need not come again."""

    acts: list[SignedAct] = []
    go: list[Go] = []
    recorded: list[ActId] = []
    keys: list[NewKey] = []
