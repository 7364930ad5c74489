"""When the desk says that journal, server and channel agree, differ, or are not settled yet."""

import pytest

from lobbypay.demo.desk.books import verdict


@pytest.mark.parametrize(
    ("journal", "server", "channel", "amounts", "by_card", "expected"),
    [
        ("approved", "approved", "paid", [495, 495], False, "agree"),
        ("approved", "approved", "approved", [495, 495], True, "agree"),
        ("approved", "approved", "paid", [495, 494], False, "differ"),
        ("approved", "approved", "closed", [495, 495], False, "differ"),
        ("approved", "approved", "", [495], True, "differ"),
        ("approved", "", "approved", [495, 495], True, "open"),
        ("pending", "pending", "waiting", [495, 495], False, "open"),
        ("unknown", "cancelled", "closed", [495, 495], False, "open"),
        ("pending", "approved", "paid", [495, 495], False, "open"),
        ("cancelled", "cancelled", "closed", [495, 495], False, "agree"),
        ("cancelled", "cancelled", "", [495], False, "agree"),
        ("declined", "declined", "declined", [495, 495], True, "agree"),
        ("cancelled", "cancelled", "approved", [495, 495], True, "differ"),
        ("cancelled", "cancelled", "paid", [495, 495], False, "open"),
        ("cancelled", "cancelled", "refunded", [495, 495], False, "agree"),
        ("cancelled", "approved", "paid", [495, 495], False, "agree"),
        ("cancelled", "reversed", "refunded", [495, 495], False, "agree"),
        ("approved", "reversed", "paid", [495, 495], False, "open"),
    ],
)
def test_a_verdict(journal, server, channel, amounts, by_card, expected):
    assert verdict(journal, server, channel, amounts, by_card) == expected
