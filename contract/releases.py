"""Which release of the kiosk is wanted, and how far its updater is: told with heartbeats and answers.

What an updater may say is no closed list: it stands outside the releases, and may be newer or older than
what runs. A reader shows what it does not know as it is."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contract.message import Message

Version = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}(\.[0-9]{1,5}){1,3}$")]
Attempt = Annotated[int, Field(ge=0, lt=2**31)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z_]{0,40}$")]
CANARY, TENTH, ALL = "canary", "tenth", "all"
RINGS = (CANARY, TENTH, ALL)


class WantedRelease(Message):
    """``attempt`` grows when staff want a release tried again that was not well before. ``ring``: that of
    this kiosk; a release that is not signed for it is not taken."""

    version: Version
    attempt: Attempt
    ring: Word


class UpdateReport(Message):
    """``state``: none, fetching, unpacking, waits, trying, done, gone_back, refused. ``code`` says why it
    waits, was refused or went back. ``version`` is empty while there is nothing to tell of."""

    version: Version | Annotated[str, StringConstraints(max_length=0)] = ""
    attempt: Attempt = 0
    state: Word = "none"
    code: Word = ""
