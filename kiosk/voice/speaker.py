"""The voice: takes what is to be said, leaves out what must not be overheard, and has it played."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from contract.money import Locale
from kiosk.asset_paths import VOICE
from kiosk.core.access import VOLUMES
from kiosk.core.helping import phone_now
from kiosk.core.model import Session
from kiosk.texts.catalogue import VOICE_TEXTS, say
from kiosk.ui.voice_port import Said
from kiosk.voice import planner
from kiosk.voice.manifest import Manifest, read
from kiosk.voice.player import Player, Utterance
from kiosk.voice.speech import AMOUNT, PAUSE, spoken

log = structlog.get_logger("voice")
_Result = TypeVar("_Result")

NIGHT_STEPS = 1  # so much softer is the loudspeaker at night
STEP_DB = 6.0  # four steps: 18 dB from the softest to the loudest, one of them at 12 dB


@dataclass(frozen=True)
class Outputs:
    """ALSA names. ``headset`` empty: there is none. ``all_aloud``: the site lets the loudspeaker say
    what is personal too."""

    speaker: str = "default"
    headset: str = ""
    all_aloud: bool = False


def private(session: Session, outputs: Outputs) -> bool:
    """Whether only the resident hears it, or the site does not mind."""
    return outputs.all_aloud or bool(outputs.headset and session.lobby.headset)


def heard(session: Session, said: tuple[Said, ...], outputs: Outputs) -> tuple[Said, ...]:
    """What of it is said by this output. Any text with an amount counts as personal. That something has
    no clips is said in its place, with whom to call about it at this hour."""
    language = session.visit.language
    alone = private(session, outputs)
    kept = [part for part in said if part.text and (alone or not _personal(part))]
    if any(not spoken(part.language or language, part.text).readable for part in kept):
        phone, _ = phone_now(session)
        id = "voice.cannot_read_call" if phone else "voice.cannot_read"
        kept.append(Said(say(language, id, domain=VOICE_TEXTS, phone=phone)))
    return tuple(kept)


def clip_ids(session: Session, said: tuple[Said, ...]) -> tuple[tuple[Locale, str], ...]:
    """The clips of all parts with a pause after each."""
    found: list[tuple[Locale, str]] = []
    for part in said:
        language = part.language or session.visit.language
        clips = spoken(language, part.text).clips
        found += [(language, clip) for clip in (*clips, PAUSE) if clips]
    return tuple(found)


def _personal(part: Said) -> bool:
    return part.personal or bool(AMOUNT.search(part.text))


def of_screen(session: Session, outputs: Outputs) -> tuple[Said, ...]:
    """What is said of a screen; that a headset would say more, where there is a jack and more to say."""
    said = planner.of_screen(session)
    keeps = outputs.headset and not private(session, outputs) and any(map(_personal, said))
    if not keeps:
        return said
    return (*said, Said(say(session.visit.language, "voice.private", domain=VOICE_TEXTS)))


class Speaker:
    """A kiosk.ui.voice_port.Voice. ``own`` is the folder of a site's own clips, which come before
    ours."""

    def __init__(self, player: Player, outputs: Outputs, own: Path | None = None) -> None:
        self._player, self._outputs = player, outputs
        folders = [folder for folder in (own, VOICE) if folder is not None]
        self._manifests: dict[Locale, Manifest] = {
            language: read(folders, language) for language in ("zh_CN", "en")
        }

    def screen(self, session: Session) -> tuple[Said, ...]:
        return _safely(lambda: of_screen(session, self._outputs), ())

    def say(self, session: Session, said: tuple[Said, ...]) -> None:
        _safely(lambda: self._say(session, said), None)

    def stop(self) -> None:
        self._player.stop()

    def close(self) -> None:
        self._player.close()

    def _say(self, session: Session, said: tuple[Said, ...]) -> None:
        outputs = self._outputs
        clips = clip_ids(session, heard(session, said, outputs))
        by_headset = bool(outputs.headset and session.lobby.headset)
        softer = NIGHT_STEPS if session.lobby.hours.night and not by_headset else 0
        self._player.play(
            Utterance(
                clips=tuple(self._file(language, clip) for language, clip in clips),
                device=outputs.headset if by_headset else outputs.speaker,
                gain_db=-STEP_DB * (VOLUMES - session.visit.access.volume + softer),
            )
        )

    def _file(self, language: Locale, clip: str) -> Path | None:
        return None if clip == PAUSE else self._manifests[language].file(clip)


def _safely(act: Callable[[], _Result], otherwise: _Result) -> _Result:
    """A word that is missing must not stop a payment."""
    try:
        return act()
    except Exception:
        log.exception("voice_failed")
        return otherwise
