"""Sample sessions of a lobby in which nobody stands: the start, and out of order. Nothing of any unit."""

from dataclasses import replace
from datetime import timedelta

from contract.messages import Method, PaymentState, Text
from contract.remote_acts import OutOfService
from contract.stop_reason import StopReason
from kiosk.core.from_afar import FromAfar, ScreenMessage
from kiosk.core.model import Lobby, Screen, Session, Visit
from kiosk.core.pairing import Pairing, PairingShown
from kiosk.ui.gallery.samples import CONFIG, NOW, WALL, lobby, record

_PAIR_URL = "https://pay.example.com/staff/fleet/pair/01900000-0000-7000-8000-00000000000a/"


def _fresh(screen: Screen = Screen.ATTRACT, **where) -> Session:
    """Nobody stands there yet."""
    return Session(lobby(**where), Visit(screen=screen, touched=NOW), now=NOW, wall=WALL)


def _without_touch(**levels) -> Session:
    return _fresh(touch="error", **levels)


def _lobby_that_asks_for_proof() -> Lobby:
    """Without the server a typed unit proves nothing there, so only bills are taken."""
    config = CONFIG.model_copy(update={"second_factor": True})
    return replace(lobby(), config=config, server_reachable=False)


def lobby_without_server() -> Lobby:
    return replace(lobby(), server_reachable=False)


def at_night() -> Lobby:
    known = {
        "office_hours": Text(zh="每天 8:30–18:00", en="Every day 8:30–18:00"),
        "office_opens": "08:30",
        "office_closes": "18:00",
        "duty_phone": "138-5555-0123",
    }
    community = CONFIG.community.model_copy(update=known)
    return replace(lobby(), config=CONFIG.model_copy(update={"community": community}))


def _with_afar(screen: Screen = Screen.ATTRACT, stopped: str = "", **said) -> Session:
    where = replace(at_night(), afar=FromAfar(**said), stopped=stopped)
    return replace(_fresh(screen), lobby=where)


def _unpaired(shown: PairingShown) -> Session:
    pairing = Pairing(shown, NOW + 432, "https://pay.example.com")
    visit = Visit(screen=Screen.PAIRING, touched=NOW)
    return Session(Lobby(pairing=pairing), visit, now=NOW, wall=WALL)


def _on_purpose() -> Session:
    words = Text(zh="打印机维修中", en="The printer is being repaired")
    told = OutOfService(by="王维修", since=WALL, until=WALL + timedelta(hours=26), words=words)
    off = StopReason.SWITCHED_OFF.value
    return _with_afar(Screen.OUT_OF_ORDER, off, out_of_service=told)


def empty_lobby_scenes() -> dict[str, Session]:
    """By name."""
    bare = CONFIG.model_copy(update={"notices": []})
    away = _fresh()
    return {
        "attract": _fresh(),
        "attract-no-notices": replace(_fresh(), lobby=replace(lobby(), config=bare)),
        "attract-no-paper-no-card": _fresh(printer="error", card_terminal="error"),
        "attract-no-server": replace(away, lobby=lobby_without_server()),
        "attract-no-scan": _fresh(scanner="error"),
        "attract-all-troubles": replace(
            away,
            lobby=replace(lobby(scanner="error", printer="warning"), server_reachable=False),
        ),
        "attract-no-touch": _without_touch(),
        "attract-no-touch-no-paper": _without_touch(printer="error"),
        "attract-no-touch-no-card": _without_touch(card_terminal="error"),
        "attract-no-card-no-scan": _fresh(card_terminal="error", scanner="error"),
        "attract-no-paper-no-scan": _fresh(printer="error", scanner="error"),
        "attract-no-server-no-scan": replace(
            away, lobby=replace(lobby(scanner="error"), server_reachable=False)
        ),
        "attract-no-server-proof-needed": replace(away, lobby=_lobby_that_asks_for_proof()),
        "attract-unconfirmed": replace(
            away,
            lobby=replace(
                lobby_without_server(),
                unresolved=(record(Method.WECHAT, PaymentState.UNKNOWN, reason="timeout"),),
            ),
        ),
        "pairing": _unpaired(PairingShown(_PAIR_URL, "7K4M2P", lives_s=600)),
        "pairing-asking": _unpaired(PairingShown()),
        "pairing-away": _unpaired(PairingShown(trouble="away")),
        "pairing-refused": _unpaired(PairingShown(trouble="refused")),
        "starting": Session(Lobby(), Visit(), now=NOW, wall=WALL),
        "attract-message": _with_afar(
            message=ScreenMessage(
                Text(
                    zh="今晚 22:00 至 24:00 网络维护，期间不能缴费。",
                    en="Network maintenance tonight, 22:00 to 24:00: no payments then.",
                ),
                WALL + timedelta(hours=9),
            )
        ),
        "out-of-order-on-purpose": _on_purpose(),
        "out-of-order": _fresh(Screen.OUT_OF_ORDER, card_terminal="error"),
        "out-of-order-stopped": replace(
            _fresh(Screen.OUT_OF_ORDER), lobby=replace(lobby(), stopped="twin")
        ),
        "out-of-order-unconfirmed": replace(
            _fresh(Screen.OUT_OF_ORDER),
            lobby=replace(
                at_night(),
                unresolved=(record(Method.WECHAT, PaymentState.UNKNOWN, reason="timeout"),),
            ),
        ),
    }
