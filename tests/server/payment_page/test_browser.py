"""A payment's page in a real browser: readable by everyone, on a desk and on a phone."""

from pathlib import Path

import pytest

from server.payments.models import PaymentOrder
from tests.server.counter.test_browser import look_at
from tests.server.fleet.test_staff_browser import page
from tests.server.open_questions import questions as lobby

__all__ = ["page"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_payments_page_is_readable(world, page, tmp_path: Path, language: str, width: int):
    lobby.refused_refund(world)
    order = PaymentOrder.objects.order_by("pk")[0]
    look_at(page, order.get_absolute_url(), language, width, tmp_path / "payment.png")
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height < 5000, "the back office drew 9,000 pixels"
