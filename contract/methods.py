"""Each way to pay as people know it: its name in both languages, colour, icon, and the app on the phone.

The one table of them: screens, receipts, web pages and the simulated channels all read it, so that a way
to pay has one name everywhere. Only what is shown stands here; how a channel is asked for money is the
matter of ``server.payments.channels``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contract.message import Text
from contract.messages import Method
from contract.scan_kind import ScanKind


@dataclass(frozen=True)
class Wallet:
    """The app on the resident's phone. ``payment_code``: what a scan of its payment code is."""

    app: Text
    payment_code: ScanKind


@dataclass(frozen=True)
class PaymentMethod:
    """``color`` is ``#RRGGBB``, dark enough for white letters; ``icon`` is a picture of
    ``assets/icons``; ``wallet`` is None for what is not paid with a phone."""

    name: Text
    color: str
    icon: str
    wallet: Wallet | None = None


METHODS: Mapping[Method, PaymentMethod] = MappingProxyType(
    {
        Method.WECHAT: PaymentMethod(
            name=Text(zh="微信支付", en="WeChat Pay"),
            color="#11552A",
            icon="wechat",
            wallet=Wallet(Text(zh="微信", en="WeChat"), ScanKind.WECHAT_PAYMENT),
        ),
        Method.ALIPAY: PaymentMethod(
            name=Text(zh="支付宝", en="Alipay"),
            color="#0C4A9C",
            icon="alipay",
            wallet=Wallet(Text(zh="支付宝", en="Alipay"), ScanKind.ALIPAY_PAYMENT),
        ),
        Method.CARD: PaymentMethod(
            name=Text(zh="银行卡", en="Bank card"), color="#10283A", icon="card"
        ),
        Method.CREDIT: PaymentMethod(
            name=Text(zh="预存款", en="Prepaid credit"), color="#075E59", icon="receipt"
        ),
    }
)


BY_CHANNEL = tuple(method for method, shown in METHODS.items() if shown.wallet is not None)


def by_payment_code(kind: ScanKind) -> Method | None:
    """The method whose app shows payment codes of this kind; None for what is no payment code."""
    for method, shown in METHODS.items():
        if shown.wallet is not None and shown.wallet.payment_code is kind:
            return method
    return None
