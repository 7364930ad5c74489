"""What a run is mostly about, so that rare things meet often enough: cards, codes on phones, codes on the
screen, the line, people and more. The seed decides."""

import itertools
from collections.abc import Iterator

from tests.simulation.operation_themes import (
    ANOTHER_CLOCK,
    BACKLOG,
    BACKUP,
    CROSSING,
    DATABASE,
    DECISIONS,
    LINE,
    LOST_ORDERS,
    OFFICE,
    OLD_COPY,
    POISON,
    TERMINAL_REPLACED,
)
from tests.simulation.payment_themes import (
    CARD,
    CONSOLE,
    CREDIT,
    GONE_CHANNEL,
    PHONE,
    RETURNS,
    SCREEN,
    SLOW_CHANNEL,
)
from tests.simulation.theme import Theme

CHOSEN, OTHERS = 0.8, 0.25  # how likely a run has a fault of its theme, and any other

THEMES = (
    CARD,
    PHONE,
    SCREEN,
    LINE,
    SLOW_CHANNEL,
    LOST_ORDERS,
    BACKLOG,
    OFFICE,
    CONSOLE,
    CREDIT,
    ANOTHER_CLOCK,
    DATABASE,
    CROSSING,
    GONE_CHANNEL,
    OLD_COPY,
    SLOW_CHANNEL,
    BACKUP,
    TERMINAL_REPLACED,
    DECISIONS,
    CONSOLE,
    RETURNS,
    POISON,
)


def theme_of(seed: int) -> Theme:
    return THEMES[seed % len(THEMES)]


def seeds_of(theme: Theme) -> Iterator[int]:
    return (seed for seed in itertools.count(1) if theme_of(seed) is theme)
