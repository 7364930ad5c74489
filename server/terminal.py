"""What commands at the server's terminal share: how they refuse, for whom they act, in which language.

Whatever a command says is in the language of the terminal's locale, or of ``--language``. Usage and
the names of options are English, as is what is wrong before Django has started. Importing this
needs no Django.
"""

import argparse
import json
import os
from collections.abc import Callable
from typing import Any

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]

SYSTEM = "system"  # who acts at the server's terminal, when nobody is named
LANGUAGES = ("zh", "en")
LABEL_WIDTH = 14  # columns, as terminals count them: a Han character takes two


class Refused(Exception):
    """A command cannot be done; the text says why, for whoever typed it. ``value``: what was typed."""

    def __init__(self, message: str, *, value: str = "") -> None:
        super().__init__(message)
        self.value = value


def language_of(asked: str | None) -> str:
    """Django's name of the language in which a command speaks. ``asked``: one of LANGUAGES, or None."""
    from server.language import CHINESE, ENGLISH, of_terminal

    return {"zh": CHINESE, "en": ENGLISH}[asked] if asked else of_terminal(os.environ)


def labelled(label: object, value: object) -> str:
    """A line of a list: the label, and the value behind it in the second column."""
    import unicodedata

    text = str(label)
    wide = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return f"{text}{' ' * max(1, LABEL_WIDTH - wide)}{value}"


def as_json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False)


def unwritable(file: object, error: OSError) -> str:
    from django.utils.translation import gettext as _

    return _("%(file)s: cannot be written (%(reason)s)") % {"file": file, "reason": error.strerror}


def community_called(code: str | None) -> Any:
    """The community that is named, or the only one. Raises Refused, which says which there are."""
    from django.utils.translation import gettext as _

    from server.estate.models import Community

    known = list(Community.objects.order_by("code"))
    fitting = [c for c in known if c.code == code] if code else known
    if len(fitting) == 1:
        return fitting[0]
    codes = ", ".join(c.code for c in known) or _("none yet; make one with create-community")
    if code:
        said = _("no community %(code)s; there are: %(codes)s") % {"code": code, "codes": codes}
        raise Refused(said, value=code)
    raise Refused(_("name one community with --community; there are: %(codes)s") % {"codes": codes})


def person_called(name: str | None) -> Any:
    """Whose act it is: an account of staff, else the system. Raises Refused where there is none."""
    from django.contrib.auth import get_user_model
    from django.utils.translation import gettext as _

    from server.staff import people

    if name is None:
        return people.Person(SYSTEM)
    user = get_user_model().objects.filter(username=name, is_active=True, is_staff=True).first()
    if user is None:
        said = _("no member of staff %(name)s; make one with create-staff") % {"name": name}
        raise Refused(said, value=name)
    return people.of(user)
