"""Who does an act: a person with an account of the back office."""

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

NAME_MAX = 150


@dataclass(frozen=True)
class Person:
    """``account`` is the account's primary key; None for a name without one."""

    name: str
    account: int | None = None


def of(user: AbstractBaseUser | AnonymousUser) -> Person:
    """The person who is logged in; the full name where the account has one. Raises ValueError for
    nobody."""
    if not user.is_authenticated or not isinstance(user, AbstractBaseUser):
        raise ValueError("an act needs a person who is logged in")
    full = getattr(user, "get_full_name", str)()
    return Person((full or user.get_username())[:NAME_MAX], user.pk)
