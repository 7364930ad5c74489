"""A resident's request on its way to the server, and the slip; nothing of it in any log."""

import queue
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from contract.errors import ApiError, ErrorCode
from contract.message import Text
from contract.service_requests import RequestsFound, RequestStanding, RequestTaken
from device_drivers.printers.interface import QrCode, TextLine
from kiosk.central.client import Refused, ServerAway
from kiosk.core.asking import Fault
from kiosk.core.effects import FindRequests, PrintSlip, SendRequest
from kiosk.core.events import RequestSent, RequestsSeen, SlipPrinted
from kiosk.runtime import requests_line as module
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.requests_line import RequestsLine

WISH = SendRequest(
    7, "01900000-0000-7000-8000-000000000001", "1", "3-2-1201", "厨房漏水", "13855501234"
)
ASKED = FindRequests(7, "3-2-1201", "1234")
SECRET = ("厨房漏水", "13855501234", "3-2-1201", "1234'", "/r/page")
STANDING = RequestStanding(
    number="S000001",
    topic=Text(zh="漏水", en="Leak"),
    state="new",
    opened_at=datetime(2026, 11, 24, tzinfo=UTC),
)


class Line:
    """Answers, after so many failures, with what it is told to: an answer, or why not."""

    def __init__(self, answer, failures: int = 0) -> None:
        self.answer, self.failures, self.told = answer, failures, []

    def send_request(self, wish):
        self.told.append(wish)
        if len(self.told) <= self.failures:
            raise ServerAway("no line")
        if isinstance(self.answer, ErrorCode):
            raise Refused(ApiError(code=self.answer, message=Text(zh="不", en="No")))
        return self.answer

    find_requests = send_request


TAKEN = RequestTaken(wish_id=WISH.wish_id, number="S000001", url="https://x/r/page")


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(module, "SEND_FOR_S", 1.5)
    monkeypatch.setattr(module, "FIND_FOR_S", 1.5)
    return queue.Queue()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line(TAKEN), RequestSent(7, "S000001", "https://x/r/page")),
        (Line(TAKEN, failures=1), RequestSent(7, "S000001", "https://x/r/page")),
        (Line(TAKEN, failures=99), RequestSent(7, fault=Fault.AWAY)),
        (Line(ErrorCode.UNIT_NOT_FOUND), RequestSent(7, fault=Fault.NO_UNIT)),
        (Line(ErrorCode.RATE_LIMITED), RequestSent(7, fault=Fault.TOO_MANY)),
        (Line(ErrorCode.NOT_FOUND), RequestSent(7, fault=Fault.NOT_TAKEN)),
    ],
)
def test_a_request_is_told_until_it_is_answered_always_the_same(line, said, heard):
    with capture_logs() as logs:
        desk = RequestsLine(line, Receipts(None, heard.put), heard.put)
        desk.send(WISH)
        assert heard.get(timeout=20) == said
        desk.close()
    assert {wish.wish_id for wish in line.told} == {WISH.wish_id}
    assert not any(secret in f"{logs}{WISH!r}{said!r}" for secret in SECRET)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RequestsFound(requests=[STANDING]), RequestsSeen(7, (STANDING,))),
        (RequestsFound(requests=[]), RequestsSeen(7, fault=Fault.NONE_FOUND)),
        (ErrorCode.RATE_LIMITED, RequestsSeen(7, fault=Fault.TOO_MANY)),
        (ErrorCode.UNIT_NOT_FOUND, RequestsSeen(7, fault=Fault.NO_UNIT)),
    ],
)
def test_earlier_ones_are_found_or_why_not_is_said(answer, said, heard):
    with capture_logs() as logs:
        desk = RequestsLine(Line(answer), Receipts(None, heard.put), heard.put)
        desk.find(ASKED)
        assert heard.get(timeout=20) == said
        desk.close()
    assert not any(secret in f"{logs}{ASKED!r}" for secret in SECRET)


def test_a_unit_of_no_form_is_one_that_is_not_there(heard):
    desk = RequestsLine(Line(TAKEN), Receipts(None, heard.put), heard.put)
    desk.find(FindRequests(7, "?", "1234"))
    assert heard.get(timeout=20) == RequestsSeen(7, fault=Fault.NO_UNIT)
    desk.close()


class Printer:
    def __init__(self) -> None:
        self.papers = []

    def print(self, paper):
        self.papers.append(paper)
        raise RuntimeError("on fire")


def test_the_slip_has_number_and_code_and_a_printer_that_fails_is_said(heard):
    printer = Printer()
    desk = RequestsLine(Line(TAKEN), Receipts(printer, heard.put), heard.put)
    at = datetime(2026, 11, 24, 22, 47)  # noqa: DTZ001
    place = Text(zh="湖畔花园", en="Lakeside Garden")
    desk.print(PrintSlip("job", "S000001", "https://x/r/page", "zh_CN", place, at))
    assert heard.get(timeout=20) == SlipPrinted("job", False)
    desk.close()
    (paper,) = printer.papers
    lines = [block for block in paper.blocks if isinstance(block, TextLine)]
    assert ("编号", "S000001") in [(line.text, line.right) for line in lines]
    assert [block.text for block in paper.blocks if isinstance(block, QrCode)] == [
        "https://x/r/page"
    ]
