"""``python -m simulators.network_line --tcp HOST:PORT --to HOST:PORT``: a line that can be cut.

Its first line says in JSON where it listens. Steered over HTTP: ``POST /cut``, ``POST /hang``,
``POST /slow {"delay_s"?}`` (each piece of data so many seconds late), ``POST /mend``, ``GET /state``.
"""

import argparse
import asyncio
import json
import signal
from collections.abc import Callable
from typing import Any

from simulators.control import Action, ControlServer, host_and_port
from simulators.network_line.relay import DELAY_S, Relay

DELAY_S_MAX = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulators.network_line", description=__doc__)
    parser.add_argument("--tcp", default="127.0.0.1:0", help="host:port; port 0 picks a free one")
    parser.add_argument("--to", required=True, help="host:port behind the line")
    parser.add_argument("--control", default="127.0.0.1:0", help="host:port of the control server")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for which in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(which, over.set)
    relay = Relay(host_and_port(options.to))
    host, port = host_and_port(options.tcp)
    listening = await relay.start(host, port)
    control = ControlServer(options.control, _actions(relay, loop), relay.state)
    control.start()
    ready = {"simulator": "network_line", "host": host, "port": listening, "control": control.url}
    print(json.dumps(ready), flush=True)
    await over.wait()
    control.close()
    await relay.close()


def _actions(relay: Relay, loop: asyncio.AbstractEventLoop) -> dict[str, Action]:
    """Each on the relay's own loop, whatever thread the control server calls it on."""

    def becoming(state: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        async def become(delay_s: float) -> dict[str, Any]:
            relay.become(state, delay_s)
            return relay.state()

        def act(body: dict[str, Any]) -> dict[str, Any]:
            delay_s = float(body.get("delay_s", DELAY_S))
            if not 0 <= delay_s <= DELAY_S_MAX:
                raise ValueError(f"delay_s must be 0 to {DELAY_S_MAX:.0f} seconds")
            return asyncio.run_coroutine_threadsafe(become(delay_s), loop).result(timeout=10)

        return act

    names = {"cut": "cut", "hang": "hanging", "slow": "slow", "mend": "well"}
    return {name: becoming(state) for name, state in names.items()}


if __name__ == "__main__":
    main()
