"""Do the journal, the server, the channel and the paper tell the same story, to the cent?

Reads what each of them left behind; believes none of them.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from contract.messages import Bill, Community, PaymentRecord, Text
from device_drivers.printers.raster import Fonts, render
from kiosk.core.receipt import lay_out
from kiosk.runtime.receipts import document
from kiosk.texts.receipt_words import speech

FONTS = Path(__file__).resolve().parent.parent.parent / "assets" / "fonts" / "built"


def kiosk_payments(journal: Path) -> dict[str, PaymentRecord]:
    """Each payment's newest record, by id, in the order of their beginnings."""
    found: dict[str, PaymentRecord] = {}
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as db:
        for (body,) in db.execute(
            "SELECT body FROM entries WHERE kind = 'payment' ORDER BY sequence"
        ):
            record = PaymentRecord.model_validate_json(body)
            found[record.payment_id] = record
    return found


def server_payments(database: Path) -> dict[str, dict[str, Any]]:
    """Each order with what it settled, by payment id."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        orders = {
            row["payment_id"]: dict(row)
            for row in db.execute("SELECT * FROM payments_paymentorder ORDER BY id")
        }
        for order in orders.values():
            order["settled"] = dict(
                db.execute(
                    "SELECT b.number, a.amount_minor FROM billing_allocation a"
                    " JOIN billing_bill b ON b.id = a.bill_id"
                    " WHERE a.payment_id = ? AND NOT a.undone AND b.state = 'paid'",
                    (order["payment_id"],),
                )
            )
    return orders


def community_of(database: Path) -> Community:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        row = db.execute("SELECT * FROM estate_community").fetchone()
    return Community(
        code=row["code"],
        name=Text(zh=row["name_zh"], en=row["name_en"]),
        currency=row["currency"],
        time_zone=row["time_zone"],
        test=bool(row["test"]),
        office_phone=row["office_phone"],
        company=Text(zh=row["company_zh"], en=row["company_en"]) if row["company_zh"] else None,
    )


def on_paper(picture: Path, record: PaymentRecord, community: Community, language: str) -> bool:
    """Whether the printed dots are those of this payment's receipt."""
    receipt = lay_out(record, community, speech("en" if language == "en" else "zh_CN"))
    with Image.open(picture) as printed:
        dots = np.asarray(printed.convert("L")) < 128
    fonts = Fonts.in_folder(FONTS)
    expected = np.asarray(render(document(receipt, ""), dots.shape[1], fonts).convert("L")) < 128
    return _contains(dots, expected)


def _contains(dots: np.ndarray, expected: np.ndarray) -> bool:
    """Paper is fed before and after the text: blank rows do not count."""

    def inked(picture: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(picture.any(axis=1))
        return picture[rows[0] : rows[-1] + 1] if rows.size else picture[:0]

    one, other = inked(dots), inked(expected)
    return one.shape == other.shape and bool((one == other).all())


def bills_in(record: PaymentRecord) -> dict[str, int]:
    return {b.number: b.amount_minor for b in record.bills}


def _shown(bill: Bill) -> dict[str, Any]:
    """A bill without what other periods came to and what part of it could be paid, which the server does
    not keep with a payment."""
    return bill.model_dump(exclude={"lines": {"__all__": {"history"}}, "part_min_minor": True})


def differences(
    record: PaymentRecord,
    order: dict[str, Any] | None,
    channel: dict[str, Any] | None,
    paper: bool,
) -> list[str]:
    """One sentence for each thing on which they do not agree about a paid payment."""
    found: list[str] = []

    def same(what: str, ours: Any, theirs: Any) -> None:
        if ours != theirs:
            found.append(f"{record.reference}: {what}: the kiosk says {ours}, not {theirs}")

    if order is None:
        return [f"{record.reference}: the server does not know it"]
    if channel is None:
        return [f"{record.reference}: the channel does not know it"]
    same("state at the server", record.state.value, order["state"])
    same("amount at the server", record.amount_minor, order["amount_minor"])
    same("charged", record.amount_minor, order["captured_minor"])
    same("credited", 0, order["credited_minor"])
    same("bills settled", bills_in(record), order["settled"])
    kept = [Bill.model_validate(bill) for bill in json.loads(order["bills"])]
    same("bills ordered", bills_in(record), {b.number: b.amount_minor for b in kept})
    same(
        "lines of the bills kept",
        True,
        [_shown(b) for b in kept] == [_shown(b) for b in record.bills],
    )
    same("amount at the channel", record.amount_minor, channel["amount_minor"])
    same("state at the channel", True, channel["state"] in ("paid", "approved"))
    same("receipt on paper", True, paper)
    return found
