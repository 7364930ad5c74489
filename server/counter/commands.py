"""``lobbypay server packages`` and ``instalments``. Imports Django only when a command runs."""

import argparse

from server.terminal import Add, as_json, community_called


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's commands."""
    packages = add("packages", _packages, "packages that were sold, and their months to come")
    parts = add("instalments", _instalments, "agreements on instalments, and how far they are paid")
    parts.add_argument("--missed", action="store_true", help="of which a day has passed unpaid")
    for command in (packages, parts):
        command.add_argument(
            "--community", metavar="CODE", help="needed only when there are several"
        )
        command.add_argument("--json", action="store_true", help="for programs")


def _packages(arguments: argparse.Namespace) -> int:
    from server.billing.packages import listing
    from server.billing.packages.models import PackageSale

    community = community_called(arguments.community)
    sales = PackageSale.objects.filter(community=community, ended_at=None)
    rows = list(sales.select_related("bill", "unit").order_by("unit__code", "pk"))
    told = [
        {
            "unit": one.sale.unit.code,
            "bill": one.sale.bill.number,
            "state": one.sale.bill.state,
            "used": one.used,
            "to_come": one.ahead,
        }
        for one in listing.sold(rows)
    ]
    if arguments.json:
        print(as_json(told))
        return 0
    for row in told:
        last = row["to_come"][-1] if row["to_come"] else ""
        print(f"{row['unit']}  {row['bill']}  {row['state']}  {len(row['to_come'])}  {last}")
    return 0


def _instalments(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from server.billing.instalments.models import InstalmentAgreement
    from server.billing.instalments.progress import going_on, missed, progress

    community, now = community_called(arguments.community), timezone.now()
    mine = InstalmentAgreement.objects.filter(community=community)
    rows = missed(mine, now) if arguments.missed else going_on(mine)
    told = [
        {
            "unit": one.agreement.unit.code,
            "stand": one.stand.value,
            "paid": one.paid,
            "of": len(one.parts),
            "owed_minor": one.owed_minor,
            "next_due": one.next.bill.due.isoformat() if one.next else None,
        }
        for one in progress(list(rows.select_related("unit__community")), now)
    ]
    if arguments.json:
        print(as_json(told))
        return 0
    for row in told:
        print(f"{row['unit']}  {row['stand']}  {row['paid']}/{row['of']}  {row['next_due'] or ''}")
    return 0
