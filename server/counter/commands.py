"""``lobbypay server packages``. Imports Django only when a command runs."""

import argparse

from server.terminal import Add, as_json, community_called


def add_commands(add: Add) -> None:
    """Tells the command line of the server about this room's commands."""
    packages = add("packages", _packages, "packages that were sold, and their months to come")
    packages.add_argument("--community", metavar="CODE", help="needed only when there are several")
    packages.add_argument("--json", action="store_true", help="for programs")


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
