"""People who may enter the back office. Passwords are stored as Django's salted hashes only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from axes.utils import reset as end_pause
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from server.staff import assignments, audit, made_passwords, second_factor
from server.staff.people import Person
from server.staff.roles import Role

OPERATOR = Person("lobbypay server")  # whoever has the server's terminal


@transaction.atomic
def create_staff(
    name: str,
    password: str,
    *,
    at: datetime,
    superuser: bool | None = None,
    roles: Iterable[tuple[Any, Role]] = (),
    by: Person = OPERATOR,
    to_be_changed: bool = False,
) -> Any:
    """A member of staff; a known name gets the new password and keeps what it has.

    ``roles``: (community, role), added to those that are held. ``superuser``: None leaves it as it is.
    ``to_be_changed``: the person chooses another password at the next sign-in.
    Raises django.core.exceptions.ValidationError for a weak password.
    """
    people = get_user_model()
    user = people.objects.filter(username=name).first() or people(username=name)
    validate_password(password, user)
    new = user.pk is None
    user.is_staff = True
    if superuser is not None:
        user.is_superuser = superuser
    user.set_password(password)
    user.save()
    if to_be_changed:
        made_passwords.mark(user, at)
    else:
        made_passwords.forget(user)
    after = {"superuser": user.is_superuser}
    act = "account_made" if new else "password_set"
    audit.note(None, by, act, ("person", name), at, after=after)
    for community, role in roles:
        assignments.give(user, community, role, by, "create-staff", at)
    return user


def let_in(user: Any, by: Person, reason: str, at: datetime, *, new_second_step: bool) -> None:
    """For who cannot get in: ends the pause after wrong passwords, and has the second step set up anew
    where the phone and the recovery codes are lost. Raises ReasonMissing."""
    end_pause(username=user.get_username())
    if new_second_step:
        second_factor.forget(user, by, reason, at)
