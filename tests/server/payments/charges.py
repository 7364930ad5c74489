"""What tests of charged phones share: a request with a code, its order, and the sweeper at work."""

from datetime import timedelta

from server.payments import sweeper
from server.payments.models import PaymentOrder
from tests.server.payments.world import NOW

WECHAT_CODE, ALIPAY_CODE = "134567890123456789", "281234567890123456"


def request(world, number=1, code=WECHAT_CODE, **changes):
    return world.request(number, payment_code=code, **changes)


def order(number=1):
    return PaymentOrder.objects.get(reference=f"K03-{number:06d}")


def later(seconds):
    return NOW + timedelta(seconds=seconds)


def kept(world):
    """What the channel holds of the residents' money in the end."""
    paid = sum(s.amount_minor for s in world.channel.orders.values() if s.amount_minor)
    return paid - sum(world.channel.refunds.values())


def sweep_until(world, seconds):
    """The sweeper at work, every five seconds from the start."""
    for second in range(5, seconds + 1, 5):
        sweeper.sweep(later(second))
