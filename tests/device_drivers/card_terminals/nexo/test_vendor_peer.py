"""The simulated terminal as the vendor's own client library meets it: a judge that we did not write."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

PEER = Path(__file__).parent / "vendor_peer"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not here"),
    pytest.mark.timeout(240),
]


class Till:
    def __init__(self, process, passphrase):
        self._process, self._passphrase, self._count = process, passphrase, 0

    def ask(self, category, body, passphrase=None):
        """The answer's body, or what the library said went wrong."""
        self._count += 1
        asked = {
            "passphrase": passphrase or self._passphrase,
            "category": category,
            "service_id": f"PEER{self._count:06d}",
            "body": body,
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "problem" in answer:
            return answer
        return answer["SaleToPOIResponse"][f"{category}Response"]

    def pay(self, reference, amount):
        return self.ask(
            "Payment",
            {
                "SaleData": {"SaleTransactionID": transaction(reference)},
                "PaymentTransaction": {
                    "AmountsReq": {"Currency": "CNY", "RequestedAmount": amount}
                },
            },
        )


def transaction(reference):
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"TransactionID": reference, "TimeStamp": now}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendor") / "peer"
    shutil.copytree(PEER, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"npm could not install the library: {done.stderr[-300:]}")
    return folder


@pytest.fixture
def till(world, installed):
    told = {n: world.ready[n] for n in ("port", "poi_id", "ca_file", "key_identifier")}
    told["key_version"] = world.ready["key_version"]
    process = subprocess.Popen(
        ["node", "peer.js", json.dumps(told)],
        cwd=installed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Till(process, Path(world.ready["passphrase_file"]).read_text().strip())
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def test_it_pays_looks_up_and_reverses(till):
    assert till.ask("Diagnosis", {"HostDiagnosisFlag": True})["Response"]["Result"] == "Success"
    paid = till.pay("PEER-1", 12.5)
    assert paid["Response"]["Result"] == "Success"
    assert paid["PaymentResult"]["AmountsResp"]["AuthorizedAmount"] == 12.5
    looked_up = till.ask(
        "TransactionStatus",
        {
            "MessageReference": {
                "MessageCategory": "Payment",
                "ServiceID": "PEER000002",
                "SaleID": "K09",
            }
        },
    )
    repeated = looked_up["RepeatedMessageResponse"]["RepeatedResponseMessageBody"]
    assert repeated["PaymentResponse"]["Response"]["Result"] == "Success"
    original = paid["POIData"]["POITransactionID"]
    reversal = till.ask(
        "Reversal",
        {
            "OriginalPOITransaction": {"POITransactionID": original},
            "ReversalReason": "MerchantCancel",
        },
    )
    assert reversal["Response"]["Result"] == "Success"


def test_what_is_declined_is_declined_for_it_too(till, world):
    world.next("decline")
    assert till.pay("PEER-2", 3)["Response"]["Result"] == "Failure"


def test_a_wrong_key_gets_no_payment(till, world):
    before = len(world.told["transactions"])
    wrong = till.ask("Diagnosis", {"HostDiagnosisFlag": False}, passphrase="another passphrase")
    assert "problem" in wrong
    assert len(world.told["transactions"]) == before
