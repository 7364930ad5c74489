"""A hunt goes on behind a seed that fails by itself, and says what got away."""

import pytest

from tests.simulation import themes
from tests.simulation.faults import KINDS, Faults
from tests.simulation.mutants import hunt
from tests.simulation.mutants.places import Place, seeds_at

FAIL_BY_THEMSELVES = {3}
FAIL_WITH = {"a.soon": {2}, "a.behind": {3, 5}, "a.never": set(), "a.only_there": {3}}


def failing(name: str) -> set[int]:
    return FAIL_BY_THEMSELVES | FAIL_WITH.get(name, set())


@pytest.fixture
def hunted(monkeypatch):
    """``hunted(jobs)``: the trails by name, of bugs that fail at the seeds above."""

    def first_failure(task):
        name, seeds = task
        for number, seed in enumerate(seeds, 1):
            if seed in failing(name):
                return name, number, f"{seed} is wrong"
        return name, len(seeds), ""

    monkeypatch.setattr(hunt, "first_failure", first_failure)
    monkeypatch.setattr(hunt, "place_of", lambda name: None)
    monkeypatch.setattr(hunt, "seeds_at", lambda place, most: list(range(1, most + 1)))
    return lambda jobs: {t.name: t for t in hunt.Hunt(jobs, 6).through(list(FAIL_WITH))}


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_counts_is_the_first_failure_that_the_seed_has_with_the_bug_only(hunted, jobs):
    trails = hunted(jobs)
    assert (trails["a.soon"].runs, trails["a.soon"].seed) == (2, 2)
    assert (trails["a.behind"].runs, trails["a.behind"].seed) == (5, 5)
    assert trails["a.behind"].excused == [3]


def test_what_fails_by_itself_only_got_away(hunted):
    trails = hunted(1)
    assert [name for name, trail in trails.items() if not trail.caught] == [
        "a.never",
        "a.only_there",
    ]
    assert trails["a.never"].runs == trails["a.only_there"].runs == 6


def test_the_seeds_that_promise_most_come_first():
    place = Place(themes.RETURNS, ("refund_fails", "clerk_answers"))
    seeds = seeds_at(place, 12)
    assert all(themes.theme_of(seed) is themes.RETURNS for seed in seeds)

    def rarest(seed):
        enabled = Faults.of_seed(seed).enabled
        return min(enabled.get(kind, 0) / KINDS[kind] for kind in place.needs)

    found = [rarest(seed) for seed in seeds]
    assert found == sorted(found, reverse=True) and found[0] > 0.9
