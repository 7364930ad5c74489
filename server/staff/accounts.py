"""People who may enter the back office. Passwords are stored as Django's salted hashes only."""

from django.contrib.auth import get_user_model


def create_staff(name: str, password: str) -> None:
    """A member of staff with every right in the back office; a known name gets the new password."""
    user, _ = get_user_model().objects.get_or_create(username=name)
    user.is_staff = user.is_superuser = True
    user.set_password(password)
    user.save()
