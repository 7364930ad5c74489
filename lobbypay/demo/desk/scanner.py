"""The scanner's tab: what residents hold before it."""

from lobbypay.demo.desk.act import Tab, Tone, act
from lobbypay.demo.desk.stage import LONG_S, Stage


def _hold_bill(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()))


def _hold_overdue(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.overdue_bill()))


def _hold_paid(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()), stuck_over=stage.props.paid_code())


def _hold_forged(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()), stuck_over=stage.props.forged_code())


def _hold_other_communitys(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()), stuck_over=stage.props.other_communitys_code())


def _hold_stale(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()), stuck_over=stage.props.stale_code())


def _hold_crumpled(stage: Stage) -> None:
    stage.holds(pdf=str(stage.props.bill()), crumpled=True)


def _hold_glaring(stage: Stage) -> None:
    stage.house.control("camera", "fault", {"name": "glare"})
    stage.holds(for_s=LONG_S, pdf=str(stage.props.bill()))


def _tilt(stage: Stage) -> None:
    stage.house.control("camera", "mend", {})


def _hold_sticker(stage: Stage) -> None:
    stage.holds(sticker=stage.props.sticker())


def _unplug(stage: Stage) -> None:
    stage.keeps()
    stage.house.control("camera", "fault", {"name": "unplugged"})


def _put_down(stage: Stage) -> None:
    stage.puts_down()


ACTS = (
    act("hold_bill", Tab.SCANNER, Tone.PLAIN, _hold_bill),
    act("hold_overdue", Tab.SCANNER, Tone.PLAIN, _hold_overdue),
    act("hold_paid", Tab.SCANNER, Tone.PLAIN, _hold_paid),
    act("hold_forged", Tab.SCANNER, Tone.FAULT, _hold_forged),
    act("hold_other_communitys", Tab.SCANNER, Tone.FAULT, _hold_other_communitys),
    act("hold_stale", Tab.SCANNER, Tone.FAULT, _hold_stale),
    act("hold_crumpled", Tab.SCANNER, Tone.PLAIN, _hold_crumpled),
    act("hold_glaring", Tab.SCANNER, Tone.FAULT, _hold_glaring),
    act("tilt", Tab.SCANNER, Tone.WELL, _tilt),
    act("hold_sticker", Tab.SCANNER, Tone.PLAIN, _hold_sticker),
    act("unplug_scanner", Tab.SCANNER, Tone.FAULT, _unplug),
    act("put_down", Tab.SCANNER, Tone.WELL, _put_down),
)
