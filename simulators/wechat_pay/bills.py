"""The day's bill of refunds as WeChat Pay makes it: asked for with a signature, fetched without one, its
hash in between. Here a day's bill is there at once, and grows until the day is over."""

import hashlib
from datetime import date, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract.business_day import business_day
from contract.money import Money
from simulators.payment_channel.books import Books, NotPossible

BEIJING = timezone(timedelta(hours=8))
ASKED, FETCHED = "/v3/bill/tradebill", "/v3/billdownload/file"
_COLUMNS = (
    "交易时间,商户号,微信订单号,商户订单号,商品名称,微信退款单号,商户退款单号,申请退款金额,退款状态"
)
_SUMS = "总交易单数,应结订单总金额,退款总金额"


class Bills:
    def __init__(self, books: Books) -> None:
        self._books = books

    def told(self, target: str, host: str) -> dict[str, Any]:
        """Where a day's bill is. Raises NotPossible: no_bill; KeyError and ValueError."""
        asked = parse_qs(urlsplit(target).query)
        day = date.fromisoformat(asked["bill_date"][0])
        if asked["bill_type"] != ["REFUND"]:
            raise ValueError("bill_type")
        content = self.file(f"?token={day.isoformat()}")
        if not content:
            raise NotPossible("no_bill")
        return {
            "hash_type": "SHA1",
            "hash_value": hashlib.sha1(content).hexdigest(),
            "download_url": f"http://{host}{FETCHED}?token={day.isoformat()}",
        }

    def file(self, target: str) -> bytes:
        """The bill of the day that the token names; empty when there were no refunds."""
        day = date.fromisoformat(parse_qs(urlsplit(target).query)["token"][0])
        rows = [
            (
                f"{made.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
                "1900000001",
                "42",
                order,
                "物业缴费,一期",
                "50",
                number,
                str(Money(amount).decimal),
                "SUCCESS",
            )
            for made, order, number, amount in self._books.refunds_made()
            if business_day(made, "Asia/Shanghai") == day
        ]
        if not rows:
            return b""
        lines = [",".join(f"`{value}" for value in row) for row in rows]
        sums = f"`{len(rows)},`0.00,`0.00"
        return "\r\n".join([_COLUMNS, *lines, _SUMS, sums, ""]).encode("utf-8-sig")
