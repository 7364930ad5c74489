"""Makes a community: its settings, and with them the key that signs its bills."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from pydantic import ValidationError as PydanticError

from contract.numberings import NUMBERINGS
from contract.text_file import NotUtf8, read_text
from contract.unit_code import Numbering
from server.billing.models import BillSigningKey
from server.billing.signing import create_key
from server.estate.models import Community
from server.staff import audit
from server.staff.people import Person


class CommunityExists(Exception):
    """There is a community of this code already."""


class NumberingUnknown(Exception):
    """No such way to name units; the message says which there are."""


def create_community(
    settings: Mapping[str, Any], *, person: Person, at: datetime
) -> tuple[Community, BillSigningKey]:
    """The community with ``settings`` (fields of ``Community``) and its first signing key, all or
    nothing; the act is recorded.

    Raises CommunityExists, and ValidationError for a setting that cannot be.
    """
    code = str(settings.get("code", ""))
    if Community.objects.filter(code=code).exists():
        raise CommunityExists(code)
    community = Community(**settings)
    community.full_clean()
    try:
        with transaction.atomic():
            community.save()
            key = create_key(community, now=at)
            audit.record(
                community.pk,
                person,
                "create_community",
                ("community", community.code),
                "a community moves in",
                at,
                after={**settings, "signing_key": key.key_id},
            )
    except IntegrityError as error:
        if Community.objects.filter(code=code).exists():  # somebody else was faster
            raise CommunityExists(code) from error
        raise
    return community, key


def numbering_of(name: str) -> dict[str, Any]:
    """How units are named, as it is stored: by the name of a usual way, or from a file of JSON.

    Raises NumberingUnknown.
    """
    if name in NUMBERINGS:
        return NUMBERINGS[name][0].model_dump()
    if not name.endswith(".json"):
        known = ", ".join(NUMBERINGS)
        said = _("no numbering %(name)s; there are: %(known)s, or name a .json file")
        raise NumberingUnknown(said % {"name": name, "known": known})
    try:
        return Numbering.model_validate(json.loads(read_text(Path(name)))).model_dump()
    except OSError as error:
        said = _("%(file)s: cannot be read (%(reason)s)")
        raise NumberingUnknown(said % {"file": name, "reason": error.strerror}) from error
    except NotUtf8 as error:
        raise NumberingUnknown(str(error)) from error
    except (ValueError, PydanticError) as error:
        first = str(error).strip().splitlines()[0]
        said = _("%(file)s: is not a numbering: %(reason)s")
        raise NumberingUnknown(said % {"file": name, "reason": first}) from error


def complaints(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field, in the language in force."""
    if not hasattr(error, "error_dict"):
        return {"": " ".join(error.messages)}
    said = {field: " ".join(texts) for field, texts in error.message_dict.items()}
    named = {field: text for field, text in said.items() if field != NON_FIELD_ERRORS}
    return named or said  # what the database would refuse says a wrong field once more
