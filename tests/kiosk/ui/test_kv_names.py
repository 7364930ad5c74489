"""Kivy knows classes and their rules by name alone, over the whole program: no two may have the same."""

import re
from collections import Counter
from pathlib import Path

import kiosk.ui

UI = Path(kiosk.ui.__file__).parent


def test_every_widget_has_a_name_and_rules_of_its_own():
    code = "\n".join(path.read_text("utf-8") for path in sorted(UI.rglob("*.py")))
    rules = "\n".join(path.read_text("utf-8") for path in sorted(UI.rglob("*.kv")))
    ruled = re.findall(r"^<-?(\w+)>:", rules, re.MULTILINE)
    named = [name for name in re.findall(r"^class (\w+)", code, re.MULTILINE) if name in ruled]
    assert [name for name, count in Counter(named).items() if count > 1] == []
    assert [name for name, count in Counter(ruled).items() if count > 1] == []
