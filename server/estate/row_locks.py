"""Rows that people and runs hold until their transaction ends, so that one at a time acts on them.

Nearly every new row names its community, many their unit. Such a row waits at its end for whoever holds
what it names, unless that holds everything but the key, which never changes: a payment would wait for a
clerk who waits for its bills.
"""

from server.estate.models import Community, Unit


def hold_community(pk: int) -> Community:
    """As it stands now. Others may go on naming it."""
    return Community.objects.select_for_update(no_key=True).get(pk=pk)


def hold_unit(pk: int) -> Unit:
    """As ``hold_community``; with its community, which is not held."""
    rows = Unit.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("community").get(pk=pk)
