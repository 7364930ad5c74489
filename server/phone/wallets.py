"""In whose browser the page is, and what can pay there.

WeChat opens neither its own H5 page nor Alipay's in the window of its own app, and Alipay not WeChat's
(WeChat Pay, H5 pay: only in browsers outside of WeChat).
"""

from collections.abc import Sequence

from django.http import HttpRequest

from contract.messages import Method

_APPS = {"MicroMessenger": Method.WECHAT, "AlipayClient": Method.ALIPAY}


def inside(request: HttpRequest) -> str:
    """The app in whose window the page is; empty for a browser of its own."""
    agent = request.headers.get("User-Agent", "")
    return next((method.value for mark, method in _APPS.items() if mark in agent), "")


def usable(offered: Sequence[Method], request: HttpRequest) -> list[Method]:
    """Those of the ways offered that work in this window."""
    match inside(request):
        case Method.WECHAT:
            return []
        case Method.ALIPAY:
            return [method for method in offered if method is Method.ALIPAY]
    return list(offered)
