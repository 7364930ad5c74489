"""A receipt from the journal: the paper's own layout as PNG and PDF, in both languages and widths."""

from datetime import UTC, datetime

import pytest
import zxingcpp
from PIL import Image

from contract.lifecycle import Fact
from contract.messages import Method, PaymentState
from kiosk.central.config_cache import ConfigCache
from kiosk.core.payment import apply_fact
from kiosk.journal.journal import Journal
from lobbypay.cli import main
from tests.device_drivers.printers.receipts import needs_fonts
from tests.kiosk.core.story import START, Story, config

pytestmark = needs_fonts
PENDING = Story.paying(Method.WECHAT).payment
CREATED = PENDING.model_copy(update={"state": PaymentState.CREATED, "version": 1})


@pytest.fixture
def journal(tmp_path):
    ConfigCache(tmp_path / "config.json").save(config())
    journal = Journal(tmp_path / "journal.sqlite3", lambda: datetime(2026, 11, 24, tzinfo=UTC))
    journal.append_payment(CREATED)
    yield journal
    journal.close()


def draws(journal, payment, *more) -> int:
    return main(["receipt", "--journal", str(journal.path), "--payment", payment, *map(str, more)])


@pytest.mark.parametrize(("language", "paper"), [("zh_CN", 58), ("en", 80)])
def test_a_receipt_has_the_papers_width_and_its_code_leads_to_the_payment(
    journal, tmp_path, language, paper
):
    journal.append_payment(
        apply_fact(apply_fact(CREATED, Fact.SUBMITTED, START), Fact.APPROVED, START)
    )
    png, pdf = tmp_path / "receipt.png", tmp_path / "receipt.pdf"
    look = ("--language", language, "--paper", paper)
    assert draws(journal, CREATED.reference, "--png", png, "--pdf", pdf, *look) == 0
    picture = Image.open(png)
    assert picture.width == paper * 8
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [
        CREATED.status_url
    ]
    assert pdf.read_bytes().startswith(b"%PDF-")
    again = tmp_path / "again.png"
    assert draws(journal, CREATED.payment_id, "--png", again, *look) == 0
    assert again.read_bytes() == png.read_bytes()


def test_a_payment_that_is_not_there_is_said(journal, tmp_path, capsys):
    png = tmp_path / "receipt.png"
    assert draws(journal, "K03-999999", "--png", png) == 2
    assert "there is no payment K03-999999" in capsys.readouterr().err
    assert not png.exists()


def test_a_payment_that_took_no_money_has_a_slip_that_says_so(journal, tmp_path):
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    assert draws(journal, CREATED.reference, "--png", before) == 0
    journal.append_payment(apply_fact(CREATED, Fact.CANCELLED, START, reason="resident"))
    assert draws(journal, CREATED.reference, "--png", after) == 0
    assert before.read_bytes() != after.read_bytes()


def test_without_the_community_or_with_a_changed_journal_nothing_is_drawn(
    journal, tmp_path, capsys
):
    png = tmp_path / "receipt.png"
    journal.append_payment(apply_fact(CREATED, Fact.SUBMITTED, START))
    assert draws(journal, CREATED.reference, "--png", png) == 0, "a slip of a payment in doubt"
    png.unlink()
    (tmp_path / "config.json").unlink()
    assert draws(journal, CREATED.reference, "--png", png) == 2
    assert "config.json" in capsys.readouterr().err
    ConfigCache(tmp_path / "config.json").save(config())
    journal._db.execute("DROP TRIGGER entries_are_never_changed")
    journal._db.execute("UPDATE entries SET body = replace(body, '63208', '1') WHERE sequence = 1")
    assert draws(journal, CREATED.reference, "--png", png) == 2
    assert "entry 1" in capsys.readouterr().err
    assert not png.exists()
