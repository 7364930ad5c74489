"""What a kiosk's updater says, in words for staff. A word that is not known is shown as it is."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from contract.releases import UpdateReport

STATES = {
    "fetching": _("Is being fetched"),
    "unpacking": _("Is being put in place"),
    "waits": _("Waits to change over"),
    "trying": _("On trial"),
    "done": _("Well, and kept"),
    "gone_back": _("Went back to the release before"),
    "refused": _("Not taken"),
}
TONES = {"done": "good", "gone_back": "bad", "refused": "bad"}
WHY = {
    "somebody_there": _("Somebody is being served"),
    "payment_open": _("A payment is open or in doubt"),
    "kiosk_silent": _("The kiosk's program says nothing to its updater"),
    "interrupted": _("Power was lost meanwhile; it is tried again"),
    "expired": _("The repository's signatures have run out: renew them there"),
    "clock": _("The machine's clock is wrong: set it, and look after its battery"),
    "not_trusted": _("The repository is older than what was seen before, or not signed by ours"),
    "not_reached": _("The repository does not answer; it is tried again"),
    "not_there": _("The repository has no such release for this machine"),
    "broken": _("What came is not what was signed; it is fetched anew"),
    "no_space": _("The disk has no room for it"),
    "disk": _("The disk cannot be written"),
    "wrong_machine": _("The repository has no such release for this machine"),
    "not_for_ring": _("It is not signed for so many kiosks yet"),
    "older": _("It is older than what runs"),
    "too_old": _("What runs is too old to change to it: another release comes first"),
    "does_not_start": _("Its program could not be put in place"),
    "not_started": _("It did not start"),
    "failed_starts": _("It did not start, twice"),
    "screen": _("Its screen was not drawn"),
    "journal": _("Its journal could not be read or written"),
    "server": _("It did not reach the server"),
    "devices": _("A device that worked before was out of order"),
}


def state_name(state: str) -> Any:
    return STATES.get(state, state)


def why(code: str) -> Any:
    return WHY.get(code, code)


def said(told: UpdateReport | None) -> str:
    """State and reason in a line; empty where there is nothing to tell."""
    if told is None or not told.version:
        return ""
    words = f"{told.version} · {state_name(told.state)}"
    return f"{words} · {why(told.code)}" if told.code else words
