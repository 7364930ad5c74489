"""The choice of how to pay. What does not work now stays visible, with the reason."""

from dataclasses import dataclass

from kivy.properties import BooleanProperty, ColorProperty, StringProperty

from contract.messages import Flow, Method
from contract.methods import METHODS
from kiosk.core import part_payment
from kiosk.core.capabilities import credit_part, night_without_cards, offers, over_night_limit
from kiosk.core.model import METHODS_QR, Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import amount, method_name, money, part_of, unit_and_payer
from kiosk.ui.kv_files import load_beside
from kiosk.ui.palette import Rgba, rgba
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.voice_port import Said
from kiosk.ui.widgets.buttons import Pressable


@dataclass(frozen=True)
class MethodChoice:
    method: str
    name: str
    icon: str
    badge: Rgba
    detail: str
    offered: bool


@dataclass(frozen=True)
class MethodView:
    amount: str
    about: str
    subtitle: str
    choices: tuple[MethodChoice, ...]
    credit: str  # what of the unit's credit can pay a part, or does
    credit_used: bool
    all_work: bool  # then there is room to say more than what works


def present(session: Session) -> MethodView:
    config = session.lobby.config
    choices = tuple(_choice(session, m) for m in (config.methods if config else []))
    return MethodView(
        amount=amount(session),
        about=_about(session),
        subtitle=unit_and_payer(session.visit.language, session),
        choices=choices,
        credit=_credit(session),
        credit_used=session.visit.from_credit > 0,
        all_work=all(choice.offered for choice in choices),
    )


def _about(session: Session) -> str:
    """What is paid, where that is not bills as they stand: credit, or a part of one."""
    visit, language = session.visit, session.visit.language
    if visit.topping_up:
        return say(language, "top_up.open")
    bill, due = part_payment.offered(session), visit.amount
    return part_of(language, bill, due.minor) if visit.in_part and bill and due else ""


def _credit(session: Session) -> str:
    visit, language = session.visit, session.visit.language
    part = visit.from_credit or credit_part(session)
    if not part or visit.account is None:
        return ""
    used = money(language, part, visit.account.currency)
    id = "method.credit_used" if visit.from_credit else "method.use_credit"
    return say(language, id, amount=used)


def _choice(session: Session, method: Method) -> MethodChoice:
    language = session.visit.language
    reason = why_not(session, method)
    return MethodChoice(
        method=method.value,
        name=method_name(language, method),
        icon=METHODS[method].icon,
        badge=rgba(METHODS[method].color),
        detail=reason or say(language, _body(session, method)),
        offered=not reason,
    )


def _body(session: Session, method: Method) -> str:
    config = session.lobby.config
    can = offers(session.lobby)
    by_code = can.can(Flow.PAYMENT_CODE) and config is not None and method in config.payment_codes
    if by_code:
        return "method.wallet_body_both" if can.touch else "method.wallet_body_code"
    return f"method.{method.value}_body"


def why_not(session: Session, method: Method) -> str:
    """Why this method cannot be used for this amount now; empty when it can."""
    lobby, language, money_due = session.lobby, session.visit.language, session.visit.amount
    if (session.visit.from_credit or session.visit.in_part) and not lobby.server_reachable:
        return say(language, "method.away_server")
    if lobby.cabinet.opened:
        return say(language, "method.away_cabinet")
    if lobby.cabinet.battery_low and method is Method.CARD:
        return say(language, "method.away_battery")
    if night_without_cards(lobby) and method is Method.CARD:
        return say(language, "method.night_cards")
    night = lobby.hours.night
    if night is not None and money_due is not None and over_night_limit(lobby, money_due.minor):
        limit = money(language, night.max_minor, money_due.currency)
        return say(language, "method.night_limit", amount=limit)
    if method in offers(lobby).methods:
        over = money_due is not None and money_due.minor > lobby.offline_card_limit_minor
        if method is Method.CARD and not lobby.server_reachable and over:
            limit = money(language, lobby.offline_card_limit_minor, money_due.currency)
            return say(language, "method.offline_limit", amount=limit)
        return ""
    if not lobby.recording or lobby.recovering:
        return say(language, "method.away_recording")
    if not offers(lobby).touch:
        return say(language, "method.away_touch")
    if method in METHODS_QR:
        return say(language, "method.away_server")
    if lobby.card_unresolved:
        return say(language, "method.away_unresolved")
    terminal = lobby.device("card_terminal")
    if not terminal or terminal.level == "error":
        return say(language, "method.away_terminal")
    if not lobby.terminal_known:  # it is still busy with the card before
        return say(language, "method.away_unresolved")
    if not lobby.server_reachable and not offers(lobby).print:
        return say(language, "method.away_receipt")
    return say(language, "method.away_server")  # without it nobody knows what time it is


class MethodCard(Pressable):
    method = StringProperty("")
    name = StringProperty("")
    icon = StringProperty("")
    badge = ColorProperty()
    detail = StringProperty("")
    small = BooleanProperty(False)

    def said(self) -> tuple[Said, ...]:
        return Said(self.name), Said(self.detail)


class MethodScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        cards = self.ids.methods
        cards.clear_widgets()
        for choice in self.view.choices:
            cards.add_widget(
                MethodCard(
                    method=choice.method,
                    name=choice.name,
                    icon=choice.icon,
                    badge=choice.badge,
                    detail=choice.detail,
                    enabled=choice.offered,
                    small=self.ids.half.tight,
                )
            )

    def shrink(self, small: bool):
        for card in self.ids.methods.children:
            card.small = small


load_beside(__file__)
