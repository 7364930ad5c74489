"""What the simulators show and keep of an amount has the decimals of its currency."""

from datetime import datetime, timedelta

import pytest

from contract.messages import Method
from simulators.alipay.__main__ import fen, yuan
from simulators.nexo_terminal.books import Books as NexoBooks
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.phone import page
from simulators.zvt_terminal import responses
from simulators.zvt_terminal.bank import Transaction

AT = "2026-11-24T22:47:00+08:00"
NOW = datetime.fromisoformat(AT)


@pytest.mark.parametrize(
    ("number", "minor", "shown"),
    [
        (156, 33208, "Amount  332.08 CNY"),
        (978, 5, "Amount  0.05 EUR"),
        (392, 33208, "Amount  33208 JPY"),
        (410, 5, "Amount  5 KRW"),
        (414, 33208, "Amount  33.208 KWD"),
        (999, 33208, "Amount  33208 minor units of 999"),
    ],
)
def test_a_card_receipt(number: int, minor: int, shown: str):
    done = Transaction(1, 1, minor, number, "approved", AT)
    told = b"".join(responses.receipt(done, responses.CUSTOMER, by_line=True))
    assert shown.encode() + b"\x06\xd1" in told


@pytest.mark.parametrize(
    ("currency", "asked", "minor"), [("CNY", 1.15, 115), ("JPY", 1.0, 1), ("KWD", 1.255, 1255)]
)
def test_the_nexo_terminals_books(tmp_path, currency: str, asked: float, minor: int):
    made = NexoBooks(tmp_path / "books").book("A1", "p-1", asked, currency, "approved")
    assert made.amount_minor == minor


@pytest.mark.parametrize(("currency", "shown"), [("CNY", "￥120.01"), ("JPY", "JP￥12,001")])
def test_the_phones_page(tmp_path, currency: str, shown: str):
    books = ChargingBooks(tmp_path / "books", lambda: NOW, "waiting", "weixin://", str, 99_999)
    books.order("1", 12_001, currency, "3-2-1201", NOW + timedelta(hours=1), "")
    assert f">{shown}<" in page(Method.WECHAT, books)


def test_an_amount_that_is_not_whole_fen_is_refused():
    assert [fen(yuan(minor)) for minor in (0, 5, 33208)] == [0, 5, 33208]
    for wrong in ("1.999", "1e1", "-1", "NaN", "1,000.00", ""):
        with pytest.raises(ValueError, match="amount"):
            fen(wrong)
