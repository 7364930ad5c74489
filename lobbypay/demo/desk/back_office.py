"""What only the operator of a server can do, done for the demo's own server on this machine: signed-in
sessions of its staff, and a bill key whose last day is over.

A process of its own: it opens the server's database and key folder with the rights of whoever runs the
demo. The server knows nothing of it and has no door for it: a server elsewhere cannot be entered so.
"""

import argparse
import json
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.message import Text
from lobbypay.demo.desk.words import WORDS

if TYPE_CHECKING:
    from lobbypay.demo.house import House

SESSION_LIFE_S = 12 * 3600
KEY_MADE_BEFORE = timedelta(days=4 * 365)  # longer than a key's life
# An account for the whole company, and one for each role, named as the server names the role.
ROLES: tuple[tuple[str, Text], ...] = (
    ("demo", WORDS["role.demo"]),
    ("administrator", WORDS["role.administrator"]),
    ("bookkeeper", WORDS["role.bookkeeper"]),
    ("collector", WORDS["role.collector"]),
    ("approver", WORDS["role.approver"]),
    ("technician", WORDS["role.technician"]),
    ("auditor", WORDS["role.auditor"]),
)
PAGES: tuple[tuple[str, str, Text], ...] = (
    ("start", "/staff/", WORDS["page.start"]),
    ("fleet", "/staff/fleet/", WORDS["page.fleet"]),
    ("open-questions", "/staff/open-questions/", WORDS["page.open-questions"]),
    ("back-office", "/admin/", WORDS["page.back-office"]),
)


def sign_in(house: "House", names: list[str]) -> dict[str, str]:
    """The keys of fresh sessions, by account. They pass through a file that only its owner reads."""
    path = house.folder / "sessions.json"
    house.operator_command("sessions", *names, "--out", str(path))
    try:
        return json.loads(path.read_text())
    finally:
        path.unlink()


def make_expired_key(house: "House", path: Path) -> None:
    house.operator_command("expired-key", "--out", str(path))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m lobbypay.demo.desk.back_office")
    parser.add_argument("what", choices=("sessions", "expired-key"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "server.settings")
    import django

    django.setup()
    if options.what == "sessions":
        content = json.dumps({name: _session(name) for name in options.names})
    else:
        content = _expired_key()
    options.out.touch(mode=0o600)
    options.out.write_text(content)
    return 0


def _session(name: str) -> str:
    from django.conf import settings
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore

    user = get_user_model().objects.filter(username=name).first() or _with_role(name)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.set_expiry(SESSION_LIFE_S)
    session.save()
    assert session.session_key is not None
    return session.session_key


def _with_role(name: str) -> Any:
    """An account that holds the role of this name in every community, with a password nobody knows."""
    from django.utils import timezone

    from server.estate.models import Community
    from server.staff.accounts import create_staff
    from server.staff.roles import Role

    roles = [(community, Role(name)) for community in Community.objects.all()]
    return create_staff(name, secrets.token_urlsafe(18), at=timezone.now(), roles=roles)


def _expired_key() -> str:
    """The private half as PEM; the public half is the community's, as of years ago."""
    from django.conf import settings
    from django.utils import timezone

    from server.billing.signing import create_key
    from server.estate.models import Community

    key = create_key(Community.objects.get(), now=timezone.now() - KEY_MADE_BEFORE)
    return (Path(settings.DATA_FOLDER) / "keys" / f"bill-{key.key_id}.pem").read_text()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
