"""What the desk says: whole in both languages, one at a time, and nothing pointed at is missing."""

import json
import re
from pathlib import Path

import pytest

from lobbypay.demo.card_terminals import TERMINALS
from lobbypay.demo.desk import acts, back_office, tour
from lobbypay.demo.desk.act import Tab
from lobbypay.demo.desk.site import PAGE, all_words
from simulators.nexo_terminal.terminal import BEHAVIOURS as NEXO
from simulators.receipt_printer import faults as printer
from simulators.zvt_terminal import faults as zvt

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
NAMES = {"English", "make", "demo"}  # a language's own name; a command
TEXTS = {
    **{f"word {name}": text for name, text in all_words().items()},
    **{f"label {act.name}": act.label for act in acts.ALL},
    **{f"then {act.name}": act.expects for act in acts.ALL},
    **{f"step {step.name}": step.title for step in tour.STEPS},
    **{f"text {step.name}": step.text for step in tour.STEPS},
    **{f"role {name}": role for name, role in back_office.ROLES},
    **{f"page {name}": label for name, _, label in back_office.PAGES},
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_text_is_there_in_both_languages_and_mixes_none(name):
    text = TEXTS[name]
    assert text.zh and text.en
    assert set(LATIN_WORD.findall(text.zh)) <= NAMES, text.zh
    if name != "word other_language":
        assert CHINESE.search(text.zh), text.zh
        assert not CHINESE.search(text.en.replace("￥", "")), text.en


def test_every_word_that_the_page_asks_for_is_there():
    asked = set()
    for path in PAGE.iterdir():
        if path.suffix in (".html", ".js"):
            source = path.read_text(encoding="utf-8")
            asked |= set(re.findall(r'data-word="([^"]+)"', source))
            asked |= set(re.findall(r'\bword\("([^"]+)"\)', source))
    asked |= {f"tab.{tab}" for tab in Tab}
    assert asked >= {"title", "tour", "books"}
    assert asked <= all_words().keys()


@pytest.mark.parametrize("kind", TERMINALS)
def test_the_tour_points_at_acts_that_there_are_with_each_terminal(kind):
    there_are = {a.name for a in acts.ALL if not a.terminals or kind in a.terminals}
    assert {name for step in tour.STEPS for name in step.acts} <= there_are
    assert json.dumps(tour.as_json(there_are))


def test_no_act_has_the_name_of_another():
    for kind in TERMINALS:
        names = [a.name for a in acts.ALL if not a.terminals or kind in a.terminals]
        assert len(names) == len(set(names))


def test_every_behaviour_and_fault_is_one_of_the_simulators():
    """Each act calls the simulators as it is: a stand-in notes what it was asked for."""
    house = _Noting()
    for act in acts.ALL:
        if act.tab in (Tab.TERMINAL, Tab.PRINTER):
            house.card_terminal = act.terminals[0] if act.terminals else "zvt"
            act.do(_Stage(house))
    assert house.behaviours["zvt"] <= zvt.IN_PAYMENT.keys()
    assert house.behaviours["nexo"] <= set(NEXO)
    assert house.faults["terminal"] <= zvt.STANDING.keys()
    assert house.faults["printer"] <= printer.NAMES.keys()
    assert len(house.behaviours["zvt"]) >= 8 and len(house.faults["printer"]) >= 6


class _Noting:
    def __init__(self):
        self.card_terminal = "zvt"
        self.behaviours = {"zvt": set(), "nexo": set()}
        self.faults = {"terminal": set(), "printer": set()}

    def control(self, name, path, body=None):
        if path == "next":
            self.behaviours[self.card_terminal].add(body["behaviour"])
        if path == "fault":
            self.faults[name].add(body["name"])


class _Stage:
    def __init__(self, house):
        self.house = house


def test_the_page_has_no_script_and_no_style_of_its_own():
    page = (PAGE / "index.html").read_text()
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == [""]
    assert (
        "style=" not in page and "<style" not in page and " on" not in re.sub(r">[^<]*<", "", page)
    )
    assert Path(PAGE / "mark.svg").exists()
