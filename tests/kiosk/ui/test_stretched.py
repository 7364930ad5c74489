"""Every screen with texts a third longer than ours, as translators and sites write them: upright, for
everybody, in elder mode, with low reach and while the kiosk speaks. Nothing is cut off, nothing lies on
anything else. docs/testing.md says how the wide window and the other language are checked.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kiosk.ui.pseudo_locale import full_width, longer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[3]
FAR_TOO_LONG = "6.0"


def findings(out: Path, *wish: str) -> dict[str, list[str]]:
    environment = {k: v for k, v in os.environ.items() if k != "DISPLAY"}
    command = [sys.executable, "-m", "tests.kiosk.ui.layout_check", "--out", str(out)]
    subprocess.run([*command, *wish], cwd=ROOT, env=environment, check=True)
    return json.loads((out / "findings.json").read_text())


def test_longer_words_have_room(tmp_path):
    modes = ("normal", "elder", "low-reach", "speaking", "speaking-elder")
    found = findings(tmp_path, "--stretched", "--languages", "en", "--modes", *modes)
    assert len(found) > 600
    assert {scene: wrong for scene, wrong in found.items() if wrong} == {}


def test_words_that_are_far_too_long_would_be_found(tmp_path):
    only = ("--only", "unknown-card", "--languages", "en", "--modes", "elder")
    found = findings(tmp_path, "--stretched", FAR_TOO_LONG, *only)
    assert any("does not fit" in wrong for scene in found.values() for wrong in scene)


@pytest.mark.parametrize("stretch", [longer, full_width])
def test_the_made_up_words_are_a_third_longer_and_keep_their_values(stretch):
    for text in (
        "Pay {amount} for {count} bills at the kiosk",
        "付款{amount}，共{count}笔账单，请稍候",
    ):
        made = stretch(text)
        assert {"{amount}", "{count}"} <= set(made.replace("}", "} ").replace("{", " {").split())
    sentence = "Please do not pay again" if stretch is longer else "付款结果还没有确认请不要再付"
    assert len(stretch(sentence)) >= 1.25 * len(sentence)
