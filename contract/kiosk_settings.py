"""Settings of a kiosk that its own file holds and that staff may change from afar: one schema on both
sides. What is not here (devices, addresses, the PIN) is changed at the machine alone."""

from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Look(Table):
    """How the screen looks. ``theme``: light, night or high_contrast always, or by the hour of the
    community. ``panel_width_mm``: of what can be seen of the panel, along its lower edge; 0 takes it for
    one of 21.5 inches. ``moving`` false: nothing on the screen moves.
    """

    theme: Literal["auto", "light", "night", "high_contrast"] = "auto"
    night_from: time = time(21, 30)
    night_until: time = time(6, 0)
    moving: bool = True
    panel_width_mm: float = Field(0.0, ge=0, le=3000)


class Payments(Table):
    """``offline_bills_max_age_h``: after so many hours without the server no bill is offered."""

    offline_card_limit_minor: int = Field(100_000, ge=0, le=10_000_000)
    offline_bills_max_age_h: float = Field(24.0, ge=0, le=168)


class ChangedSettings(Table):
    """What is changed from afar, by table and name; whatever is not named stays as the kiosk's own file
    says."""

    look: dict[str, object] = {}
    payments: dict[str, object] = {}

    def checked(self) -> "ChangedSettings":
        """Each value as its table takes it, in JSON. Raises ValidationError and KeyError."""
        made: dict[str, dict[str, object]] = {}
        for name, table in TABLES.items():
            given: dict[str, object] = getattr(self, name)
            whole = table.model_validate(given)
            made[name] = whole.model_dump(mode="json", include=set(given))
        return ChangedSettings.model_validate(made)


TABLES: dict[str, type[Table]] = {"look": Look, "payments": Payments}
