"""The copy of the open bills is a convenience: what cannot be read of it, what is another's and what may
be outdated is not there."""

from datetime import timedelta

import pytest

from contract.messages import Notice, OpenBills, Text
from kiosk.central.bills_cache import RESUMED_S, BillsCache
from kiosk.central.client import ServerAway
from tests.kiosk.central.copies import NOON, Pages, Time, copy_in
from tests.kiosk.core.story import account, bill

UNIT, OWNER = "3-2-1201", "id-3 of lakeside"
DUE = account(bill(9, 100))


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def opened(tmp_path, time):
    made = []

    def open_copy(owner=OWNER, **more) -> BillsCache:
        copy = BillsCache(tmp_path / "open_bills.sqlite3", time.clock(), owner, **more)
        made.append(copy)
        return copy

    yield open_copy
    for copy in made:
        copy.close()


def test_a_row_of_another_version_of_the_software_is_not_there(tmp_path):
    copy = copy_in(tmp_path, DUE)
    copy._db.execute("""UPDATE accounts SET account = '{"unit": "3-2-1201"}'""")
    assert copy.account(UNIT) is None
    copy.sync(Pages(DUE), 7)
    known = copy.account(UNIT)
    assert (known.account, known.acknowledged) == (DUE, 7)
    assert copy.account("9-9-9") is None
    copy.close()


def test_the_bill_of_a_unit_that_went_into_another_is_found_with_that(tmp_path):
    gone = bill(10, 50).model_copy(update={"unit": "3-2-1202"})
    both = account(bill(9, 100)).model_copy(update={"bills": [*DUE.bills, gone]})
    copy = copy_in(tmp_path, both)
    assert copy.account("3-2-1202").account == copy.account(UNIT).account == both
    copy.close()


def test_bills_are_offered_for_a_day_and_no_longer(opened, time):
    copy = opened()
    assert not copy.usable, "there is none yet"
    copy.sync(Pages(DUE), 0)
    time.passes(timedelta(hours=23, minutes=59))
    assert copy.usable and copy.account(UNIT).account == DUE
    time.passes(timedelta(minutes=2))
    assert not copy.usable and copy.account(UNIT) is None
    copy.sync(Pages(DUE, at=time.true), 0)
    assert copy.account(UNIT).account == DUE


@pytest.mark.parametrize(("hours", "left"), [(0, False), (2, True)])
def test_how_long_that_is_the_configuration_says(opened, time, hours, left):
    copy = opened(age_max=timedelta(hours=hours))
    copy.sync(Pages(DUE), 0)
    time.passes(timedelta(hours=1))
    assert copy.usable is left


@pytest.mark.parametrize("off", [timedelta(days=-9), timedelta(days=9)])
def test_no_clock_has_a_say_in_how_old_that_is_what_this_run_fetched(opened, time, off):
    """Neither the machine's, nor the server's when it is set to another time."""
    copy = opened()
    copy.sync(Pages(DUE, at=NOON + off), 0)
    time.off = off
    time.passes(timedelta(hours=23))
    copy._clock.synchronize(NOON - 2 * off)
    assert copy.usable
    time.passes(timedelta(hours=2))
    assert not copy.usable


@pytest.mark.parametrize(
    ("after", "off", "left"),
    [
        (timedelta(hours=2), timedelta(), True),
        (timedelta(hours=2), timedelta(hours=-2, minutes=-3), True),  # its clock is a little slow
        (timedelta(hours=2), timedelta(days=-3), False),  # a clock before the copy proves nothing
        (timedelta(hours=25), timedelta(), False),
        (timedelta(hours=25), timedelta(days=-2), False),
        (timedelta(hours=2), timedelta(days=3), False),
    ],
)
def test_after_a_restart_it_is_as_old_as_a_clock_says_that_can_be_right(
    opened, time, after, off, left
):
    opened().sync(Pages(DUE), 0)
    time.passes(after)
    time.off = off
    assert opened().usable is left


def test_a_clock_that_cannot_be_right_says_no_age(opened, time):
    opened().sync(Pages(DUE), 0)
    time.passes(timedelta(hours=1))
    copy = opened()
    copy._clock.not_before(time.true + timedelta(hours=1))
    assert not copy._clock.trusted and not copy.usable
    copy._clock.synchronize(time.true)
    assert copy.usable


@pytest.mark.parametrize(("received", "knows"), [(None, 100), (120, 100), (100, 100), (40, 40)])
def test_it_knows_no_more_than_the_server_that_gave_it(opened, received, knows):
    """A server that was restored has less of the journal than it acknowledged."""
    copy = opened()
    copy.sync(Pages(DUE, received=received), 100)
    assert copy.account(UNIT).acknowledged == knows


