"""What the terminal tells of a running payment reaches the screen, and nothing else does."""

import contextlib
import json
import socket
import ssl
import threading
from pathlib import Path

import pytest
import requests

from device_drivers.card_terminals.interface import Outcome, StepKind
from device_drivers.card_terminals.nexo import displays, texts
from device_drivers.card_terminals.nexo.displays import AT_ONCE_MAX, BODY_MAX
from lobbypay.device.simulated import free_port
from simulators.nexo_terminal.notifications import display_request
from simulators.nexo_terminal.sealing import Seal
from tests.device_drivers.card_terminals.nexo.world import Observed, request
from tests.device_drivers.waiting import wait_until
from tests.simulators.http_manners import Line, every_way, head, is_refused_when_huge

ALL_STEPS = [
    StepKind.PRESENT_CARD,
    StepKind.PRESENT_CARD,
    StepKind.OTHER,
    StepKind.ENTER_PIN,
    StepKind.ASKING_BANK,
]


@contextlib.contextmanager
def listening(world, **settings):
    port = free_port()
    driver = world.driver(display_port=port, display_bind="127.0.0.1", **settings)
    driver.open()
    try:
        yield driver, port
    finally:
        driver.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_each_step_of_a_payment_is_shown(world, scheme):
    own = {"display_certificate": str(world.state_file.parent / "terminal.pem")}
    with listening(world, **(own if scheme == "https" else {})) as (driver, port):
        world.configure(display_url=f"{scheme}://127.0.0.1:{port}/")
        observer = Observed()
        assert driver.authorise(request(), observer).outcome is Outcome.APPROVED
        assert observer.steps == ALL_STEPS


def sealed(world, service_id, event, passphrase=None):
    shared = Path(world.ready["passphrase_file"]).read_text().strip()
    seal = Seal("lobby", 1, passphrase or shared)
    header = {"ServiceID": service_id, "SaleID": "K03"}
    told = display_request(header, world.ready["poi_id"], event)
    return seal.close("SaleToPOIRequest", told)


def test_only_the_running_payment_is_told_of_and_only_by_the_terminal(world):
    with listening(world) as (driver, port):
        world.configure(wait_for_card=True)
        asked, observer = request(), Observed()
        paying = threading.Thread(target=lambda: driver.authorise(asked, observer))
        paying.start()
        wait_until(lambda: world.told["display"] == "present_card")
        ours = driver._payment._message.service_id

        def post(raw):
            return requests.post(f"http://127.0.0.1:{port}/", data=raw, timeout=10).status_code

        assert post(sealed(world, ours, "WAIT_FOR_PIN", "another passphrase")) == 403
        assert post(b"no JSON") == 403
        assert post(json.dumps({"SaleToPOIRequest": {}}).encode()) == 403
        assert post(b"x" * (BODY_MAX + 1)) == 413
        assert post(sealed(world, "0000000000", "WAIT_FOR_PIN")) == 200
        assert post(sealed(world, ours, "PRINT_RECEIPT")) == 200
        assert observer.steps == [StepKind.PRESENT_CARD]
        assert post(sealed(world, ours, "WAIT_FOR_PIN")) == 200
        assert observer.steps == [StepKind.PRESENT_CARD, StepKind.ENTER_PIN]
        world.press("card")
        paying.join(15)
        seen = list(observer.steps)
        assert post(sealed(world, ours, "WAIT_FOR_PIN")) == 200
        assert observer.steps == seen, "it runs no more"


def test_a_terminal_may_send_its_notifications_in_any_way(world):
    with listening(world) as (_, port):
        told = sealed(world, "0000000000", "WAIT_FOR_PIN")
        answers = every_way(port, "/", told)
        assert set(answers.values()) == {(200, b"[accepted]")}
        assert is_refused_when_huge(port, "/")
        assert {status for status, _ in every_way(port, "/", b"no JSON").values()} == {403}


def test_those_who_trickle_get_no_place_for_good(world, monkeypatch):
    monkeypatch.setattr(displays, "LIFE_S", 1.0)
    with listening(world) as (_, port), contextlib.ExitStack() as slow:
        lines = [slow.enter_context(contextlib.closing(Line(port))) for _ in range(AT_ONCE_MAX)]
        for line in lines:
            line.send(head("/", "Content-Length: 1000")[:-10])
        with contextlib.closing(Line(port)) as another:
            assert another.ends()
        assert all(line.ends() for line in lines)
        assert requests.post(f"http://127.0.0.1:{port}/", data=b"x", timeout=10).status_code == 403


def test_those_who_knock_and_say_nothing_hold_up_nobody(world):
    with listening(world) as (driver, port), contextlib.ExitStack() as silent:
        for _ in range(20):
            silent.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        assert driver.authorise(request(), Observed()).outcome is Outcome.APPROVED
        driver.close()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()


def test_a_port_that_is_taken_is_a_warning_and_payments_go_on(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        driver = world.driver(display_port=port, display_bind="127.0.0.1")
        driver.open()
        assert driver.status().conditions == (texts.NO_DISPLAYS,)
        assert driver.authorise(request(), Observed()).outcome is Outcome.APPROVED
        driver.close()


def test_a_certificate_that_is_none_is_a_warning_too(world, tmp_path):
    with listening(world, display_certificate=str(tmp_path / "missing.pem")) as (driver, port):
        assert driver.status().conditions == (texts.NO_DISPLAYS,)
        with pytest.raises((OSError, ssl.SSLError)):
            socket.create_connection(("127.0.0.1", port), 1).close()
