"""The network's tab: the line between kiosk and server, and the server itself."""

from collections.abc import Callable

from lobbypay.demo.desk.act import NotNow, Tab, Tone, act
from lobbypay.demo.desk.stage import Stage

SLOW_S = 3.0


def _line(what: str, **body: float) -> Callable[[Stage], None]:
    def become(stage: Stage) -> None:
        stage.house.control("line", what, body)

    return become


def _stop_server(stage: Stage) -> None:
    if not stage.alive("server"):
        raise NotNow("server_stopped")
    stage.house.stop("server")


def _start_server(stage: Stage) -> None:
    if stage.alive("server"):
        raise NotNow("server_runs")
    stage.house.start_server()


ACTS = (
    act("cut_line", Tab.NETWORK, Tone.FAULT, _line("cut")),
    act("hang_line", Tab.NETWORK, Tone.FAULT, _line("hang")),
    act("slow_line", Tab.NETWORK, Tone.FAULT, _line("slow", delay_s=SLOW_S)),
    act("mend_line", Tab.NETWORK, Tone.WELL, _line("mend")),
    act("stop_server", Tab.NETWORK, Tone.FAULT, _stop_server),
    act("start_server", Tab.NETWORK, Tone.WELL, _start_server),
)
