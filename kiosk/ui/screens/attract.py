"""The screen that waits for somebody: community news, and where paying begins."""

from dataclasses import dataclass

from kivy.clock import Clock
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.relativelayout import RelativeLayout

from contract.messages import Flow, Method, PaymentState
from kiosk.core.capabilities import Offers, night_without_cards, offers
from kiosk.core.model import METHODS_QR, Access, Session
from kiosk.texts.catalogue import say
from kiosk.ui.formatting import method_names, moment, money
from kiosk.ui.kv_files import load_beside
from kiosk.ui.screens.base import KioskScreen
from kiosk.ui.translations import listed
from kiosk.ui.widgets.appearing import Appearing
from kiosk.ui.widgets.shapes import Note
from kiosk.ui.widgets.texels import OnWholeDots

NOTICE_SHOWN_S = 8
REFERENCES_SHOWN_MAX = 2


@dataclass(frozen=True)
class AttractView:
    notice_kind: str
    notice_title: str
    notice_body: str
    notice_dots: str  # which of several notices this is
    message: tuple[tuple[str, str], ...]  # of staff, to everybody
    troubles: tuple[tuple[str, str], ...]  # what does not work, what to do instead
    scan: bool
    keypad: bool
    services: bool
    ready: str
    print_ready: str
    show_notice: bool
    access: Access
    voice: bool


def present(session: Session) -> AttractView:
    language, can = session.visit.language, offers(session.lobby)
    notices = session.lobby.config.notices if session.lobby.config else []
    index = int(session.now // NOTICE_SHOWN_S) % len(notices) if notices else 0
    found, message = troubles(session, can), _message(session)
    if notices:
        kind = say(language, "attract.notice")
        title = notices[index].title.in_language(language)
        body = notices[index].body.in_language(language)
    else:
        kind, title = "", say(language, "attract.welcome")
        body = say(language, "attract.welcome_body")
    return AttractView(
        notice_kind=kind,
        notice_title=title,
        notice_body=body,
        notice_dots=dots(index, len(notices)),
        message=message,
        troubles=found,
        scan=can.scan,
        keypad=can.can(Flow.TYPE_UNIT),
        services=can.touch,
        ready=say(language, "attract.ready", methods=method_names(language, can.methods)),
        print_ready=say(language, "attract.print_ready") if can.can(Flow.PRINT_RECEIPT) else "",
        access=session.visit.access,
        voice=session.lobby.voice,
        show_notice=len(found) + len(message) < (1 if session.visit.access.elder else 2),
    )


def dots(index: int, count: int) -> str:
    """``○●○`` for the second of three; nothing for a single one."""
    return "".join("●" if i == index else "○" for i in range(count)) if count > 1 else ""


def unconfirmed(session: Session) -> tuple[tuple[str, str], ...]:
    """That payments are still being confirmed: by their numbers, which say nothing about anybody."""
    language = session.visit.language
    open_ones = [
        r.reference for r in session.lobby.unresolved if r.state is not PaymentState.CREATED
    ]
    if not open_ones:
        return ()
    shown = listed(language, open_ones[-REFERENCES_SHOWN_MAX:][::-1])
    head = say(language, "attract.unconfirmed", references=shown)
    return ((head, say(language, "attract.unconfirmed_body")),)


def _message(session: Session) -> tuple[tuple[str, str], ...]:
    """What staff say to everybody, from afar."""
    message, language = session.lobby.afar.message, session.visit.language
    said = message.words.in_language(language) if message else ""
    own = ((say(language, "attract.notice"), said),) if said else ()
    return (*own, *_outages(session))


def _outages(session: Session) -> tuple[tuple[str, str], ...]:
    """The next one that is planned, once it is to be told."""
    config, wall, language = session.lobby.config, session.wall, session.visit.language
    if config is None or wall is None:
        return ()
    told = [one for one in config.opening.outages if one.told_from <= wall < one.begins]
    if not told:
        return ()
    one = min(told, key=lambda outage: outage.begins)
    when = {"begins": moment(session, one.begins), "ends": moment(session, one.ends, one.begins)}
    return ((say(language, "attract.outage", **when), one.words.in_language(language)),)


def _night(session: Session) -> tuple[tuple[str, str], ...]:
    """What is taken at night, while it is."""
    lobby, language = session.lobby, session.visit.language
    night = lobby.hours.night
    if night is None or lobby.config is None or (night.cards and not night.max_minor):
        return ()
    said = []
    if night.max_minor:
        limit = money(language, night.max_minor, lobby.config.community.currency)
        said.append(say(language, "attract.night_limit", amount=limit))
    if not night.cards and Method.CARD in lobby.config.methods:
        said.append(say(language, "attract.night_cards"))
    return ((say(language, "attract.night"), " ".join(said)),) if said else ()


def troubles(session: Session, can: Offers) -> tuple[tuple[str, str], ...]:
    """What residents must know before they start, the most important first."""
    language = session.visit.language
    found = list(unconfirmed(session))
    if not can.touch:
        found.append((say(language, "attract.no_touch"), say(language, "attract.no_touch_body")))
        return tuple(found)
    if not can.server and any(m in can.missing for m in METHODS_QR):
        found.append((say(language, "attract.no_server"), say(language, "attract.no_server_body")))
    found += _night(session)
    if Method.CARD in can.missing and can.methods and not night_without_cards(session.lobby):
        instead = say(language, "attract.no_card_body", methods=method_names(language, can.methods))
        found.append((say(language, "attract.no_card"), instead))
    if not can.print and can.can(Flow.PHONE_RECEIPT):
        found.append((say(language, "attract.no_print"), say(language, "attract.no_print_body")))
    if not can.scan:
        found.append((say(language, "attract.no_scan"), say(language, "attract.no_scan_body")))
    return tuple(found)


class NoticeCard(OnWholeDots, Appearing, RelativeLayout):
    """Says as much of a notice as there is room for: all of it, or without its kind, or its title."""

    level = NumericProperty(2)  # 2: all, 1: without the kind, 0: the title only
    needed = NumericProperty(0)  # the height of what is said now
    kind = StringProperty("")
    title = StringProperty("")
    body = StringProperty("")
    dots = StringProperty("")

    def __init__(self, **kwargs):
        self._fit_soon = Clock.create_trigger(self._fit)
        super().__init__(**kwargs)

    def on_title(self, *_):
        self.level = 2

    def on_height(self, *_):
        self.level = 2
        self._fit_soon()

    def on_needed(self, *_):
        self._fit_soon()

    def _fit(self, *_):
        """After the layout: before it, heights are not known yet."""
        if self.level and self.needed > self.height:
            self.level -= 1
            self._fit_soon()  # what was left out may have been nothing


class AttractScreen(KioskScreen):
    present = staticmethod(present)

    def draw(self):
        notes = self.ids.notes
        known = (*self.view.message, *self.view.troubles)
        if getattr(notes, "shown", None) == known:
            return
        notes.shown = known
        notes.clear_widgets()
        for head, words in known:
            notes.add_widget(Note(head=head, words=words, tight=self.ids.half.tight))

    def tighten(self, tight: bool):
        for note in self.ids.notes.children:
            note.tight = tight


load_beside(__file__)
