"""The ways in which every screen must do: for everybody, elder, high contrast, at night, low reach."""

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
}
