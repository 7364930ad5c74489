"""``lobbypay server meter-key``. Imports Django only when it runs."""

import argparse

from server.terminal import Add, Refused, community_called, person_called


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's command."""
    key = add("meter-key", _meter_key, "a key for a provider of remote meters; shown once")
    key.add_argument("--community", required=True, metavar="CODE")
    key.add_argument("--provider", required=True, metavar="NAME", help="who sends the readings")
    key.add_argument("--revoke", action="store_true", help="end all keys of the provider instead")
    key.add_argument(
        "--silent-days", type=int, metavar="N", help="after which a silent meter is told of; 35"
    )
    key.add_argument("--person", metavar="NAME", help="whose act it is: an account of staff")
    key.add_argument("--reason", required=True, metavar="TEXT", help="kept in the log of acts")


def _meter_key(arguments: argparse.Namespace) -> int:
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from server.remote_meters import keys
    from server.remote_meters.models import SILENT_DAYS

    community, person = community_called(arguments.community), person_called(arguments.person)
    values = (community, arguments.provider[:60], person, arguments.reason, timezone.now())
    if arguments.revoke:
        print(keys.revoke(*values))
        return 0
    days = arguments.silent_days if arguments.silent_days is not None else SILENT_DAYS
    if not 1 <= days <= 400:
        raise Refused(_("%(days)s: from 1 to 400 days") % {"days": days}, value=str(days))
    print(keys.make(*values, silent_days=days))
    return 0
