"""Shows a machine's code until a signed-in phone has said which kiosk it is: for whoever sets it up. A
resident who comes by reads that nothing can be paid here yet."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.screens.paying_qr import minutes_and_seconds
from kiosk.ui.widgets import codes, drawings, statement  # noqa: F401

_STEPS = ("pairing.open", "pairing.type", "pairing.choose")
_TROUBLED = ("pairing.cable", "pairing.address", "pairing.wait")  # where no code comes
_WAITS = {
    "asking": ("pairing.asking", "pairing.asking_body"),
    "away": ("pairing.away", "pairing.away_body"),
    "refused": ("pairing.refused", "pairing.refused_body"),
}


@dataclass(frozen=True)
class PairingView:
    title: str
    url: str  # as a QR code; empty while there is none
    code: str  # in two halves, as it is read out
    time_left: str
    share: float
    trouble: str  # why there is no code, and that it is asked for by itself
    steps: tuple[str, ...]
    server: str


def present(session: Session) -> PairingView:
    language, pairing = session.visit.language, session.lobby.pairing
    shown = pairing.shown
    left = max(0.0, pairing.until - session.now)
    half = (len(shown.code) + 1) // 2
    told = shown.trouble or ("" if shown.url else "asking")
    title, trouble = _WAITS.get(told, ("pairing.title", ""))
    steps = _TROUBLED if shown.trouble else _STEPS if shown.url else ()
    return PairingView(
        title=say(language, title),
        url=shown.url,
        code=f"{shown.code[:half]} {shown.code[half:]}".strip(),
        time_left=minutes_and_seconds(left) if shown.url else "",
        share=min(1.0, left / shown.lives_s) if shown.lives_s else 0.0,
        trouble=say(language, trouble) if trouble else "",
        steps=tuple(say(language, step) for step in steps),
        server=say(language, "pairing.server", address=pairing.server),
    )


class PairingScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
