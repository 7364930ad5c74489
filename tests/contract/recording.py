"""Keeps what kiosk and server of a release say to each other, for later releases to be held to.

``python -m tests.contract.recording VERSION [SEEDS]`` writes ``recorded/VERSION.jsonl`` (messages of
simulated lobbies, a few of each form) and ``recorded/VERSION.schema.json`` (the forms themselves).
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from contract import messages as m
from contract.callbacks import CallbackTaken, CallbackWish
from contract.day_tally import Tallies, TalliesTaken
from contract.enrolment import (
    EnrolAnswer,
    EnrolRequest,
    JournalPosition,
    JournalSalvage,
    PairingAnswer,
    PairingAsk,
)
from contract.heartbeat import Heartbeat, HeartbeatAnswer
from contract.key_change import KeyChange, KeyChangeAnswer
from contract.message import Message
from contract.payment_history import HistoryAsked, PaymentHistory
from contract.remote_acts import ActsAnswer, ActsCall
from contract.service_requests import RequestsAsked, RequestsFound, RequestTaken, RequestWish

FOLDER = Path(__file__).parent / "recorded"
OF_A_FORM, LENGTH_MAX = 1, 12_000
# Call: what the kiosk says, what the server answers.
CALLS: dict[str, tuple[type[Message] | None, type[Message]]] = {
    "POST /enrol": (EnrolRequest, EnrolAnswer),
    "POST /pairings": (PairingAsk, PairingAnswer),
    "GET /config": (None, m.KioskConfig),
    "GET /bills/open": (None, m.OpenBills),
    "POST /units/lookup": (m.UnitLookup, m.UnitAccount),
    "POST /units/payments": (HistoryAsked, PaymentHistory),
    "GET /bills/{}": (None, m.Bill),
    "POST /payments": (m.StartPayment, m.PaymentView),
    "GET /payments/{}": (None, m.PaymentView),
    "POST /payments/{}/cancel": (None, m.PaymentView),
    "POST /journal": (m.JournalBatch, m.JournalAnswer),
    "POST /journal/continue": (JournalSalvage, JournalPosition),
    "POST /callbacks": (CallbackWish, CallbackTaken),
    "POST /requests": (RequestWish, RequestTaken),
    "POST /requests/find": (RequestsAsked, RequestsFound),
    "POST /heartbeats": (Heartbeat, HeartbeatAnswer),
    "POST /tallies": (Tallies, TalliesTaken),
    "POST /acts": (ActsCall, ActsAnswer),
    "POST /keys": (KeyChange, KeyChangeAnswer),
}


def call_of(method: str, path: str) -> str:
    """Raises KeyError for a call that is not in the table."""
    parts = path.partition("?")[0].strip("/").split("/")
    if parts[0] in ("payments", "bills") and len(parts) > 1 and parts[1] != "open":
        parts[1] = "{}"
    name = f"{method} /{'/'.join(parts)}"
    assert name in CALLS, name
    return name


def schemas() -> dict[str, Any]:
    """The forms of all calls, by name and side."""
    found: dict[str, Any] = {}
    for name, (asked, answered) in CALLS.items():
        if asked is not None:
            found[f"{name} <"] = asked.model_json_schema(mode="validation")
        found[f"{name} >"] = answered.model_json_schema(mode="validation")
    return found | {"error >": m.ApiError.model_json_schema(mode="validation")}


def form(said: Any) -> Any:
    """Which fields are there, and which of them are empty; lists by their first entry."""
    if isinstance(said, dict):
        return tuple(sorted((name, form(value)) for name, value in said.items()))
    if isinstance(said, list):
        return ("list", form(said[0]) if said else None)
    return said if said is None or isinstance(said, bool) else type(said).__name__


def main(version: str, seeds: int) -> None:
    from tests.simulation import campaign

    campaign.prepare()
    from tests.simulation.line import Line
    from tests.simulation.run import run

    seen: Counter[Any] = Counter()
    kept: list[str] = []
    asks = Line.asks

    def heard(self, kiosk_id, method, path, raw, timeout_s):
        status, content = asks(self, kiosk_id, method, path, raw, timeout_s)
        asked = json.loads(raw) if raw else None
        name = call_of(method, path)
        key = (name, form(asked), status, form(content))
        text = json.dumps(
            {"call": name, "asked": asked, "status": status, "answer": content}, ensure_ascii=False
        )
        seen[key] += 1
        if seen[key] <= OF_A_FORM and len(text) <= LENGTH_MAX and status < 500:
            kept.append(text)
        return status, content

    Line.asks = heard
    for seed in range(1, seeds + 1):
        run(seed, campaign.first_state())
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{version}.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    text = json.dumps(schemas(), ensure_ascii=False, sort_keys=True)
    (FOLDER / f"{version}.schema.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(kept)} messages of {sum(seen.values())}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 30)
