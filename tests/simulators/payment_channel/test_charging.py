"""The books behind the resident's phone: codes for a minute and one charge, and the phone's page."""

import re
from datetime import datetime, timedelta

import pytest

from contract.messages import Method
from simulators.payment_channel.books import NotPossible
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.phone import page

BEGIN = datetime.fromisoformat("2026-11-24T22:47:00+08:00")


class Clock:
    now = BEGIN

    def __call__(self):
        return self.now

    def goes_on(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def books(tmp_path, clock):
    codes = map(str, range(134567890123456000, 134567890123456999))
    path, next_code = tmp_path / "books.sqlite3", codes.__next__
    return ChargingBooks(path, clock, "waiting", "weixin://", next_code, 20_000)


def charge(books, number, code, amount_minor=20_001):
    return books.charge(number, code, amount_minor, "湖畔花园 <3-2-1201>", "")


def refusal(books, number, code):
    with pytest.raises(NotPossible) as no:
        charge(books, number, code)
    return no.value.code


def test_a_code_lives_a_minute_and_is_then_another(books, clock):
    first, until = books.phone_code()
    clock.goes_on(59)
    assert books.phone_code() == (first, until)
    clock.goes_on(1)
    second, _ = books.phone_code()
    assert second != first
    assert refusal(books, "1", first) == "code_expired"
    assert charge(books, "1", second).state == "asking"


def test_numbers_and_codes_are_good_once(books):
    code, _ = books.phone_code()
    charge(books, "1", code)
    assert refusal(books, "1", books.phone_code()[0]) == "number_used"
    assert refusal(books, "2", code) == "code_used"
    assert refusal(books, "2", "130000000000000000") == "code_invalid"


def test_the_password_is_asked_for_above_the_limit(books, clock):
    assert charge(books, "1", books.phone_code()[0], 20_000).state == "paid"
    assert charge(books, "2", books.phone_code()[0], 20_001).state == "asking"
    clock.goes_on(121)
    assert books.must("2").state == "closed", "nobody typed it"


def test_a_refusal_is_the_end(books):
    charge(books, "1", books.phone_code()[0])
    assert books.refuse("1").state == "refused"
    with pytest.raises(NotPossible):
        books.pay("1")
    assert books.reverse("1").state == "closed"


def test_a_reversal_gives_back_once(books):
    charge(books, "1", books.phone_code()[0], 100)
    for _ in range(2):
        reversed_ = books.reverse("1")
        assert (reversed_.state, reversed_.refunded_minor) == ("reversed", 100)


def test_the_phone_shows_its_code_and_what_it_is_asked_for(books):
    code, _ = books.phone_code()
    shown = page(Method.WECHAT, books)
    assert " ".join([code[i : i + 4] for i in range(0, 18, 4)]) in shown
    side = int(re.search(r'viewBox="0 0 (\d+) ', shown)[1]) / 8  # 8 dots a module, with a margin
    assert side >= 21 + 8, "a whole QR code: scanners do not read the micro kind"
    assert "Password" not in shown
    charge(books, "1", code)
    shown = page(Method.WECHAT, books)
    assert "200.01" in shown
    assert "/phone/refuse" in shown
    assert "&lt;3-2-1201&gt;" in shown
