"""The ways in which every screen must do: for everybody, elder, high contrast, at night, low reach,
with the voice on, which changes the bar at the top."""

from dataclasses import dataclass

from kiosk.core.model import AS_USUAL, Access
from kiosk.ui.palette import Shade


@dataclass(frozen=True)
class Mode:
    access: Access = AS_USUAL
    shade: Shade = Shade.LIGHT


MODES = {
    "normal": Mode(),
    "elder": Mode(Access(elder=True)),
    "high-contrast": Mode(Access(high_contrast=True)),
    "night": Mode(shade=Shade.NIGHT),
    "low-reach": Mode(Access(low_reach=True)),
    "speaking": Mode(Access(speaking=True)),
    "speaking-elder": Mode(Access(speaking=True, elder=True)),
}
