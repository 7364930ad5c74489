"""What the simulators of text message providers share: a gateway on a port of this machine, steered and
watched by the control server: ``POST /set`` with what can be set, ``GET /state`` with what was sent."""

import argparse
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from simulators import control
from simulators.http_door import HttpDoor, Respond

SETTABLE: Mapping[str, Callable[[Any], Any]] = {
    "arrives_after_s": float,
    "delay_s": float,
    "fail": str,
    "refuse": str,
    "cut": int,
}


class Gateway(Protocol):
    """``fail`` and ``refuse``: which answer it gives instead of its own."""

    fail: str
    refuse: str

    @property
    def respond(self) -> Respond: ...


def run(
    name: str,
    about: str | None,
    make: Callable[..., Gateway],
    sent: Callable[[Any], list[dict[str, Any]]],
    options: Sequence[tuple[str, str]] = (),
    settable: Mapping[str, Callable[[Any], Any]] = SETTABLE,
) -> None:
    """Serves until it is ended. ``make`` gets key id and secret, then the ``options``, which come with
    their usual values."""
    parser = argparse.ArgumentParser(prog=f"python -m simulators.{name}", description=about)
    usual = {"key_id": "test-key", "secret": "test-secret", **dict(options)}
    for option, value in usual.items():
        parser.add_argument(f"--{option.replace('_', '-')}", default=value)
    parser.add_argument("--listen", default="127.0.0.1:0", help="host:port of the gateway")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    given = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, control.ENDINGS)
    gateway = make(*(getattr(given, option) for option in usual))
    host, port = control.host_and_port(given.listen)
    door = HttpDoor(host, port, gateway.respond)
    door.start()

    def state() -> dict[str, Any]:
        return {"sent": sent(gateway), "fail": gateway.fail, "refuse": gateway.refuse}

    ready = {"simulator": name, "endpoint": f"http://{host}:{door.port}"}
    acts = {"set": lambda body: _set(gateway, body, settable)}
    control.serve(given.control, acts, state, ready)


def _set(
    gateway: Gateway, body: Mapping[str, Any], settable: Mapping[str, Callable[[Any], Any]]
) -> None:
    """Raises ValueError for what cannot be set."""
    for name, value in body.items():
        if name not in settable:
            raise ValueError(f"{name} cannot be set")
        setattr(gateway, name, settable[name](value))
