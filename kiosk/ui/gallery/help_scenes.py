"""Sample sessions of help, and of the wish to be called back or helped."""

from collections.abc import Callable

from kiosk.core.model import Callback, Screen, Sent, Session
from kiosk.ui.gallery.empty_lobby_scenes import at_night


def help_scenes(session: Callable[..., Session]) -> dict[str, Session]:
    def callback(phone: str = "", sent: Sent = Sent.NOT_YET, *, without: bool = False) -> Session:
        return session(Screen.CALLBACK, callback=Callback(phone, sent, without=without))

    return {
        "help": session(Screen.HELP, account=None, selected=()),
        "help-at-night": session(Screen.HELP, where=at_night(), helped_from=Screen.BILLS),
        "callback": callback("1385550"),
        "callback-none": callback(),
        "callback-taken": callback(sent=Sent.TAKEN),
        "callback-taken-without": callback(sent=Sent.TAKEN, without=True),
        "callback-seen": callback(sent=Sent.SEEN),
        "callback-seen-without": callback(sent=Sent.SEEN, without=True),
        "callback-failed": callback("13855501234", Sent.FAILED),
        "help-seen": session(
            Screen.HELP, helped_from=Screen.BILLS, callback=Callback("", Sent.SEEN)
        ),
    }
