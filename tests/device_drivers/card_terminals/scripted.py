"""A card terminal that follows a script over a real TCP socket, message by message."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from device_drivers.card_terminals.interface import CardResult, CardStep

# Both ends may stand still for long on a busy machine: where silence is not the subject, nobody gives up.
STALLS_S = 60.0
PATIENT = {
    "host": "127.0.0.1",
    "connect_timeout_s": STALLS_S,
    "byte_timeout_s": STALLS_S,
    "t2_s": STALLS_S,
    "t3_s": STALLS_S,
    "busy_pause_s": 0.05,
}
YES = "800000"
READY = "060f0100"
REGISTERED = "060f0a19002952523535490156"
APPROVED_12_34 = (  # 040F: 12.34 CNY, receipt 0042, trace 000123, card 6222 02EE EEEE 1234
    "040f3d" "2700" "04000000001234" "490156" "0c120000" "0d1124"
    "22f0f8622202eeeeee1234" "870042" "0b000123" "2952523535" "8b f0 f8 556e696f6e506179"
).replace(" ", "")  # fmt: skip


def message(command: str, data: str = "") -> str:
    raw = bytes.fromhex(data.replace(" ", ""))
    return command + f"{len(raw):02x}" + raw.hex()


APPROVED_12_34 = message("040f", APPROVED_12_34[6:])


@dataclass
class Observed:
    """An observer that keeps what it is told."""

    accept: bool = True
    steps: list[CardStep] = field(default_factory=list)
    results: list[CardResult] = field(default_factory=list)
    on_result: Callable[[CardResult], None] = lambda result: None

    def on_step(self, step: CardStep) -> None:
        self.steps.append(step)

    def before_acknowledge(self, result: CardResult) -> bool:
        self.results.append(result)
        self.on_result(result)
        return self.accept


class Script:
    """What the terminal does on one connection; every call is checked against what arrives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._connection.settimeout(STALLS_S)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._connection.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def hear(self) -> str:
        head = self._exactly(3)
        length = head[2]
        if length == 0xFF:
            more = self._exactly(2)
            return (head + more + self._exactly(int.from_bytes(more, "little"))).hex()
        return (head + self._exactly(length)).hex()

    def expect(self, start: str) -> str:
        heard = self.hear()
        assert heard.startswith(start), f"expected {start}, heard {heard}"
        return heard

    def say(self, *messages: str) -> None:
        """Each message, waiting for 80 00 00 after everything but an answer."""
        for one in messages:
            self._connection.sendall(bytes.fromhex(one))
            if one[:2] not in ("80", "84"):
                self.expect(YES)

    def wait(self, seconds: float) -> None:
        """As a terminal that has a resident in front of it."""
        time.sleep(seconds)

    def send(self, text: str) -> None:
        self._connection.sendall(bytes.fromhex(text))

    def send_and_end(self, text: str) -> None:
        """The message and the end of the line together, as from a terminal that loses power."""
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self.send(text)
        self._connection.shutdown(socket.SHUT_WR)

    def registration(self) -> None:
        self.state_asked()
        self.expect("0600")
        self.say(YES, REGISTERED)

    def state_asked(self, state: str = READY) -> None:
        self.expect("0501")
        self.say(YES, state)

    def authorisation(self) -> None:
        self.expect("06010a04000000001234490156")
        self.say(YES)


@dataclass
class Scripted:
    port: int
    problems: list[BaseException] = field(default_factory=list)
    connections: int = 0


@contextmanager
def scripted(*scripts: Callable[[Script], None]) -> Iterator[Scripted]:
    """Serves one connection a script. Fails the test when a script was not followed."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(STALLS_S)
    served = Scripted(listening.getsockname()[1])

    def serve() -> None:
        for script in scripts:
            try:
                connection = listening.accept()[0]
                served.connections += 1
                with connection:
                    script(Script(connection))
            except BaseException as problem:
                served.problems.append(problem)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        thread.join(STALLS_S)
        listening.close()
    assert not served.problems, served.problems
    assert not thread.is_alive()
