"""``python -m simulators.chat_robot``: a robot on a port of this machine, for whoever wants a webhook.

Its first line says in JSON where it is reached and steered: ``POST /set`` with ``code``, ``words``,
``status``, ``cut``, ``delay_s``; ``GET /state`` shows what it got."""

import argparse
import signal
from typing import Any

from simulators import control
from simulators.chat_robot.robot import Robot
from simulators.http_door import HttpDoor

_KINDS = {"code": int, "words": str, "status": int, "cut": int, "delay_s": float}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.chat_robot", description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port of the robot")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, control.ENDINGS)
    robot = Robot()
    host, port = control.host_and_port(options.listen)
    door = HttpDoor(host, port, robot.respond)
    door.start()

    def set_(body: dict[str, Any]) -> None:
        for name, value in body.items():
            setattr(robot, name, _KINDS[name](value))

    ready = {"simulator": "chat_robot", "address": f"http://{host}:{door.port}/robot"}
    control.serve(options.control, {"set": set_}, lambda: {"got": robot.got}, ready)


if __name__ == "__main__":
    main()
