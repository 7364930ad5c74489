"""``lobbypay demo --script --out DIR``: four residents without a person, and a check of everything."""

import json
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from contract.messages import PaymentRecord
from contract.money import Money
from lobbypay.demo.agreement import (
    bills_in,
    community_of,
    differences,
    kiosk_payments,
    on_paper,
    server_payments,
)
from lobbypay.demo.display import Display, Glass
from lobbypay.demo.house import House
from lobbypay.demo.journeys import JOURNEYS, Journey
from lobbypay.demo.processes import Processes

REPORTED_WITHIN_S = 20.0


def play(out: Path, size: tuple[int, int] = (1080, 1920), card_terminal: str = "zvt") -> int:
    """Plays every journey and leaves pictures, receipts, databases and ``journey.json`` in ``out``.

    Returns 0 only when journal, server, channels and receipts agree.
    """
    out.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lobbypay-") as folder:
        base = Path(folder)
        display = Display(None, size)
        with closing(display), Processes(base / "logs") as processes:
            try:
                house = House(base, processes, display.name, size, card_terminal=card_terminal)
                result = _play(house, display, out)
            finally:
                shutil.copytree(base / "logs", out / "logs", dirs_exist_ok=True)
    result["seconds"] = round(time.monotonic() - began, 1)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    (out / "journey.json").write_text(text + "\n", encoding="utf-8")
    for sentence in result["differences"]:
        print(f"DIFFERENCE {sentence}")
    paid = ", ".join(
        f"{j['name']} {Money(j['amount_minor'], j['currency'])}" for j in result["journeys"]
    )
    print(f"{paid}; agree: {result['agree']}; {result['seconds']} s; {out / 'journey.json'}")
    return 0 if result["agree"] else 1


def _play(house: House, display: Display, out: Path) -> dict[str, Any]:
    house.start()
    glass = Glass(display, house.probe)
    played: list[tuple[Journey, str, PaymentRecord]] = []
    for name, language, method, journey_of in JOURNEYS:
        journey = Journey(name, language, method, out, glass)
        receipt = journey_of(journey, house)
        newest = list(kiosk_payments(house.journal).values())[-1]
        played.append((journey, receipt, newest))
    _wait_until_reported(house)
    truth = {
        "wechat": house.channel_orders("wechat"),
        "alipay": house.channel_orders("alipay"),
        "card": {t["receipt_no"]: t for t in house.transactions()},
    }
    house.stop("kiosk")
    house.stop("server")
    _keep(house, out)
    return _compare(house, played, truth)


def _wait_until_reported(house: House) -> None:
    """Until the server has every payment's end; the check says so if it never does."""
    end = time.monotonic() + REPORTED_WITHIN_S
    while time.monotonic() < end:
        server = server_payments(house.server_db)
        states = {p: r.state.value for p, r in kiosk_payments(house.journal).items()}
        if all(p in server and server[p]["state"] == state for p, state in states.items()):
            return
        time.sleep(0.3)


def _keep(house: House, out: Path) -> None:
    shutil.copy(house.bill_pdf, out / "bill.pdf")
    for source, name in ((house.server_db, "server"), (house.journal, "journal")):
        _copy_database(source, out / f"{name}.sqlite3")
    for receipt in (house.folder / "receipts").iterdir():
        shutil.copy(receipt, out / receipt.name)


def _copy_database(source: Path, target: Path) -> None:
    """With everything that still stands in its write-ahead log."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as db, closing(sqlite3.connect(target)) as copy:
        db.backup(copy)


def _compare(
    house: House, played: list[tuple[Journey, str, PaymentRecord]], truth: dict[str, Any]
) -> dict[str, Any]:
    orders, community = server_payments(house.server_db), community_of(house.server_db)
    wrong: list[str] = []
    journeys = []
    for journey, receipt, record in played:
        order = orders.get(record.payment_id)
        if record.card:
            channel = truth["card"].get(record.card.receipt_no)
        else:
            channel = truth[record.method.value].get(record.payment_id.replace("-", ""))
        picture = house.folder / "receipts" / receipt
        paper = on_paper(picture, record, community, journey.language)
        wrong += differences(record, order, channel, paper)
        if record.method.value != journey.method:
            wrong.append(f"{journey.name}: paid by {record.method}, not by {journey.method}")
        journeys.append(
            {
                "name": journey.name,
                "language": journey.language,
                "method": record.method.value,
                "amount_minor": record.amount_minor,
                "currency": record.currency,
                "payment_id": record.payment_id,
                "reference": record.reference,
                "bills": list(bills_in(record)),
                "kiosk_state": record.state.value,
                "server_state": order["state"] if order else "missing",
                "channel_state": channel["state"] if channel else "missing",
                "receipt": receipt,
                "steps": journey.steps,
            }
        )
    wrong += _nothing_else(orders, truth, [r for _, _, r in played])
    return {"journeys": journeys, "differences": wrong, "agree": not wrong}


def _nothing_else(
    orders: dict[str, Any], truth: dict[str, Any], records: list[PaymentRecord]
) -> list[str]:
    """No money anywhere but the journeys' own."""
    expected = sum(r.amount_minor for r in records)
    charged = sum(o["captured_minor"] for o in orders.values())
    taken = sum(
        t["amount_minor"]
        for known in truth.values()
        for t in known.values()
        if t["state"] in ("paid", "approved")
    )
    found = []
    if charged != expected:
        found.append(f"the server charged {charged} in all, the journeys {expected}")
    if taken != expected:
        found.append(f"the channels took {taken} in all, the journeys {expected}")
    return found