def test_another_kiosks_copy_is_not_used(opened):
    """The disk was enrolled for another place: the same unit is somebody else's home."""
    opened().sync(Pages(DUE), 0)
    assert opened("id-4 of hillside").account(UNIT) is None
    assert opened().account(UNIT) is not None


def test_a_copy_older_than_the_journals_file_is_not_used(opened):
    """What was paid between the two is in the file before, which nobody asks any more."""
    opened().sync(Pages(DUE), 100)
    assert opened(begins=100).account(UNIT) is not None
    copy = opened(begins=130)
    assert copy.account(UNIT) is None
    copy.sync(Pages(DUE), 131)
    assert copy.account(UNIT) is not None


def test_a_copy_that_was_not_written_whole_is_as_old_as_before(opened, time):
    copy = opened()
    copy.sync(Pages(DUE), 1)
    time.passes(timedelta(hours=23))
    copy._db.execute("PRAGMA query_only = ON")
    copy.sync(Pages(account(bill(10, 1)), at=time.true), 2)
    assert copy.account(UNIT).account == DUE
    time.passes(timedelta(hours=2))
    assert not copy.usable


class Cut:
    """A server with three pages of bills, whose line goes after so many."""

    def __init__(self, *cuts: int) -> None:
        self.cuts, self.asked = list(cuts), []

    def open_bills(self, cursor):
        if self.cuts and len(self.asked) == self.cuts[0]:
            self.cuts.pop(0)
            raise ServerAway("the line went")
        self.asked.append(cursor)
        number = len([c for c in self.asked if c == cursor])
        following = {None: "b", "b": "c", "c": None}[cursor]
        unit = DUE.model_copy(update={"unit": f"{cursor or 'a'}-{number}"})
        return OpenBills(accounts=[unit], next_cursor=following, as_of=NOON, journal_received=9)


def test_after_a_cut_line_the_copy_is_gone_on_with_where_it_was(opened, time):
    copy, server = opened(), Cut(1, 2)
    for _ in range(2):
        with pytest.raises(ServerAway):
            copy.sync(server, 7)
        assert not copy.usable, "half a copy is none"
    assert copy.sync(server, 8) == 3
    assert server.asked == [None, "b", "c"]
    assert copy.account("a-1").acknowledged == 7, "what was known before the first page"


def test_a_copy_that_was_cut_short_long_ago_begins_anew(opened, time):
    copy, server = opened(), Cut(2)
    with pytest.raises(ServerAway):
        copy.sync(server, 7)
    time.passes(timedelta(seconds=RESUMED_S + 1))
    assert copy.sync(server, 7) == 3
    assert server.asked == [None, "b", None, "b", "c"]


def test_a_server_that_was_restored_meanwhile_is_believed_about_no_earlier_page(opened, time):
    copy, server = opened(), Cut(2)
    with pytest.raises(ServerAway):
        copy.sync(server, 7)
    assert copy.sync(server, 5) == 3
    assert server.asked == [None, "b", None, "b", "c"]
    assert copy.account("c-1").acknowledged == 5


def notice(id: str, **more) -> Notice:
    return Notice(id=id, title=Text(zh=id, en=id), body=Text(zh="x", en="x"), **more)


def test_the_notices_of_a_unit_come_with_its_bills_until_they_are_over(opened, time):
    first, later = notice("1"), notice("2-ab", over_at=NOON + timedelta(hours=5))
    pages = Pages(
        DUE.model_copy(update={"notice_ids": ["2-ab", "1", "gone"]}),
        account(bill(9, 50)).model_copy(update={"unit": "3-2-1202"}),
        notices=[first, later, notice("3")],
    )
    opened().sync(pages, 0)
    copy = opened()  # the kiosk started again
    assert copy.account(UNIT).account.notices == [later, first]
    assert copy.account("3-2-1202").account.notices == []
    time.passes(timedelta(hours=5))
    assert copy.account(UNIT).account.notices == [first]
    copy.sync(Pages(DUE), 0)
    assert copy.account(UNIT).account.notices == [], "of the copy before nothing is left"


def test_notices_that_cannot_be_read_keep_no_bill_back(opened):
    copy = opened()
    copy.sync(Pages(DUE.model_copy(update={"notice_ids": ["1"]}), notices=[notice("1")]), 0)
    copy._db.execute("UPDATE notices SET notice = '{}'")
    known = copy.account(UNIT).account
    assert (known.notices, known.bills) == ([], DUE.bills)
    copy._db.execute("DROP TABLE notices")
    assert copy.account(UNIT).account.bills == DUE.bills
