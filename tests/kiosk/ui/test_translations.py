"""The kiosk's catalogues are complete in both languages, and say dates and times as people do."""

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from contract.methods import METHODS
from contract.payment_history import BANK, CASH
from contract.public_accounts import EXPENSE, INCOME, SECTIONS
from device_drivers.printers.interface import PrintOutcome
from kiosk.asset_paths import LOCALE
from kiosk.core.asking import Fault, Paper
from kiosk.core.model import Say, StaffTest
from kiosk.core.service_desk import KINDS
from kiosk.core.staff import REFUSED
from kiosk.core.writing import Keys
from kiosk.recovery.test_payment import TrialState
from kiosk.runtime.staff_desk import IN_DOUBT
from kiosk.texts.catalogue import LANGUAGES, MissingWords, say
from kiosk.ui import translations
from kiosk.ui.screens.accounts import KINDS as KINDS_OF_ACCOUNTS
from kiosk.ui.screens.payments import PLACES
from kiosk.ui.screens.staff import ROLES

UI = Path(translations.__file__).parent
RECEIPTS = [UI.parent / "core" / name for name in ("receipt.py", "copy_receipt.py")]
SLIP = UI.parent / "runtime" / "request_slip.py"
USED = re.compile(r"""["']((?:[a-z_]+)\.[a-z0-9_]+)["']""")
GROUPS = {
    "attract", "bills", "callback", "closed", "common", "credit", "declined", "elder_bills", "explain",
    "frame", "help", "identify",
    "message", "method", "nothing_due", "out_of_order", "paid", "paying", "paying_card", "paying_code",
    "pairing", "part", "paying_credit", "paying_qr",
    "progress", "receipt", "receipt_phone", "scan",
    "services", "topics", "phrases", "write", "keyboard", "request_unit", "request_phone", "request_sent",
    "request_slip", "answer_key", "answers", "notice", "accounts", "payments", "invoice", "tax_number",
    "staff", "staff_pin", "starting", "still_there", "top_up", "unknown", "verify",
}  # fmt: skip
STAFF_RESULTS = [
    *((StaffTest.PAGE, o.value) for o in PrintOutcome),
    (StaffTest.PAGE, "busy"),
    *((StaffTest.SCAN, o) for o in ("busy", "read")),
    *((StaffTest.PAYMENT, o.value) for o in TrialState if o.final),
    *((StaffTest.PAYMENT, o) for o in ("busy", REFUSED, IN_DOUBT)),
]
# ids put together in code
COMPOSED = {
    *(f"message.{what.value}{end}" for what in Say for end in ("", "_body")),
    *(f"method.{method}_body" for method in METHODS),
    *(f"declined.body_{reason}" for reason in ("code_expired", "code_invalid", "no_money")),
    *(f"paying_qr.scan_{method}" for method, shown in METHODS.items() if shown.wallet),
    *(f"help.step{n}" for n in (1, 2, 3)),
    *(f"staff.{role}" for role in ROLES),
    *(f"{group}.{kind}" for group in ("services", "topics") for kind in KINDS),
    *(f"paid.vote_{vote}" for vote in (1, 2, 3)),
    *(f"write.hint_{keys}" for keys in Keys),
    *(f"keyboard.to_{keys}" for keys in Keys),
    *(
        f"request_sent.{state}{end}"
        for state in ("sending", "taken", "failed")
        for end in ("", "_body")
    ),
    *(f"request_sent.{fault}" for fault in (Fault.TOO_MANY, Fault.NOT_TAKEN)),
    *(f"request_sent.paper_{paper}" for paper in Paper if paper),
    *(f"answer_key.{fault}" for fault in (Fault.NONE_FOUND, Fault.TOO_MANY)),
    *(f"answers.{state}" for state in ("new", "in_hand", "answered", "closed", "joined")),
    *(f"payments.{place}" for place in (*PLACES, CASH, BANK)),
    *(f"accounts.{kind}" for kind in KINDS_OF_ACCOUNTS),
    *(f"accounts.{section}" for section in SECTIONS),
    *(f"accounts.by_quarter_{section}" for section in (INCOME, EXPENSE)),
    *(f"staff.level_{level}" for level in ("ok", "warning", "error")),
    *(f"staff.result_{test}_{outcome}" for test, outcome in STAFF_RESULTS),
}
ENGLISH_ALLOWED = {"frame.other_language"}  # the button that leads to English is in English


def entries(language: str) -> dict[str, list[str]]:
    """Id -> its words, all plural forms."""
    source = LOCALE / language / "LC_MESSAGES" / "lobbypay.po"
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    found = {}
    for message in catalogue:
        if message.id:
            id = message.id[0] if isinstance(message.id, tuple) else message.id
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            found[id] = list(texts)
    return found


def ids_used() -> set[str]:
    found = set(COMPOSED)
    for file in [*UI.rglob("*.py"), *UI.rglob("*.kv"), *RECEIPTS, SLIP]:
        found |= {id for id in USED.findall(file.read_text()) if id.split(".")[0] in GROUPS}
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_id_that_is_used_has_words(language):
    assert ids_used() - set(entries(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_left_over(language):
    assert set(entries(language)) - ids_used() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty(language):
    assert [id for id, texts in entries(language).items() if not all(texts)] == []


def test_both_languages_fill_in_the_same_values():
    chinese, english = entries("zh_CN"), entries("en")
    differing = {
        id
        for id in chinese
        if {f for t in chinese[id] for f in fields(t)}
        != {f for t in english[id] for f in fields(t)}
    }
    assert differing == set()


def test_there_is_no_english_in_chinese_and_no_chinese_in_english():
    for id, texts in entries("zh_CN").items():
        plain = re.sub(r"\{\w+\}", "", "".join(texts))
        assert id in ENGLISH_ALLOWED or not re.search("[A-Za-z]", plain), id
    for id, texts in entries("en").items():
        assert id in ENGLISH_ALLOWED or not re.search("[\u3000-\u9fff]", "".join(texts)), id


def test_english_has_marks_of_latin_width():
    """The typeface is a Chinese one: its curly quotation marks and dots are as wide as a character."""
    for id, texts in entries("en").items():
        assert not re.search("[‘’“”…—]", "".join(texts)), id


def test_plurals():
    assert say("en", "bills.title", count=1) == "1 bill due"
    assert say("en", "bills.title", count=3) == "3 bills due"
    assert say("zh_CN", "bills.title", count=1) == "应缴 1 笔"


def test_unknown_ids_are_an_error_and_never_shown():
    with pytest.raises(MissingWords, match=r"no\.such"):
        say("zh_CN", "no.such")


def test_days_and_times_as_people_say_them():
    wall = datetime(2026, 11, 24, 14, 47, tzinfo=UTC)
    assert translations.clock("zh_CN", wall, "Asia/Shanghai") == "11月24日 周二 22:47"
    assert translations.clock("en", wall, "Asia/Shanghai") == "Tue 24 Nov 22:47"
    assert translations.clock("zh_CN", None, None) == ""
    assert translations.day("zh_CN", date(2026, 11, 3)) == "11月3日"
    assert translations.day("en", date(2026, 11, 3)) == "3 November"
    assert translations.day("zh_CN", date(2025, 12, 3), today=date(2026, 1, 1)) == "2025年12月3日"
    assert translations.month("zh_CN", "2026-10") == "2026年10月"
    assert translations.month("en", "2026-10") == "October 2026"


def test_midnight_is_where_the_community_is():
    wall = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
    assert translations.today(wall, "Asia/Shanghai") == date(2026, 11, 25)
