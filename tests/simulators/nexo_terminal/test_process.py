"""The simulated nexo terminal as its users run it: it remembers, and fails by schedule."""

import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from simulators.nexo_terminal.sealing import Seal
from tests.simulators.processes import Simulator, running


def asked(simulator: Simulator, service_id: str, category: str, body: dict) -> tuple[int, bytes]:
    ready = simulator.ready
    seal = Seal("lobby", 1, Path(ready["passphrase_file"]).read_text().strip())
    header = {
        "MessageCategory": category,
        "MessageType": "Request",
        "ServiceID": service_id,
        "SaleID": "K03",
        "POIID": ready["poi_id"],
    }
    raw = seal.close("SaleToPOIRequest", {"MessageHeader": header, f"{category}Request": body})
    return posted(simulator, raw)


def posted(simulator: Simulator, raw: bytes) -> tuple[int, bytes]:
    context = ssl.create_default_context(cafile=simulator.ready["ca_file"])
    context.check_hostname = False
    url = f"https://127.0.0.1:{simulator.ready['port']}/nexo"
    try:
        with urllib.request.urlopen(url, raw, timeout=20, context=context) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


PAYMENT = {
    "SaleData": {"SaleTransactionID": {"TransactionID": "p-1", "TimeStamp": "2026-11-03T09:30Z"}},
    "PaymentTransaction": {"AmountsReq": {"Currency": "CNY", "RequestedAmount": 1.23}},
}


def states(simulator: Simulator) -> list[tuple[str, int]]:
    return [(t["state"], t["amount_minor"]) for t in simulator.state()["transactions"]]


def test_it_remembers_its_payments_its_names_and_its_papers(tmp_path):
    options = ("--state", str(tmp_path / "books"), "--step-delay", "0")
    with running("nexo_terminal", *options) as first:
        assert asked(first, "A1", "Payment", PAYMENT)[0] == 200
        proofs = (first.ready["fingerprint"], Path(first.ready["passphrase_file"]).read_bytes())
    with running("nexo_terminal", *options) as again:
        assert (
            again.ready["fingerprint"],
            Path(again.ready["passphrase_file"]).read_bytes(),
        ) == proofs
        assert asked(again, "A1", "Payment", PAYMENT)[0] == 200, "refused, in a sealed answer"
        assert states(again) == [("approved", 123)]


def test_it_fails_by_schedule(tmp_path):
    schedule = tmp_path / "faults.toml"
    schedule.write_text('[[fault]]\nat_count = 2\nfault = "decline"\n')
    options = ("--state", str(tmp_path / "books"), "--step-delay", "0")
    with running("nexo_terminal", *options, "--schedule", str(schedule)) as simulator:
        for number in range(3):
            asked(simulator, f"B{number}", "Payment", PAYMENT)
        assert [state for state, _ in states(simulator)] == ["approved", "declined", "approved"]


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"SaleToPOIRequest": {"PaymentRequest": {}}}'])
def test_what_is_not_sealed_is_not_done(tmp_path, raw):
    with running("nexo_terminal", "--state", str(tmp_path / "books")) as simulator:
        assert posted(simulator, raw)[0] == 400
        assert simulator.post("next", behaviour="nonsense").status_code == 400
        assert states(simulator) == []


def test_a_currency_that_there_is_not_is_refused(tmp_path):
    asked_for = {"AmountsReq": {"Currency": "ZZZ", "RequestedAmount": 1.23}}
    with running("nexo_terminal", "--state", str(tmp_path / "books")) as simulator:
        body = {**PAYMENT, "PaymentTransaction": asked_for}
        assert asked(simulator, "A1", "Payment", body)[0] == 200
        assert states(simulator) == []
