"""A company's tax number, key by key; its check character is looked at before it goes on."""

from dataclasses import dataclass

from contract.invoice_wish import CHARACTERS, TAX_NUMBER_LENGTH
from kiosk.core.asking import Fault
from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import key_note, keypad  # noqa: F401

GROUP = 6


@dataclass(frozen=True)
class TaxNumberView:
    title: str  # whose
    typed: str
    told: str
    keys: str
    complete: bool


def present(session: Session) -> TaxNumberView:
    asking, language = session.visit.asking, session.visit.language
    typed = asking.tax_number
    groups = [typed[start : start + GROUP] for start in range(0, len(typed), GROUP)]
    wrong = asking.fault is Fault.TAX_NUMBER
    return TaxNumberView(
        title=asking.title,
        typed=" ".join(groups),
        told=say(language, "tax_number.wrong") if wrong else "",
        keys=CHARACTERS,
        complete=len(typed) == TAX_NUMBER_LENGTH,
    )


class TaxNumberScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
