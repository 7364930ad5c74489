"""A round: begun, answered once each, scored; seen by its person and by whoever looks after them; and the
books are not touched by any of it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client

from contract.messages import Text
from server.staff.models import Act
from server.staff.roles import Role
from server.standard_answers import reading, writing
from server.standard_answers.models import StandardAnswer
from server.training import rounds
from server.training.models import TrainingCase, TrainingRound
from tests.server.pages import foreign
from tests.server.service_requests.conftest import clerk, manager, village
from tests.server.staff_accounts import create_person, signed_in
from tests.server.village import NOW, create_village, issue

__all__ = ["clerk", "manager", "village"]
pytestmark = pytest.mark.django_db
PAGE = "/staff/training/"


@pytest.fixture
def library(village, manager) -> list[StandardAnswer]:
    writing.begin(manager, village, NOW)
    return reading.holding([village.pk])


def answered(person, one: TrainingRound, wrong: int = 0) -> TrainingRound:
    """Each case right, but for so many."""
    for case in one.cases.all():
        given = (case.right + (case.position <= wrong)) % len(case.answers)
        rounds.answer(person, one.pk, case.position, given, case.right_rule, NOW)
    one.refresh_from_db()
    return one


def everything() -> dict[str, list]:
    own = {"training", "staff", "sessions", "auth", "axes"}
    models = [one for one in apps.get_models() if one._meta.app_label not in own]
    return {one._meta.label: list(one._default_manager.order_by("pk").values()) for one in models}


def test_a_round_is_of_the_library_and_of_figures(village, library, clerk):
    made = rounds.begin(clerk, village, NOW)
    cases = list(made.cases.all())
    assert len(cases) == rounds.CASES and [one.position for one in cases] == list(range(1, 11))
    of_library = [one for one in cases if one.about_id]
    assert len(of_library) == rounds.CASES - rounds.OF_FIGURES
    for one in of_library:
        assert one.answers[one.right]["zh"] == one.about.answer_zh
        assert one.tells == {"zh": one.about.asks_zh, "en": one.about.asks_en}
        if one.right_rule is not None:
            assert one.rules[one.right_rule]["en"] == one.about.rule_en
    assert rounds.begin(clerk, village, NOW) == made, "the one that is not ended goes on"


def test_without_a_library_it_is_of_figures_alone(village, clerk):
    assert {one.about for one in rounds.begin(clerk, village, NOW).cases.all()} == {None}


def test_an_approved_newer_version_is_asked_and_a_draft_is_not(village, library, clerk, manager):
    old = library[0]
    wanted = writing.Wanted(
        Text(zh="新问题？", en="A new question?"), Text(zh="新答案。", en="A new answer."), old.rule
    )
    made = writing.draft(clerk, village, old.question, wanted, "x", NOW)
    asked = {one.about_id for one in answered(clerk, rounds.begin(clerk, village, NOW)).cases.all()}
    assert made.pk not in asked
    StandardAnswer.objects.filter(pk=made.pk).update(approved_at=NOW)
    later = set()
    for _ in range(3):
        one = answered(clerk, rounds.begin(clerk, village, NOW))
        later |= set(one.cases.values_list("about", flat=True))
    assert made.pk in later and old.pk not in later


def test_what_was_answered_right_is_asked_later_again(village, library, clerk):
    first, second = (answered(clerk, rounds.begin(clerk, village, NOW)) for _ in range(2))
    one, two = (
        set(r.cases.exclude(about=None).values_list("about", flat=True)) for r in (first, second)
    )
    assert {found.pk for found in library} - one <= two


def test_the_score_counts_answers_and_rules_and_stands_in_the_log(village, library, clerk):
    made = rounds.begin(clerk, village, NOW)
    most = sum(case.points_max for case in made.cases.all())
    done = answered(clerk, made, wrong=3)
    assert (done.points, done.points_max, done.ended_at) == (most - 3, most, NOW)
    act = Act.objects.get(act="training_ended")
    assert act.after == {"points": most - 3, "points_max": most} and act.community == village
    [score] = rounds.scores([village])
    assert score.percents == [round(100 * (most - 3) / most)]


def test_a_case_is_answered_once_and_by_its_person(village, library, clerk, manager):
    made = rounds.begin(clerk, village, NOW)
    case = made.cases.first()
    with pytest.raises(rounds.PermissionDenied):
        rounds.answer(manager, made.pk, 1, case.right, case.right_rule, NOW)
    for given in (None, 9):
        with pytest.raises(rounds.NotAnswered):
            rounds.answer(clerk, made.pk, 1, given, 0, NOW)
    wrong = (case.right + 1) % len(case.answers)
    rounds.answer(clerk, made.pk, 1, wrong, 0, NOW)
    with pytest.raises(rounds.NotAnswered):
        rounds.answer(clerk, made.pk, 1, case.right, 0, NOW)
    assert TrainingCase.objects.get(pk=case.pk).given == wrong


def test_no_act_of_training_touches_anything_else(village, library, clerk):
    issue(village)
    before = everything()
    client = signed_in(clerk)
    for _ in range(2):
        client.post(PAGE, {"community": village.code})
        made = TrainingRound.objects.get(ended_at=None)
        for case in made.cases.all():
            client.post(f"{PAGE}{made.pk}/", {"position": case.position, "answer": 0, "rule": 0})
        assert client.get(f"{PAGE}{made.pk}/").status_code == 200
    assert TrainingRound.objects.exclude(ended_at=None).count() == 2
    assert everything() == before


def test_nobody_real_stands_in_a_case(village, library, clerk):
    issue(village)
    names = [one.name for one in village.residents.all()]
    codes = [one.code for one in village.units.all()]
    for _ in range(3):
        for case in answered(clerk, rounds.begin(clerk, village, NOW)).cases.all():
            told = str([case.tells, case.answers, case.rules])
            assert not any(one in told for one in [*names, *codes])


def test_the_pages_lead_through_a_round(village, library, clerk):
    client = signed_in(clerk)
    page = client.post(PAGE, {"community": village.code}, follow=True)
    made = TrainingRound.objects.get()
    first = made.cases.first()
    assert first.tells["zh"] in page.content.decode() and "第 1 题" in page.content.decode()
    wrong = (first.right + 1) % len(first.answers)
    said = {"position": 1, "answer": wrong, "rule": first.right_rule or 0}
    told = client.post(f"{PAGE}{made.pk}/", said, follow=True).content.decode()
    assert "第 2 题" in told and first.answers[first.right]["zh"].splitlines()[0] in told
    again = client.post(f"{PAGE}{made.pk}/", {"position": 1, "answer": 0}, follow=True)
    assert again.status_code == 200 and made.cases.get(position=1).given == wrong
    answered_rest(client, made)
    made.refresh_from_db()
    shown = client.get(f"{PAGE}{made.pk}/").content.decode()
    assert f"{made.points} / {made.points_max}" in client.get(PAGE).content.decode()
    assert "应选" in shown and foreign_words(client, made) == []


def answered_rest(client: Client, made: TrainingRound) -> None:
    for case in made.cases.filter(answered_at=None):
        said = {"position": case.position, "answer": case.right, "rule": case.right_rule or 0}
        client.post(f"{PAGE}{made.pk}/", said)


def foreign_words(client: Client, made: TrainingRound) -> list[str]:
    client.cookies["django_language"] = "en"
    names = (made.community.name_zh,)
    pages = [client.get(address).content.decode() for address in (PAGE, f"{PAGE}{made.pk}/")]
    return [words for page in pages for words in foreign(page, "en", *names)]


def test_scores_are_for_who_directs_in_that_community_only(village, library, clerk, manager):
    made = answered(clerk, rounds.begin(clerk, village, NOW), wrong=2)
    other = create_village("other")
    outsider = create_person("outsider", (other, Role.ADMINISTRATOR))
    mate = create_person("mate", (village, Role.TECHNICIAN))
    seen = {person.username: signed_in(person) for person in (clerk, manager, outsider, mate)}
    assert clerk.username in seen[manager.username].get(PAGE).content.decode()
    for name in ("outsider", "mate"):
        assert clerk.username not in seen[name].get(PAGE).content.decode()
    page = f"{PAGE}{made.pk}/"
    assert {name: client.get(page).status_code for name, client in seen.items()} == {
        clerk.username: 200,
        manager.username: 200,
        "outsider": 404,
        "mate": 404,
    }
    assert seen["mate"].post(page, {"position": 1, "answer": 0}).status_code == 404
    assert seen["mate"].post(PAGE, {"community": other.code}).status_code == 403
    table = b"".join(seen[manager.username].get(f"{PAGE}?export=csv").streaming_content).decode()
    assert clerk.username in table and Act.objects.filter(act="list_exported").exists()
    assert "text/csv" not in seen["mate"].get(f"{PAGE}?export=csv").headers["content-type"]


def test_what_is_often_wrong_is_shown(village, library, clerk):
    made = rounds.begin(clerk, village, NOW)
    answered(clerk, made, wrong=10)
    weak = rounds.weakest([village.pk], clerk)
    assert weak and all((one.asked, one.wrong) == (1, 1) for one in weak)
    assert rounds.weakest([village.pk], create_person("x", (village, Role.AUDITOR))) == []


def test_scores_are_in_the_order_of_time(village, library, clerk):
    for day, wrong in enumerate((8, 4, 0)):
        made = rounds.begin(clerk, village, NOW)
        answered(clerk, made, wrong)
        TrainingRound.objects.filter(pk=made.pk).update(ended_at=NOW + timedelta(days=day))
    [score] = rounds.scores([village])
    assert score.percents == sorted(score.percents) and score.best == score.percents[-1] == 100
