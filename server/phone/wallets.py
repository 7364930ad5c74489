"""In whose browser the page is, and what can pay there.

WeChat opens neither its own H5 page nor Alipay's in the window of its own app, and Alipay not WeChat's
(WeChat Pay, H5 pay: only in browsers outside of WeChat). In its own window WeChat is paid by JSAPI, where
that is set up.
"""

from collections.abc import Sequence

from django.http import HttpRequest

from contract.messages import Method
from server.payments.channels import registry

_APPS = {"MicroMessenger": Method.WECHAT, "AlipayClient": Method.ALIPAY}
_NO_PAYMENT = ("wxwork", "miniProgram")  # WeCom, a page in a mini program: no OAuth or no bridge


def inside(request: HttpRequest) -> str:
    """The app in whose window the page is; empty for a browser of its own."""
    agent = request.headers.get("User-Agent", "")
    return next((method.value for mark, method in _APPS.items() if mark in agent), "")


def usable(offered: Sequence[Method], request: HttpRequest) -> list[Method]:
    """Those of the ways offered that work in this window."""
    match inside(request):
        case Method.WECHAT:
            own = registry.in_own_window() if has_bridge(request) else []
            return [method for method in offered if method is Method.WECHAT and method in own]
        case Method.ALIPAY:
            return [method for method in offered if method is Method.ALIPAY]
    return [method for method in offered if method in registry.on_phones()]


def has_bridge(request: HttpRequest) -> bool:
    """Whether WeChat's own window is here, which pays, and not one that only calls itself so."""
    agent = request.headers.get("User-Agent", "")
    return inside(request) == Method.WECHAT and not any(mark in agent for mark in _NO_PAYMENT)


def in_wechat(request: HttpRequest, method: str) -> bool:
    """Whether it is to be paid in WeChat's own window, and can be."""
    here = method == Method.WECHAT and has_bridge(request)
    return here and method in registry.in_own_window()
