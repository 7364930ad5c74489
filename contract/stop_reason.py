"""How a kiosk tells which life of it speaks, and why a server may stop one."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contract.message import Message, Sha256


class Presence(Message):
    """Which life of the kiosk speaks, and where its journal stands: how two machines with one
    identity, or one started from an old disk image, give themselves away.

    ``starts`` counts the starts of this journal and is on disk before it is told; ``boot`` is random
    at each start; ``beat`` grows with every message of one start, so that late ones are recognised.
    """

    boot: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    starts: Annotated[int, Field(ge=1, lt=2**63)]
    beat: Annotated[int, Field(ge=1, lt=2**63)]
    journal_last: Annotated[int, Field(ge=0, lt=2**63)]
    journal_hash: Sha256
    number: Annotated[int, Field(ge=0, lt=2**63)] = 0  # the highest number of a payment so far


class StopReason(StrEnum):
    """Why the server serves a kiosk no further until staff enrol it again. New ones go last: kiosks
    remember the place."""

    TWIN = "twin"  # two machines, or two disks, speak with one identity
    BEHIND = "behind"  # its journal ends before what was received from it: an old disk image
    FORKED = "forked"  # its journal contradicts what was received from it
    NOT_SIGNED = "not_signed"  # its journal holds what it did not sign
    DAMAGED = "damaged"  # its journal was damaged and entries that it told of are lost
    SWITCHED_OFF = (
        "switched_off"  # by staff; it is only listened to, and back when they switch it on
    )
