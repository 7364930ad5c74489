"""How much of a bill is paid now: a few amounts to choose from, or any other typed."""

from kiosk.core.model import Action, Session
from kiosk.core.part_payment import bounds, choices, offered, payable
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import bill_name, money
from kiosk.ui.screens.top_up import AmountScreen, AmountView, view_of


def present(session: Session) -> AmountView:
    language, bill = session.visit.language, offered(session)
    title, about, told = say(language, "part.title"), "", say(language, "method.away_server")
    if bill is not None:
        about = say(
            language,
            "part.about",
            bill=bill_name(language, bill),
            amount=bill.money.display(language),
        )
        least, most = (money(language, minor, bill.currency) for minor in bounds(session))
        told = say(language, "part.range", least=least, most=most)
    return view_of(session, title, about, told, choices(session), payable(session))


class PartScreen(AmountScreen):
    present = staticmethod(present)
    choose = Action.PART.value
