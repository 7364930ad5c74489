"""Passwords that somebody else made: who signs in with one chooses an own one before anything else."""

from datetime import datetime
from typing import Any

from server.staff.models import MadePassword


def mark(user: Any, at: datetime) -> None:
    MadePassword.objects.update_or_create(person=user, defaults={"at": at})


def forget(user: Any) -> None:
    """The person has chosen an own one."""
    MadePassword.objects.filter(person=user).delete()


def is_made(user: Any) -> bool:
    return MadePassword.objects.filter(person=user.pk).exists()
