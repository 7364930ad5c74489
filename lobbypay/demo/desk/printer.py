"""The printer's tab: its paper, its cover, its knife, its cable."""

from collections.abc import Callable

from lobbypay.demo.desk.act import Tab, Tone, act
from lobbypay.demo.desk.stage import Stage

MIDWAY_DOTS = 240


def _fault(name: str, **settings: float) -> Callable[[Stage], None]:
    def strike(stage: Stage) -> None:
        stage.house.control("printer", "fault", {"name": name, **settings})

    return strike


def _well(stage: Stage) -> None:
    stage.house.control("printer", "clear", {})


ACTS = (
    act("paper_near_end", Tab.PRINTER, Tone.PLAIN, _fault("near_end")),
    act("paper_out", Tab.PRINTER, Tone.FAULT, _fault("paper_out")),
    act(
        "paper_out_midway",
        Tab.PRINTER,
        Tone.FAULT,
        _fault("paper_out_midway", after_dots=MIDWAY_DOTS),
    ),
    act("paper_jam", Tab.PRINTER, Tone.FAULT, _fault("jam")),
    act("cover_open", Tab.PRINTER, Tone.FAULT, _fault("cover_open")),
    act("cutter_jam", Tab.PRINTER, Tone.FAULT, _fault("cutter")),
    act("unplug_printer", Tab.PRINTER, Tone.FAULT, _fault("disconnected")),
    act("printer_well", Tab.PRINTER, Tone.WELL, _well),
)
