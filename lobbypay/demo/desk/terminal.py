"""The card terminal's tab: what the card, the bank and the line to it do at the next payment."""

from collections.abc import Callable

from lobbypay.demo.desk.act import Act, Tab, Tone, act
from lobbypay.demo.desk.stage import Stage
from lobbypay.demo.desk.words import LABELS

ZVT, NEXO = ("zvt",), ("nexo",)
BEHAVIOURS = {"unplugged": LABELS["unplug_terminal"]}  # as the state of a terminal names them


def _next(behaviour: str) -> Callable[[Stage], None]:
    def plan(stage: Stage) -> None:
        stage.house.control("terminal", "next", {"behaviour": behaviour, "instead": True})

    return plan


def _press(key: str) -> Callable[[Stage], None]:
    def press(stage: Stage) -> None:
        stage.house.control("terminal", "press", {"key": key})

    return press


def _wait_for_card(waits: bool) -> Callable[[Stage], None]:
    def wait(stage: Stage) -> None:
        stage.house.control("terminal", "config", {"wait_for_card": waits})

    return wait


def _unplug(stage: Stage) -> None:
    stage.house.control("terminal", "fault", {"name": "unplugged"})


def _well(stage: Stage) -> None:
    stage.house.control("terminal", "clear", {})
    _wait_for_card(False)(stage)


def _at_next(name: str, tone: Tone, zvt: str = "", nexo: str = "") -> list[Act]:
    """One act for each kind of terminal that can behave so."""
    kinds = [(kind, behaviour) for kind, behaviour in (("zvt", zvt), ("nexo", nexo)) if behaviour]
    BEHAVIOURS.update({behaviour: LABELS[name] for _, behaviour in kinds})
    return [act(name, Tab.TERMINAL, tone, _next(behaviour), (kind,)) for kind, behaviour in kinds]


ACTS = (
    *_at_next("card_approved", Tone.PLAIN, "approve", "approve"),
    *_at_next("card_declined", Tone.PLAIN, "decline", "decline"),
    *_at_next("pin_wrong", Tone.PLAIN, "pin_wrong"),
    *_at_next("pin_blocked", Tone.PLAIN, "pin_blocked", "wrong_pin"),
    *_at_next("card_expired", Tone.PLAIN, "card_expired", "invalid_card"),
    *_at_next("nobody_comes", Tone.PLAIN, "timeout", "timeout"),
    act("card_in_pocket", Tab.TERMINAL, Tone.PLAIN, _wait_for_card(True)),
    act("insert_card", Tab.TERMINAL, Tone.PLAIN, _press("card")),
    act("stop_key", Tab.TERMINAL, Tone.PLAIN, _press("stop")),
    *_at_next("completion_lost", Tone.FAULT, "lose_completion", "answer_lost"),
    *_at_next("line_lost_after_approval", Tone.FAULT, "drop_connection", "reboot_after_approve"),
    *_at_next("silent", Tone.FAULT, "silent", "silent"),
    *_at_next("wrong_amount", Tone.FAULT, "wrong_amount", "wrong_amount"),
    act("unplug_terminal", Tab.TERMINAL, Tone.FAULT, _unplug, ZVT),
    act("terminal_well", Tab.TERMINAL, Tone.WELL, _well, ZVT),
    act("card_by_itself", Tab.TERMINAL, Tone.WELL, _wait_for_card(False), NEXO),
)
