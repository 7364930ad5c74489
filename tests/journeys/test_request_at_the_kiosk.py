"""A leak told at the kiosk by the pinyin keyboard: its photo comes from the phone, staff answer, and the
answer is read at the kiosk again. An invoice of what was paid there. All by touches on the window."""

import io
import re
import sqlite3
from contextlib import closing

import pytest
import requests
from PIL import Image

from kiosk.texts.catalogue import say
from lobbypay.demo.desk.back_office import sign_in
from tests.journeys.conftest import lobby_by_touches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ABOVE_THE_BAR = 1600  # of 1920: where keys are, once they are laid out
PHONE, ANSWER = "13855501234", "师傅二十分钟内上门"
TAX = "91330106673959654P"


@pytest.fixture
def open_lobby(house_and_glass):
    return lobby_by_touches(*house_and_glass)


def posted(page: str, fields: dict, files: dict | None = None, cookie: str = "") -> str:
    """A form of a page, sent as a browser does."""
    browser = requests.Session()
    browser.trust_env = False
    if cookie:
        browser.cookies.set("sessionid", cookie)
    found = re.search(
        r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(page, timeout=30).text
    )
    assert found, page
    sent = {"csrfmiddlewaretoken": found[1], **fields}
    answer = browser.post(page, data=sent, files=files, headers={"Referer": page}, timeout=30)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (320, 240), "navy").save(made, "JPEG")
    return made.getvalue()


def row(house, columns: str) -> tuple:
    with closing(sqlite3.connect(f"file:{house.server_db}?mode=ro", uri=True)) as db:
        found = db.execute(
            f"SELECT {columns} FROM service_requests_servicerequest ORDER BY number DESC"
        ).fetchone()
    assert found
    return found


def to_own_words(glass) -> None:
    glass.tap("services")
    glass.wait_for("services")
    glass.tap("ask", "repair")
    seen = glass.wait_for("topics")
    leak = next(w["value"] for w in seen["widgets"] if w["action"] == "topic")
    glass.tap("topic", leak)
    glass.wait_for("phrases")
    glass.tap("write")
    glass.wait_for("write")


def writes_that_it_leaks(lobby) -> None:
    glass = lobby.glass
    for letter in "loushui":
        glass.tap("letter", letter)

    def first(seen) -> bool:
        """All letters are read, and what they mean stands above the keys."""
        bar = [w for w in seen["widgets"] if w["action"] == "candidate" and w["value"] == "0"]
        return "lou shui" in seen["texts"] and bool(bar) and bar[0]["box"][1] < ABOVE_THE_BAR

    glass.wait("what the letters mean", first)
    glass.tap("candidate", "0")
    glass.wait("漏水", lambda seen: "漏水" in seen["texts"] and "lou shui" not in seen["texts"])


def test_a_leak_is_told_shown_answered_and_read_again(open_lobby):
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, _ = lobby.unit(1)
    to_own_words(glass)
    writes_that_it_leaks(lobby)
    glass.tap("next")
    glass.wait_for("request_unit")
    glass.type_unit(unit)
    glass.tap("next")
    glass.wait_for("request_phone")
    for digit in PHONE:
        glass.tap("digit", digit)
    glass.tap("next")
    seen = lobby.says("request_sent.taken")
    id, page, number, origin, kiosk = row(house, "id, page, number, origin, kiosk_code")
    assert number in seen["texts"] and (origin, kiosk) == ("kiosk", "K03")
    glass.tap("print_slip")
    lobby.says("request_sent.paper_printed")
    glass.tap("done")
    glass.wait_for("attract")

    files = {"photos": ("leak.jpg", photo(), "image/jpeg")}
    page_url = f"{house.server_url}/r/{_dashed(page)}"
    assert "漏水" in posted(page_url, {"text": "在水槽下面"}, files)
    session = sign_in(house, ["collector"])["collector"]
    staff = f"{house.server_url}/staff/service/{_dashed(id)}/"
    answered = posted(staff, {"do": "answer", "text": ANSWER}, cookie=session)
    assert ANSWER in answered and "K03" in answered

    glass.tap("services")
    glass.wait_for("services")
    glass.tap("answers")
    glass.wait_for("request_unit")
    glass.type_unit(unit)
    glass.tap("next")
    glass.wait_for("answer_key")
    for digit in "0000":
        glass.tap("digit", digit)
    glass.tap("next")
    lobby.says("answer_key.none_found")
    for digit in PHONE[-4:]:
        glass.tap("digit", digit)
    glass.tap("next")
    seen = glass.wait_for("answers")
    assert ANSWER in seen["texts"] and say("zh_CN", "answers.in_hand") in seen["texts"]
    glass.tap("done")
    glass.wait_for("attract")
    kept = b"".join(path.read_bytes() for path in house.folder.rglob("*.log"))
    for secret in (PHONE, "漏水", "loushui", ANSWER):
        assert secret.encode() not in kept, f"{secret} stands in a log"


def test_an_invoice_of_what_was_just_paid_is_asked_for_and_found_by_staff(open_lobby):
    """The payment is in the kiosk's journal and at the server; both are asked for it."""
    lobby, glass, house = open_lobby, open_lobby.glass, open_lobby.house
    unit, _ = lobby.unit(2)
    lobby.to_method(unit)
    glass.tap("method", "card")
    glass.wait_for("paid", for_s=60)
    reference = lobby.last_payment().reference
    lobby.leaves()

    glass.tap("services")
    glass.wait_for("services")
    glass.tap("invoice")
    glass.wait_for("identify")
    glass.type_unit(unit)
    glass.tap("next")
    seen = glass.wait_for("invoice")
    assert reference in seen["texts"]
    glass.tap("invoice_for", "company")
    glass.wait_for("write")
    writes_that_it_leaks(lobby)
    glass.tap("next")
    glass.wait_for("tax_number")
    for character in TAX[:-1] + "X":
        glass.tap("digit", character)
    glass.tap("next")
    lobby.says("tax_number.wrong")
    glass.tap("backspace")
    glass.tap("digit", TAX[-1])
    glass.tap("next")
    glass.wait_for("request_phone")
    glass.tap("next")
    seen = lobby.says("request_sent.taken")
    id, number = row(house, "id, number")
    assert number in seen["texts"]
    session = sign_in(house, ["collector"])["collector"]
    staff = f"{house.server_url}/staff/service/{_dashed(id)}/"
    page = requests.get(staff, cookies={"sessionid": session}, timeout=30).text
    assert all(text in page for text in ("发票抬头：漏水（单位）", TAX, reference))
    lobby.leaves()


def _dashed(id: str) -> str:
    """As an address has it, whichever way the database keeps it."""
    plain = id.replace("-", "")
    return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
