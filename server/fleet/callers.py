"""The kiosk that a key id names, with its community, by one prepared statement: each of its calls begins
with it."""

import uuid
from functools import cached_property

from server.estate.models import Community
from server.fleet.models import Kiosk
from server.prepared import Rows, first_row, quoted


class Callers:
    """``also``: what else is asked of each, as attributes of the kiosk: SQL of one value for a row of the
    kiosks' table, without parameters."""

    def __init__(self, **also: str) -> None:
        self._also = also

    def find(self, key_id: str) -> Kiosk | None:
        """None where nobody is, or was ever paired, under that id."""
        try:
            identity = uuid.UUID(key_id)
        except ValueError:
            return None
        kiosks, communities = self._kiosks, self._communities
        row = first_row(self._statement, [kiosks.key(identity)])
        if row is None:
            return None
        width = len(kiosks)
        kiosk = kiosks.made(row[:width])
        kiosk.community = communities.made_again(row[width : width + len(communities)])
        for name, value in zip(self._also, row[width + len(communities) :], strict=True):
            setattr(kiosk, name, value)
        return kiosk if kiosk.public_key else None

    @cached_property
    def _kiosks(self) -> Rows:
        return Rows(Kiosk)

    @cached_property
    def _communities(self) -> Rows:
        return Rows(Community)

    @cached_property
    def _statement(self) -> str:
        kiosks, communities = self._kiosks, self._communities
        columns = ", ".join((*kiosks.columns, *communities.columns, *self._also.values()))
        id_, community, community_id = map(quoted, ("id", "community_id", "id"))
        return (
            f"SELECT {columns} FROM {kiosks.table} JOIN {communities.table}"
            f" ON {communities.table}.{community_id} = {kiosks.table}.{community}"
            f" WHERE {kiosks.table}.{id_} = %s"
        )
