"""For staff: each device with what is wrong and what to do, tests on the spot, facts on this kiosk."""

from dataclasses import dataclass

from kivy.properties import ColorProperty, ListProperty, StringProperty

from contract.heartbeat import DeviceReport
from contract.money import Locale
from kiosk.core.model import Session, StaffTest
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import money
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import facts, scrolling  # noqa: F401
from kiosk.ui.widgets.shapes import Column, Panel

ROLES = (
    "scanner",
    "card_terminal",
    "printer",
    "touch",
    "keypad",
    "headset_jack",
    "sensors",
    "kiosk",
)


@dataclass(frozen=True)
class DeviceView:
    name: str
    level: str
    level_words: str
    model: str
    lines: tuple[tuple[str, str], ...]  # what is wrong, what to do


@dataclass(frozen=True)
class StaffView:
    devices: tuple[DeviceView, ...]
    machine: tuple[tuple[str, str], ...]
    told: str
    test_payment: str
    detail: str
    busy: bool
    scanning: bool


def present(session: Session) -> StaffView:
    language, staff = session.visit.language, session.visit.staff
    told = ""
    if staff.test is not None and (staff.busy or staff.outcome):
        id = f"staff.result_{staff.test}_{staff.outcome or 'busy'}"
        told = say(language, id, amount=_least(session))
    detail = staff.detail
    if staff.busy and staff.test is StaffTest.PAYMENT:
        text = session.visit.card.text
        detail = text.get("en" if language == "en" else "zh", "")
    return StaffView(
        devices=tuple(_device(language, report) for report in session.lobby.devices),
        machine=machine(session),
        told=told,
        test_payment=say(language, "staff.test_payment", amount=_least(session)),
        detail=detail,
        busy=staff.busy,
        scanning=staff.busy and staff.test is StaffTest.SCAN,
    )


def _least(session: Session) -> str:
    """What a test payment is of: the least amount of the community's currency."""
    config = session.lobby.config
    currency = config.community.currency if config else "CNY"
    return money(session.visit.language, 1, currency)


def _device(language: Locale, report: DeviceReport) -> DeviceView:
    key = "en" if language == "en" else "zh"
    model = report.model or report.driver
    if report.simulated:
        model = f"{model} · {say(language, 'staff.simulated')}"
    return DeviceView(
        name=say(language, f"staff.{report.role}") if report.role in ROLES else report.role,
        level=report.level,
        level_words=say(language, f"staff.level_{report.level}"),
        model=model,
        lines=tuple(
            (c.staff.get(key) or c.code, say(language, "staff.remedy", remedy=c.remedy[key]))
            if c.remedy.get(key)
            else (c.staff.get(key) or c.code, "")
            for c in report.conditions
        ),
    )


def machine(session: Session) -> tuple[tuple[str, str], ...]:
    """What one reads out on the telephone."""
    language, lobby, known = session.visit.language, session.lobby, session.visit.staff.facts
    reachable = "staff.server_up" if lobby.server_reachable else "staff.server_away"
    rows = [(say(language, "staff.fact_server"), say(language, reachable))]
    if lobby.config:
        rows.append((say(language, "staff.fact_config"), lobby.config.version[:12]))
    if known is None:
        return tuple(rows)
    hours, minutes = divmod(known.uptime_s // 60, 60)
    written = say(
        language,
        "staff.journal",
        last=known.journal_last,
        acknowledged=known.journal_acknowledged,
    )
    if known.journal_damaged or not lobby.recording:
        written = say(language, "staff.journal_stopped")
    network = ", ".join(known.addresses) or say(language, "staff.no_network")
    return (
        (say(language, "staff.fact_software"), known.software),
        *rows,
        (say(language, "staff.fact_network"), network),
        (say(language, "staff.fact_journal"), written),
        (say(language, "staff.fact_open"), str(known.open_payments)),
        (say(language, "staff.fact_space"), f"{known.free_bytes / 2**30:.1f} GB"),
        (
            say(language, "staff.fact_uptime"),
            say(language, "staff.uptime", hours=hours, minutes=minutes),
        ),
    )


class DeviceCard(Panel):
    name = StringProperty("")
    model = StringProperty("")
    level = StringProperty("ok")
    level_words = StringProperty("")
    tint = ColorProperty()
    ink = ColorProperty()


class Trouble(Column):
    """What is wrong with a device, and what to do."""

    wrong = StringProperty("")
    remedy = StringProperty("")


class MachineCard(Panel):
    title = StringProperty("")
    rows = ListProperty()


class StaffScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        shown = (self.view.devices, self.view.machine)
        content = self.ids.cards.content
        if getattr(content, "shown", None) == shown:
            return
        content.shown = shown
        content.clear_widgets()
        for device in self.view.devices:
            content.add_widget(self._card(device))
        if not self.view.devices:
            content.add_widget(Trouble(wrong=self.say("staff.no_devices")))
        content.add_widget(
            MachineCard(title=self.say("staff.machine"), rows=[list(r) for r in self.view.machine])
        )

    def _card(self, device: DeviceView) -> DeviceCard:
        card = DeviceCard(
            name=device.name,
            model=device.model,
            level=device.level,
            level_words=device.level_words,
        )
        for wrong, remedy in device.lines:
            card.add_widget(Trouble(wrong=wrong, remedy=remedy))
        return card


load_beside(__file__)
