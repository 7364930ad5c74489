"""The guided tour of ten minutes: each step with the acts it needs, and how it is known to be done."""

from dataclasses import dataclass
from typing import Any

from contract.message import Text
from lobbypay.demo.desk.words import TOUR_TEXTS, TOUR_TITLES


@dataclass(frozen=True)
class Step:
    """``acts``: the buttons it points at, in their order. ``done``: (path in the state, value) pairs that
    together mean that the step is done; ``payments.0.verdict`` is the newest payment's."""

    name: str
    title: Text
    text: Text
    acts: tuple[str, ...] = ()
    done: tuple[tuple[str, Any], ...] = ()
    points_at: str = ""  # another part of the page: window, books, staff


def _step(
    name: str,
    acts: tuple[str, ...] = (),
    done: tuple[tuple[str, Any], ...] = (),
    points_at: str = "",
) -> Step:
    return Step(name, TOUR_TITLES[name], TOUR_TEXTS[name], acts, done, points_at)


STEPS = (
    _step("scan", ("hold_bill",), (("kiosk.screen", "bills"),)),
    _step("choose", (), (("kiosk.screen", "paying_qr"),), "window"),
    _step("pay", ("phone_pays",), (("kiosk.screen", "paid"),)),
    _step("agree", (), (("payments.0.verdict", "agree"),), "books"),
    _step(
        "midway",
        ("paper_out_midway", "hold_bill", "phone_pays"),
        (("printer.faults.0", "paper_out"),),
    ),
    _step("new_roll", ("printer_well",), (("printer.faults.0", None),)),
    _step("approved", ("hold_bill", "card_approved", "pull_plug"), (("kiosk.on", False),)),
    _step("power_on", ("start_kiosk",), (("kiosk.on", True), ("kiosk.screen", "paid"))),
    _step("forged", ("hold_forged",), (("kiosk.screen", "message"),)),
    _step(
        "cut",
        ("cut_line", "hold_bill", "card_approved"),
        (("line", "cut"), ("kiosk.screen", "paid")),
    ),
    _step("mended", ("mend_line",), (("line", "well"), ("payments.0.verdict", "agree"))),
    _step("staff", (), (), "staff"),
)


def as_json(there_are: set[str]) -> list[dict[str, Any]]:
    """For the page, with the acts that there are."""
    return [
        {
            "name": step.name,
            "title": step.title.model_dump(),
            "text": step.text.model_dump(),
            "acts": [name for name in step.acts if name in there_are],
            "done": [list(pair) for pair in step.done],
            "points_at": step.points_at,
        }
        for step in STEPS
    ]
