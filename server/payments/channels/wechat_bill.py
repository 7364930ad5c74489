"""WeChat Pay's daily bill of refunds: the only place that names those made in the merchant's console.

A day's bill is there the next morning, and is a snapshot: the numbers in it are right, how a refund
stands is asked under its number (pay.weixin.qq.com, the format of trade bills). What is paid back out of
the available balance is in no such bill.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Protocol

DAYS_MAX = 60
_NONE_THAT_DAY = "NOSTATEMENTEXIST"
_ORDER, _REFUND = "商户订单号", "商户退款单号"


class BillMissing(Exception):
    """A day's bill could not be had, or is not what WeChat Pay signed for."""


class Line(Protocol):
    def request(self, path: str) -> tuple[int, dict[str, Any]]: ...
    def download(self, url: str) -> bytes: ...


def refund_numbers(line: Line, out_trade_no: str, paid_on: date, today: date) -> list[str]:
    """The numbers of all refunds of an order that the bills of the days since it was paid name, in the
    order in which they were made. Today's is not there yet. Raises BillMissing."""
    first = max(paid_on, today - timedelta(days=DAYS_MAX))
    found: dict[str, None] = {}
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        try:
            content = _bill(line, day)
        except BillMissing:
            if day < today:
                raise
            continue
        found |= dict.fromkeys(_numbers(content, out_trade_no))
    return list(found)


def _bill(line: Line, day: date) -> bytes:
    path = f"/v3/bill/tradebill?bill_date={day.isoformat()}&bill_type=REFUND"
    status, told = line.request(path)
    if status >= 400 and str(told.get("code")).replace("_", "") == _NONE_THAT_DAY:
        return b""
    if status != 200 or not _complete(told):
        raise BillMissing(f"{day}: {status} {told.get('code')}")
    content = line.download(told["download_url"])
    if hashlib.sha1(content).hexdigest() != told["hash_value"].lower():
        raise BillMissing(f"{day}: the file is not the one that was signed for")
    return content


def _complete(told: Mapping[str, Any]) -> bool:
    texts = ("download_url", "hash_value")
    return told.get("hash_type") == "SHA1" and all(isinstance(told.get(n), str) for n in texts)


def _numbers(content: bytes, out_trade_no: str) -> Iterator[str]:
    """Names of columns decide, not their places. Every value has a grave accent before it."""
    head, *rows = content.decode("utf-8-sig", "replace").splitlines() or [""]
    names = head.split(",")
    for row in rows:
        values = row.removeprefix("`").split(",`")
        if len(values) == len(names):
            named = dict(zip(names, values, strict=True))
            if named.get(_ORDER) == out_trade_no and named.get(_REFUND):
                yield named[_REFUND]
