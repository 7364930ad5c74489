"""What acts are called where people read of them. A room adds the names of its own when it is ready."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NAMES: dict[str, str | Promise] = {
    "added": _("Added a row"),
    "changed": _("Changed a row"),
    "deleted": _("Deleted a row"),
    "looked_at": _("Looked at residents' data"),
    "searched": _("Searched residents' data"),
    "role_given": _("Gave a role"),
    "role_ended": _("Ended a role"),
    "account_made": _("Made an account"),
    "password_set": _("Set a password"),
    "locked_out": _("Locked after wrong passwords"),
    "second_factor_set": _("Set up the second step"),
    "second_factor_forgotten": _("Had the second step set up anew"),
    "recovery_code_used": _("Used a recovery code"),
    "sessions_ended": _("Ended sessions"),
    "log_exported": _("Took the log out"),
    "bill_voided": _("Voided a bill"),
    "pairing_code_made": _("Made a pairing code"),
    "create_community": _("Made a community"),
    "asked": _("Asked for approval"),
    "approved": _("Approved a request"),
    "refused": _("Refused a request"),
}


def name_acts(names: Mapping[str, str | Promise]) -> None:
    """Further acts, by code."""
    _NAMES.update(names)


def name_of(act: str) -> str:
    """In the page's language; the code itself where no room named it."""
    return str(_NAMES.get(act, act))
