"""Who does an act: an account of the back office, or whoever sits at the server's own terminal."""

import getpass
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

NAME_MAX = 150


@dataclass(frozen=True)
class Person:
    """``account`` is the account's primary key, or None at the server's terminal."""

    name: str
    account: int | None = None


def of(user: AbstractBaseUser | AnonymousUser) -> Person:
    """The person who is logged in; the full name where the account has one. Raises ValueError for
    nobody."""
    if not user.is_authenticated or not isinstance(user, AbstractBaseUser):
        raise ValueError("an act needs a person who is logged in")
    full = getattr(user, "get_full_name", str)()
    return Person((full or user.get_username())[:NAME_MAX], user.pk)


def at_the_terminal() -> Person:
    """The user of the operating system who runs a command."""
    return Person(f"{getpass.getuser()} (terminal)"[:NAME_MAX])
