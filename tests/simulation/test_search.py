"""The search takes each seed once, the same ones for the same news, and learns what is worth trying."""

from tests.simulation.faults import Faults
from tests.simulation.search import ROUND, Search


def rounds(search, count, reward):
    """``reward``: the triples of a run, by its seed."""
    taken = []
    for _ in range(count):
        chosen = search.choose()
        taken += chosen
        search.learn([(seed, reward(seed)) for seed in reversed(chosen)])
    return taken


def nothing(seed):
    return set()


def test_each_seed_is_taken_once_and_none_before_the_first():
    taken = rounds(Search(1000), 12, nothing)
    assert len(taken) == len(set(taken)) == 12 * ROUND
    assert min(taken) >= 1000


def test_the_same_news_lead_to_the_same_seeds():
    def news(seed):
        return {(f"row {seed % 7}", kind) for kind in Faults.of_seed(seed).enabled}

    assert rounds(Search(1), 8, news) == rounds(Search(1), 8, news)


def test_a_fault_that_goes_on_leading_to_new_rows_is_tried_more_often():
    def news(seed):
        wanted = "disk_full" in Faults.of_seed(seed).enabled
        return {(f"row {seed}", "disk_full")} if wanted else set()

    def share(seeds):
        return sum("disk_full" in Faults.of_seed(s).enabled for s in seeds) / len(seeds)

    taken = rounds(Search(1), 20, news)
    assert share(taken[10 * ROUND :]) > 1.5 * share(range(1, 2000))


def test_seeds_are_taken_blindly_too():
    """What promised nothing so far may still be worth it."""
    taken = rounds(Search(1), 6, nothing)
    assert set(range(1, ROUND // 3)) <= set(taken)
