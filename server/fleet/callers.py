"""The kiosk that a key id names, with its community, by one prepared statement: each of its calls begins
with it. A heartbeat does without it where all is still as this process knew it last."""

import marshal
import uuid
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db import connection

from server.estate.models import Community
from server.fleet.models import Kiosk
from server.prepared import Rows, duplicate, first_row

REMEMBERED_MAX = 20_000  # kiosks, some 3 kB each with an ordinary heartbeat
# Where rows change between each two heartbeats, to try what is remembered costs as much as it saves.
_WORTH_IT, _LATELY, _TRIED_EACH = 0.5, 50, 32


class Callers:
    """``also``: what else is asked of each, as attributes of the kiosk: SQL of one value for a row of the
    kiosks' table, without parameters.

    On PostgreSQL a kiosk that was found has its ``version``: of all versions that its own row and its
    community's ever had, those that were read (``VERSION``).
    """

    SOURCE = "fleet_kiosk JOIN estate_community ON estate_community.id = fleet_kiosk.community_id"
    # https://www.postgresql.org/docs/current/ddl-system-columns.html: others at each change of a row
    VERSION = (
        "fleet_kiosk.xmin",
        "fleet_kiosk.ctid",
        "estate_community.xmin",
        "estate_community.ctid",
    )
    OF_KIOSK = 2  # the first of a version are of its own row

    def __init__(self, **also: str) -> None:
        self.also = also
        self._remembered: dict[str, tuple[list[Any], Community, tuple[str, ...]]] = {}
        self._communities_of: dict[int, tuple[tuple[str, ...], Community]] = {}
        self._right, self._asked = 1.0, 0  # the share of late, and how often

    def find(self, key_id: str) -> Kiosk | None:
        """None where nobody is, or was ever paired, under that id."""
        try:
            identity = uuid.UUID(key_id)
        except ValueError:
            return None
        row = first_row(self.statement, [self._kiosks.key(identity)])
        kiosk = None if row is None else self.made(row)
        if kiosk is None:
            self._remembered.pop(key_id, None)
        return kiosk

    def made(self, row: tuple[Any, ...]) -> Kiosk | None:
        """Of what ``statement`` gives."""
        width, answered = len(self._kiosks), len(self._kiosks) + len(self._communities)
        kiosk = self._kiosks.made(row[:width])
        kiosk.community = self._communities.made_again(row[width:answered])
        kiosk.version = row[answered + len(self.also) :]
        self.tell(kiosk, row[answered : answered + len(self.also)])
        return kiosk if kiosk.public_key else None

    def tell(self, kiosk: Kiosk, answers: tuple[Any, ...]) -> None:
        """What was asked ``also``, in that order."""
        for name, answer in zip(self.also, answers, strict=True):
            setattr(kiosk, name, answer)

    def remember(self, kiosk: Kiosk) -> None:
        """As its row is in the version that it has; one that has none is forgotten: what is known of it
        is not how it is."""
        version: tuple[str, ...] = getattr(kiosk, "version", ())
        if not version:
            self._remembered.pop(str(kiosk.pk), None)
            return
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        values = self._kiosks.values(kiosk)
        values[self._said_at] = marshal.dumps(kiosk.heartbeat)
        community = self._shared(kiosk, version[self.OF_KIOSK :])
        self._remembered[str(kiosk.pk)] = values, community, version

    def _shared(self, kiosk: Kiosk, version: tuple[str, ...]) -> Community:
        """One object for all kiosks of a community."""
        known = self._communities_of.get(kiosk.community_id)
        if known is None or known[0] != version:
            known = self._communities_of[kiosk.community_id] = version, duplicate(kiosk.community)
        return known[1]

    def remembered(self, key_id: str) -> Kiosk | None:
        """As this process knew it last, without what is asked also: it may have changed since. None also
        where it mostly has (``was_right``)."""
        known = self._remembered.get(key_id)
        self._asked += 1
        if known is None or (self._right < _WORTH_IT and self._asked % _TRIED_EACH):
            return None
        values, community, version = [*known[0]], *known[1:]
        values[self._said_at] = marshal.loads(values[self._said_at])
        kiosk = self._kiosks.of(values)
        kiosk.community, kiosk.version = duplicate(community), version
        return kiosk

    def was_right(self, right: bool) -> None:
        """Whether what was remembered was still so."""
        self._right += (right - self._right) / _LATELY

    @cached_property
    def statement(self) -> str:
        """Of a kiosk's id."""
        columns = [*self._kiosks.columns, *self._communities.columns, *self.also.values()]
        if connection.vendor == "postgresql":
            columns += as_text(self.VERSION)
        return f"SELECT {', '.join(columns)} FROM {self.SOURCE} WHERE fleet_kiosk.id = %s"

    @cached_property
    def _kiosks(self) -> Rows:
        return Rows(Kiosk)

    @cached_property
    def _communities(self) -> Rows:
        return Rows(Community)

    @cached_property
    def _said_at(self) -> int:
        return self._kiosks.names.index("heartbeat")


def as_text(version: Sequence[str]) -> list[str]:
    return [f"{part}::text" for part in version]


def is_version(version: Sequence[str]) -> str:
    """A condition with a parameter for each. As text: a row that is found by its place alone leaves its
    page full of what was there before, which one that is found by an index clears away."""
    return " AND ".join(f"{part} = %s" for part in as_text(version))
