"""Sample sessions of the staff screens, for the gallery and its tests."""

from dataclasses import replace

from contract.heartbeat import ConditionReport, DeviceReport
from kiosk.core.model import (
    CardProgress,
    KioskFacts,
    Lobby,
    Screen,
    Session,
    Staff,
    StaffTest,
    Visit,
)
from kiosk.ui.gallery.samples import NOW, WALL, lobby

FACTS = KioskFacts(
    software="0.1.0",
    uptime_s=93_600,
    journal_last=18_204,
    journal_acknowledged=18_204,
    journal_damaged=False,
    free_bytes=21_474_836_480,
    addresses=("192.168.10.31",),
    server_url="https://pay.example.cn",
    open_payments=0,
)
PAPER_OUT = ConditionReport(
    level="error",
    code="printer.paper_out",
    staff={"zh": "打印机缺纸", "en": "The printer is out of paper"},
    remedy={
        "zh": "换上新纸卷，热敏面朝打印头，合上盖子",
        "en": "Put in a new roll, thermal side to the print head, and close the cover",
    },
)
BLURRED = ConditionReport(
    level="warning",
    code="camera.blurred",
    staff={"zh": "摄像头画面模糊", "en": "The camera is out of focus"},
    remedy={
        "zh": "擦净镜头；把对焦距离调到账单出示的位置（约 15 至 25 厘米），或设置 focus",
        "en": "Clean the lens; focus it where bills are held (some 15 to 25 cm), or set focus",
    },
)


def _report(role: str, driver: str, model: str, *wrong: ConditionReport) -> DeviceReport:
    level = wrong[0].level if wrong else "ok"
    return DeviceReport(role=role, driver=driver, model=model, level=level, conditions=list(wrong))


WELL = (
    _report("scanner", "camera", "camera /dev/lobbypay-camera, 1280x720"),
    _report("card_terminal", "zvt", "68010001"),
    _report("printer", "escpos", "escpos 192.168.10.40:9100"),
)
UNWELL = (
    _report("scanner", "camera", "camera /dev/lobbypay-camera, 1280x720", BLURRED),
    WELL[1],
    _report("printer", "escpos", "escpos 192.168.10.40:9100", PAPER_OUT),
)


def _at(screen: Screen, staff: Staff, where: Lobby | None = None, **changes) -> Session:
    visit = Visit(number=1, screen=screen, staff=staff, touched=NOW, **changes)
    return Session(where or lobby(), visit, now=NOW, wall=WALL)


def _with(devices: tuple[DeviceReport, ...]) -> Lobby:
    return replace(lobby(), devices=devices)


def _tested(test: StaffTest, outcome: str, detail: str = "", **changes) -> Session:
    staff = Staff(facts=FACTS, test=test, outcome=outcome, detail=detail, **changes)
    return _at(Screen.STAFF, staff, _with(WELL))


def staff_scenes() -> dict[str, Session]:
    closed = replace(lobby(), staff_misses=4, staff_closed_until=NOW + 60)
    paying = _tested(StaffTest.PAYMENT, "", busy=True)
    card = CardProgress("present_card", {"zh": "请插卡", "en": "Please insert card"})
    numbers = "6A · 0042 · 000042 · 622848******1234"
    return {
        "staff-pin": _at(Screen.STAFF_PIN, Staff(pin="12345")),
        "staff-pin-wrong": _at(Screen.STAFF_PIN, Staff(missed=True)),
        "staff-pin-wait": _at(Screen.STAFF_PIN, Staff(missed=True), closed),
        "staff": _at(Screen.STAFF, Staff(facts=FACTS), _with(WELL)),
        "staff-faults": _at(Screen.STAFF, Staff(facts=FACTS), _with(UNWELL)),
        "staff-no-news": _at(Screen.STAFF, Staff(), _with(())),
        "staff-scan": _tested(StaffTest.SCAN, "", busy=True),
        "staff-scan-read": _tested(
            StaffTest.SCAN, "read", "bill · zxing-cpp · HTTPS://EXAMPLE.CN/B/"
        ),
        "staff-payment": replace(paying, visit=replace(paying.visit, card=card)),
        "staff-payment-kept": _tested(StaffTest.PAYMENT, "not_returned", numbers),
    }
