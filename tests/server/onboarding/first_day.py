"""The way of docs/begin.md, done in a real browser: from a server in which nobody has done anything to a
month's bills on paper, by the pages alone. Counts what a person has to do, and takes the manual's
pictures.

A person's time is reckoned by the keystroke-level model (Card, Moran and Newell, 1980): 0.28 s a key for
whoever types seldom, 1.1 s to point at something, 0.4 s to change between keys and mouse, and 1.35 s to
think before each act; the waiting is the browser's own. The list of units is the company's: its columns
are copied into the template, eight copies with their choosing.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

KEY_S, POINT_S, HAND_S, THINK_S = 0.28, 1.1, 0.4, 1.35
PICTURE_WIDTH = 1100
COPIES = 8  # columns of the company's own list that are copied into the template
UNITS_EACH, BUILDINGS = 12, 2
TARIFFS: Sequence[tuple[Any, ...]] = (
    ("物业服务费", "Property fee", "per_area", 2.8, "2026-01-01"),
    ("垃圾清运费", "Waste", "fixed", 6, "2026-01-01"),
)


@dataclass
class Person:
    """Somebody at the browser. ``acts``, ``keys``: so many so far."""

    page: Any
    pictures: Path | None
    acts: int = 0
    keys: int = 0
    waited_s: float = 0.0
    steps: list[tuple[str, float]] = field(default_factory=list)
    _begun: float = field(default_factory=time.monotonic)

    @property
    def reckoned_s(self) -> float:
        """How long a person would need."""
        return self.acts * (POINT_S + HAND_S + THINK_S) + self.keys * KEY_S + self.waited_s

    def click(self, where: str, then: str = "h1") -> None:
        """Presses something, and waits for what comes after it."""
        self.acts += 1
        begun = time.monotonic()
        self.page.click(where)
        self.page.wait_for_selector(then)
        self.waited_s += time.monotonic() - begun

    def fill(self, where: str, text: str) -> None:
        self.acts += 1
        self.keys += len(text)
        self.page.fill(where, text)

    def choose(self, where: str, value: str) -> None:
        self.acts += 1
        self.page.select_option(where, value)

    def send(self, where: str, file: Path) -> None:
        self.acts += 2  # the file is sought and taken
        self.page.set_input_files(where, file)

    def wait(self, where: str) -> None:
        begun = time.monotonic()
        self.page.wait_for_selector(where)
        self.waited_s += time.monotonic() - begun

    def shot(self, name: str) -> None:
        """A picture of the page for the manual, the content alone."""
        if self.pictures is not None:
            self.page.evaluate("document.activeElement.blur()")
            self.page.locator("main").screenshot(path=self.pictures / f"{name}.png")

    def step(self, name: str) -> None:
        self.steps.append((name, time.monotonic() - self._begun))


def walk(
    page: Any, folder: Path, pictures: Path | None = None, see: Callable[[str], Any] = print
) -> Person:
    """Goes the whole way as the company's own account, which has just signed in; ``folder`` takes what is
    downloaded. Leaves the run's page open with its bills printed."""
    someone = Person(page, pictures)
    for name, stage in (
        ("the community", _community),
        ("the estate", _estate),
        ("the bills' layout", _layout),
        ("the month", _month),
        ("the papers", _papers),
    ):
        stage(someone, folder)
        someone.step(name)
        see(f"{name}: {someone.steps[-1][1]:.0f} s of the script, {someone.acts} acts so far")
    return someone


def _community(someone: Person, folder: Path) -> None:
    someone.click("nav.jobs a[href='/staff/onboarding/']")
    someone.click("a.button.main")
    for name, text in (
        ("code", "acacia"),
        ("name_zh", "金合欢花园"),
        ("name_en", "Acacia Garden"),
        ("company_zh", "安居物业服务有限公司"),
        ("company_en", "Anju Property Services"),
        ("office_phone", "0571-5555-0100"),
        ("office_hours_zh", "每天 8:30–17:30"),
        ("office_hours_en", "8:30 to 17:30 every day"),
    ):
        someone.fill(f"[name={name}]", text)
    someone.shot("begin-community")
    someone.click("main button.main", ".notice.good")


def _estate(someone: Person, folder: Path) -> None:
    someone.click("a[href$='/import/']")
    with someone.page.expect_download() as download:
        someone.page.click("a[href$='/template/']")
    someone.acts += 1
    template = folder / "estate.xlsx"
    download.value.save_as(template)
    someone.acts += 2 * COPIES
    filled_in(template, wrong=True)
    someone.send("#file", template)
    someone.click("main button.main", ".notice.bad")
    someone.shot("import-mistakes")
    someone.click(".acts-row a.button.quiet", "#file")
    filled_in(template)
    someone.send("#file", template)
    someone.click("main button.main", "button[value=import]")
    someone.shot("import-found")
    someone.click("button[value=import]", ".notice.good >> text=estate.xlsx")


def _layout(someone: Person, folder: Path) -> None:
    someone.click("a[href^='/staff/billing/papers/']")
    someone.click("[name=form][value=window_gb]", "h1")
    someone.fill("[name=address_zh]", "310012 浙江省杭州市西湖区文三路 478 号")
    someone.fill("[name=pay_zh]", "银行转账：工商银行杭州文三支行 1202 0000 0000 0000 000")
    someone.click("button[value=look]", ".sample-pages .notice")
    someone.shot("begin-layout")
    someone.click("button[value=keep]", ".notice.good")


def _month(someone: Person, folder: Path) -> None:
    someone.click("main .below a[href^='/staff/billing/']")
    someone.click("main button.main", "#id_due")
    someone.shot("billing-preview")
    someone.click("main button.main", "button[value=papers]")


def _papers(someone: Person, folder: Path) -> None:
    someone.click("button[value=papers]", "h1")
    for _turn in range(90):
        if someone.page.locator(".remarks a[href$='.pdf']").count() == BUILDINGS:
            break
        someone.page.wait_for_timeout(1_000)
        someone.waited_s += 1
        someone.page.reload()
    someone.wait(".remarks a[href$='.pdf']")
    someone.shot("billing-papers")


def filled_in(template: Path, wrong: bool = False) -> None:
    """The template as a clerk fills it in from the company's list; ``wrong``: with two mistakes."""
    book = load_workbook(template)
    units = book["units"]
    units.delete_rows(3, units.max_row)
    at = 3
    for building in range(1, BUILDINGS + 1):
        for n in range(UNITS_EACH):
            room = f"{n // 4 + 1}0{n % 4 + 1}"
            area = "-" if wrong and n == 5 else 88.5 + n
            owner = (f"王小{'一二三四五六七八九十甲乙'[n]}", f"1380000{building}{n:03d}")
            row = (str(building), "1", room, None, area, *owner, "2026-01-01")
            for place, value in enumerate(row, 1):
                units.cell(at, place, value)
            at += 1
    tariffs = book["tariffs"]
    headings = [str(cell.value).split()[-1].lower() for cell in tariffs[1]]
    for number, tariff in enumerate(TARIFFS):
        for name, value in zip(
            ("item", "item_en", "rule", "rate_yuan", "valid_from"), tariff, strict=True
        ):
            tariffs.cell(3 + number, headings.index(name) + 1, value)
    book.save(template)
