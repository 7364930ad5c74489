"""The nexo-based Terminal API: JSON over HTTPS on the local network (Adyen; POST /nexo, port 8443).

Never run on a real terminal yet: built from the public documentation (docs.adyen.com, point-of-sale) and
Adyen's open libraries, tried against our own simulator only. Never repeats a command that takes money
and never shows a card number.
"""

from collections.abc import Mapping
from typing import Any

from device_drivers.card_terminals.nexo import settings as _settings
from device_drivers.card_terminals.nexo.terminal import NexoTerminal


def create(settings: Mapping[str, Any]) -> NexoTerminal:
    """The driver for its table of the configuration. Raises BadSetting; touches no device, and reads
    the files that the table names only when it opens."""
    return NexoTerminal(_settings.read(settings))
