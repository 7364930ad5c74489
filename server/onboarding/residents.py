"""Finds the people of a file among those that are known, so that nobody is there twice.

A person is the same by name and phone in the whole community, and by name alone within a unit. People
without a phone who live in two units are two people: nothing says that they are one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.bulk_insert import insert_values, next_keys
from server.estate.models import Community, Resident

Key = tuple[str, str]  # name, digits of the phone


def digits(phone: str) -> str:
    if phone.isascii() and phone.isdigit():
        return phone
    return "".join(c for c in phone if "0" <= c <= "9" or c == "+")


@dataclass(slots=True)
class Known:
    """A resident by key; one who is new has none until they were written."""

    name: str
    phone: str
    pk: int = 0


class Directory:
    """Residents of one community who have a phone, for one batch of rows."""

    def __init__(self, community: Community, names: Iterable[str]) -> None:
        self._community = community
        rows = Resident.objects.filter(community=community, name__in=set(names)).exclude(phone="")
        self._known: dict[Key, Known] = {}
        for name, phone, pk in rows.order_by("-pk").values_list("name", "phone", "pk"):
            self._known[name, digits(phone)] = Known(name, phone, pk)
        self._new: list[Known] = []

    def person(self, name: str, phone: str) -> Known:
        """Who that is; written by ``write`` where nobody is known."""
        key = (name, digits(phone))
        known = self._known.get(key) if phone else None
        if known is None:
            known = Known(name, phone)
            self._new.append(known)
            if phone:
                self._known[key] = known
        return known

    def write(self) -> None:
        """Afterwards all have their keys."""
        here, keys = self._community.pk, next_keys(Resident, len(self._new))
        for known, pk in zip(self._new, keys, strict=True):
            known.pk = pk
        rows = [(known.pk, here, known.name, known.phone) for known in self._new]
        insert_values(Resident, ("id", "community_id", "name", "phone"), rows)
        self._new = []
