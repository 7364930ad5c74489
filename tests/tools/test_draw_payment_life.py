"""The page about a payment's life says what the tables say."""

import re

from contract.lifecycle import CLOSED_UNPAID, Fact
from contract.messages import PaymentState
from kiosk.core import payment as kiosk
from server.payments import state_machine as server
from tools.draw_payment_life import TARGET, document


def test_the_page_is_up_to_date():
    assert TARGET.read_text("utf-8") == document(), "run: python -m tools.draw_payment_life"


def test_both_diagrams_show_every_step_and_no_other():
    diagrams = re.findall(r"```mermaid\n(.*?)```", document(), re.S)
    late = {(s, to) for s in CLOSED_UNPAID for to in ("approved", "reversed")}
    for diagram, table, more in zip(
        diagrams, (kiosk.TRANSITIONS, server.TRANSITIONS), (set(), late), strict=True
    ):
        shown = set(re.findall(r"(\w+) --> (\w+):", diagram))
        assert shown == {(s, to) for (s, _), to in table.items() if to} | more
        assert set(re.findall(r"(\w+) --> \[\*\]", diagram)) == {s for s in PaymentState if s.final}


def test_a_changed_table_is_a_changed_page(monkeypatch):
    before = document()
    monkeypatch.setitem(
        server.TRANSITIONS, (PaymentState.PENDING, Fact.CANCELLED), PaymentState.DECLINED
    )
    assert document() != before
