"""``lobbypay server rotate-act-key``. Imports Django only when it runs."""

import argparse

from server.terminal import Add, Refused


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's command."""
    add("rotate-act-key", _rotate, "a new key that signs acts of kiosks; they follow by themselves")


def _rotate(_: argparse.Namespace) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext

    from server.remote_acts import signing

    try:
        key = signing.rotate(timezone.now())
    except signing.ActKeyMissing as missing:
        said = gettext("%(file)s cannot be read: bring it back from the backup")
        raise Refused(said % {"file": str(missing)}) from missing
    print(key.public_key)
    return 0
