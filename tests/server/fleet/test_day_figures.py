"""What kiosks counted, added up."""

from datetime import date

import pytest

from contract.day_tally import Vote
from server.fleet.day_figures import Figures, of_day
from tests.server.fleet.days import counted
from tests.server.fleet.heartbeats import kiosk

DAY = date(2026, 11, 24)


def test_the_median_lies_within_its_step_and_none_is_none():
    figures = Figures()
    assert (figures.median_s, figures.read_percent) == (None, None)
    figures.add({"to_receipt.30": 1, "to_receipt.60": 8, "to_receipt.600": 1})
    assert figures.median_s == 52  # 45 to 60, after 4 of 8
    figures.add({"to_receipt.9999": 1000})
    assert 600 <= figures.median_s <= 1200


def test_reasons_and_shares_add_up_and_unknown_names_are_left():
    figures = Figures()
    figures.add({"turned_away.declined": 2, "codes_shown": 3, "codes_read_first": 2, "novelty": 9})
    figures.add({"turned_away.declined": 1, "turned_away.of_tomorrow": 1, "to_receipt.²": 4})
    assert figures.turned_away == {"declined": 3, "of_tomorrow": 1}
    assert (figures.all_turned_away, figures.read_percent, figures.median_s) == (4, 67, None)


def test_votes_are_by_how_satisfied_and_by_the_way_to_pay_and_those_of_tomorrow_are_left():
    figures = Figures()
    figures.add({"vote.3_wechat": 2, "vote.1_card": 1, "visits": 5, "vote.5_wechat": 7})
    figures.add({"vote.3_wechat": 1})
    assert figures.votes == {(Vote.GOOD, "wechat"): 3, (Vote.BAD, "card"): 1}


@pytest.mark.django_db
def test_two_disks_of_one_day_are_added(django_assert_num_queries):
    machine = kiosk("K1")
    counted(machine, DAY, h9={"visits": 3})
    counted(machine, DAY, source="f" * 16, h9={"visits": 1}, h10={"visits": 2})
    counted(kiosk("K2"), DAY, h9={"visits": 50})
    with django_assert_num_queries(1):
        whole, by_hour = of_day(machine.pk, DAY)
    assert (whole.visits, {h: f.visits for h, f in by_hour.items()}) == (6, {9: 4, 10: 2})
