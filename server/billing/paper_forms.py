"""Where things stand on a bill's first page, so that a window envelope or a fold shows only what it may.

All measures are millimetres from the sheet's left and upper edge (A4, 210 x 297), folded in a Z at the
``folds``, so that the upper panel's print is outside, in front, and the rest lies print to print.

- **Window of GB/T 22585-2008** (envelopes with a transparent window; DL 220 x 110 and ZL 230 x 120 of
  GB/T 1416-2003): the window is 100 x 40 or 100 x 50, its left edge 25 +- 2 from the envelope's left, its
  upper edge 30 +- 1.5 from the envelope's top. The sheet, folded at 105 and 210, is 210 x 105 and slides
  by up to 20 and 15 in the larger envelope, so what has to be seen in any position stands in
  27..103 x 31.5..53.5, and what may be seen in some position is 3..127 x 13.5..81.5.
- **Window of DIN 680:2008-02** (DL, 220 x 110): the window is 90 x 45, 20 +- 1 from the left, 15 +- 1
  from the bottom, so 50 from the top. The sheet slides by up to 10 and 5: seen in any position is
  21..99 x 51..89, seen in some position 9..111 x 44..96.
- **Slip**: without an envelope, folded at 99 and 198 into three equal panels and closed by a sticker.
  Outside are the upper panel, and the blank back of the lowest one: print on one side of the paper only.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaperForm(models.TextChoices):
    PLAIN = "plain", _("Plain sheet")
    WINDOW_GB = "window_gb", _("Window envelope, Chinese (DL and ZL)")
    WINDOW_DIN = "window_din", _("Window envelope, DIN (DL)")
    SLIP = "slip", _("Folded slip, without an envelope")


@dataclass(frozen=True, slots=True)
class Box:
    """From ``left`` and ``top``, in millimetres."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, x: float, y: float) -> bool:
        within = self.left <= x <= self.left + self.width
        return within and self.top <= y <= self.top + self.height


@dataclass(frozen=True, slots=True)
class Fold:
    """``panel``: the height of the upper panel. ``address``: where who gets it stands, seen through the
    window however the sheet lies; ``shown``: whatever the window may show."""

    panel: float
    folds: tuple[float, float]
    address: Box
    shown: Box


FOLDS: dict[str, Fold] = {
    PaperForm.WINDOW_GB: Fold(105, (105, 210), Box(27, 31.5, 76, 22), Box(3, 13.5, 124, 68)),
    PaperForm.WINDOW_DIN: Fold(105, (105, 210), Box(21, 51, 78, 38), Box(9, 44, 102, 52)),
    PaperForm.SLIP: Fold(99, (99, 198), Box(18, 16, 174, 70), Box(0, 0, 210, 99)),
}
