"""Paying in WeChat's own window (JSAPI): what its bridge is asked with, for an order made before.

Sources: pay.weixin.qq.com/doc/v3/merchant/4012791897 (making the order) and 4012062925
(``getBrandWCPayRequest``).
"""

import re
from collections.abc import Callable, Sequence

PREPAID = "prepay_id="  # begins what is kept of such an order, where others have an address
_PREPAY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def kept(prepay_id: object) -> str | None:
    """As an order keeps it; None for what is no such id."""
    good = isinstance(prepay_id, str) and _PREPAY_ID.fullmatch(prepay_id)
    return f"{PREPAID}{prepay_id}" if good else None


def call(
    appid: str, package: str, at_s: int, nonce: str, sign: Callable[[Sequence[str]], str]
) -> dict[str, str]:
    """``package``: as it is kept. Signed are the account, the time, the nonce and the package, a line
    each."""
    stamp = str(at_s)
    return {
        "appId": appid,
        "timeStamp": stamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign([appid, stamp, nonce, package]),
    }
