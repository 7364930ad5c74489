"""ZVT, the protocol of card terminals in Germany, Austria and Switzerland (PA00P015, PA00P016).

Never run on a real terminal yet: built from the specification and from captures, tried against our
own simulator only. Never repeats a command that takes money and never shows a card number.
"""

from collections.abc import Mapping
from typing import Any

from device_drivers.card_terminals.zvt import settings as _settings
from device_drivers.card_terminals.zvt.terminal import ZvtTerminal


def create(settings: Mapping[str, Any]) -> ZvtTerminal:
    """The driver for its table of the configuration. Raises BadSetting; touches no device."""
    return ZvtTerminal(_settings.read(settings))
