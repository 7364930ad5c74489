"""Whom to call, and how paying works. Going back always leads to where help was asked for."""

from dataclasses import dataclass

from kiosk.core.model import Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.widgets import drawings  # noqa: F401


@dataclass(frozen=True)
class HelpView:
    phone: str
    steps: tuple[str, ...]
    paying: str
    amount: str


def present(session: Session) -> HelpView:
    language, config = session.visit.language, session.lobby.config
    return HelpView(
        phone=config.community.office_phone if config else "",
        steps=tuple(say(language, f"help.step{n}") for n in (1, 2, 3)),
        paying=say(language, "help.paying") if session.may_hold_money else "",
        amount=amount(session),
    )


class HelpScreen(KioskScreen):
    present = staticmethod(present)


load_beside(__file__)
