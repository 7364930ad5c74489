"""Finds the people of a file among those that are known, so that nobody is there twice.

A person is the same by name and phone in the whole community, and by name alone within a unit. People
without a phone who live in two units are two people: nothing says that they are one.
"""

from collections.abc import Iterable

from server.bulk_insert import insert_many
from server.estate.models import Community, Resident

Key = tuple[str, str]  # name, digits of the phone


def digits(phone: str) -> str:
    if phone.isascii() and phone.isdigit():
        return phone
    return "".join(c for c in phone if "0" <= c <= "9" or c == "+")


class Directory:
    """Residents of one community who have a phone, for one batch of rows."""

    def __init__(self, community: Community, names: Iterable[str]) -> None:
        self._community = community
        rows = Resident.objects.filter(community=community, name__in=set(names)).exclude(phone="")
        self._known: dict[Key, Resident] = {}
        for resident in rows.order_by("-pk"):
            self._known[resident.name, digits(resident.phone)] = resident
        self._new: list[Resident] = []

    def person(self, name: str, phone: str) -> Resident:
        """Who that is; written by ``write`` where nobody is known."""
        key = (name, digits(phone))
        known = self._known.get(key) if phone else None
        if known is None:
            known = Resident(community_id=self._community.pk, name=name, phone=phone)
            self._new.append(known)
            if phone:
                self._known[key] = known
        return known

    def write(self) -> None:
        """Afterwards all have their keys."""
        insert_many(self._new, keys=True)
        self._new = []
