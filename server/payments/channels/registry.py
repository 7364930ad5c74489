"""Which payment channels are set up, by payment method. Each is made once, when first asked for."""

import importlib
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from contract.messages import Method
from server.estate.models import Community
from server.payments.channels.interface import Channel, PaysInWindow

ADAPTERS = ("wechat", "alipay")  # each a module here with ``create(table) -> Channel``

CURRENCIES = {
    "wechat": "CNY",
    "alipay": "CNY",
}  # what their contracts with merchants here settle in


def takes(method: str, currency: str) -> bool:
    """Whether the channel can be asked for money of this currency."""
    return CURRENCIES.get(method) == currency


def configured() -> list[str]:
    """The methods whose table is in the configuration."""
    return [name for name in ADAPTERS if name in settings.LOBBYPAY.channels]


def charging_phones() -> list[str]:
    """The methods whose table says that the code on the payer's phone may be charged."""
    return _saying("payment_codes")


def on_phones() -> list[str]:
    """The methods whose table says that a phone may pay by itself, on the channel's own page."""
    return _saying("phone_page")


def in_own_window() -> list[str]:
    """The methods whose table says that a phone may pay in the window of the channel's own app."""
    tables = settings.LOBBYPAY.channels
    return [name for name in configured() if tables.get(name, {}).get("account_secret_file")]


def window(method: str) -> PaysInWindow | None:
    """The channel, where it is set up for paying in its own window."""
    found = channel(method) if method in in_own_window() else None
    return found if isinstance(found, PaysInWindow) and found.account is not None else None


def simulated() -> list[str]:
    """The methods whose table says that no real money moves by them."""
    return _saying("simulated")


def _saying(what: str) -> list[str]:
    tables = settings.LOBBYPAY.channels
    return [name for name in configured() if tables.get(name, {}).get(what) is True]


def taken_by(community: Community, names: Sequence[str]) -> list[Method]:
    """Those of the channels that take the community's currency; play money is for test communities."""
    closed = [] if community.test else simulated()
    return [Method(n) for n in names if n not in closed and takes(n, community.currency)]


@cache
def channel(method: str) -> Channel | None:
    """The channel, or None when it is not set up. Raises ConfigMistake for a table with mistakes."""
    if method not in configured():
        return None
    module = importlib.import_module(f"server.payments.channels.{method}")
    return module.create(settings.LOBBYPAY.channels[method])
