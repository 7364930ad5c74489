"""How an act is shown: what it is called, how it stands, what came of it. Reads only."""

from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from contract.business_day import local_time
from contract.messages import Text
from contract.remote_acts import ActKind
from server.fleet.dashboard import money
from server.fleet.texts import ROLES
from server.language import chosen
from server.remote_acts.choice import THEMES
from server.remote_acts.models import KINDS, RemoteAct, State
from server.remote_acts.wishes import CARD_LIMIT, SETTING_NAMES

TONES = {
    State.ASKED: "attention",
    State.TAKEN: "attention",
    State.WAITS: "attention",
    State.BEGUN: "attention",
    State.DONE: "good",
    State.FAILED: "bad",
    State.IN_DOUBT: "bad",
    State.REFUSED: "bad",
    State.EXPIRED: "",
    State.CANCELLED: "",
}
HINTS = {
    ActKind.OUT_OF_SERVICE: _(
        "Whoever is being served is served to the end; then the kiosk takes no money until it is put"
        " back in service. Its screen says so, with your words and the time, and names what else works."
    ),
    ActKind.BACK_IN_SERVICE: _("The kiosk takes money again."),
    ActKind.MESSAGE: _(
        "Stands on the start screen until the time that you give. Without words, the message that is"
        " there is taken down. It is shown, not spoken."
    ),
    ActKind.RESTART: _(
        "The program ends and begins anew, in some ten seconds, while nobody is there."
    ),
    ActKind.REBOOT: _(
        "The machine restarts, once, by the command in the kiosk's own configuration; some minutes."
    ),
    ActKind.SELF_TEST: _("What the doctor finds while the kiosk runs, with remedies."),
    ActKind.TEST_PAGE: _("Prints a page of letters, figures and a code."),
    ActKind.NEW_ROLL: _("Somebody put in a new roll: the forecast of paper begins anew."),
    ActKind.BIN_EMPTIED: _("Somebody emptied the bin of receipts that nobody took."),
    ActKind.PICTURE: _(
        "Only while nobody is there: a screen that shows anything of a resident never leaves the kiosk."
    ),
    ActKind.LOGS: _("The newest lines of the program's log, without anything of residents."),
    ActKind.NEW_KEY: _(
        "The kiosk makes itself another key in place of the one by which it signs, and begins anew,"
        " in some ten seconds, while nobody is there. The key before is refused from then on."
    ),
    ActKind.SETTINGS: _(
        "They are tried: a kiosk that is not well with them within five minutes goes back by itself."
    ),
}
CODES = {
    "paired_again": _("The kiosk was paired again meanwhile"),
    "no_word": _("The kiosk was not heard of again"),
    "forgotten": _("The kiosk lost its memory of it"),
    "line_lost": _("The line was lost before it was begun; ask again"),
    "too_late": _("The last word came too late; ask again"),
    "still_running": _("The kiosk did not restart"),
    "trouble": _("Something in the kiosk's program went wrong; look at its log"),
    "kind_unknown": _("The kiosk's version does not know this"),
    "unreadable": _("The kiosk could not read what was asked"),
    "not_configured": _("This kiosk has no such device, or no command for it"),
    "number": _("It came after a later one; ask again"),
    "interrupted": _("The kiosk was interrupted meanwhile"),
    "not_rebooted": _("The machine did not restart"),
    "command": _("The kiosk's command for it did not work"),
    "key_not_taken": _("The server did not take the key; ask again"),
    "on_trial": _("A new release is on trial there; ask again once it is kept"),
    "no_window": _("There is no window to end"),
    "printer_silent": _("The printer gave no answer"),
    "cannot_be_written": _("The printer's memory cannot be written"),
    "self_test": _("The self-test did not come to its end"),
    "somebody_there": _("Somebody was there, so no picture was taken; ask again"),
    "not_well": _("The kiosk was not well with it within five minutes and went back"),
    "did_not_start": _("The kiosk did not start with it and went back"),
    "printer.paper_out": _("The printer has no paper"),
    "printer.cover_open": _("The printer's cover is open"),
}
_LEVELS = {"ok": "good", "warning": "attention", "error": "bad"}


def kind_name(kind: str) -> str:
    return str(dict(KINDS).get(kind, kind))


def row(act: RemoteAct) -> dict[str, Any]:
    state = State(act.state)
    return {
        "act": act,
        "called": kind_name(act.kind),
        "state": state.label,
        "tone": TONES[state],
        "result": result_of(act),
        "asked": _local(act, act.asked_at),
        "since": _local(act, act.state_at),
        "more": exactly(act),
    }


def result_of(act: RemoteAct) -> str:
    """Why it failed or was refused, in words."""
    if not act.code:
        return ""
    known = CODES.get(act.code)
    return str(known) if known else gettext("A device said: %(code)s") % {"code": act.code}


def exactly(act: RemoteAct) -> list[tuple[str, str]]:
    """What was asked, by name."""
    found, said = [], act.parameters
    if words := said.get("words"):
        found.append((gettext("Words on the screen"), f"{words['zh']} / {words['en']}"))
    if until := said.get("until"):
        at = datetime.fromisoformat(until)
        found.append((gettext("Until"), _local(act, at)))
    for name, called in SETTING_NAMES.items():
        table, _dot, field = name.partition(".")
        value = said.get(table, {}).get(field)
        if value is not None:
            found.append((str(called), _shown(name, value, act.kiosk.community.currency)))
    return found


def facts(act: RemoteAct) -> list[tuple[str, str]]:
    roles = dict(RemoteAct._meta.get_field("role").flatchoices)
    company = gettext("the company's own account")
    found = [
        (gettext("Kiosk"), f"{act.kiosk.code} · {chosen(act.kiosk.location)}"),
        *exactly(act),
        (gettext("Asked by"), f"{act.asked_by} · {roles.get(act.role, company)}"),
        (gettext("Reason"), act.reason),
        (gettext("Asked at"), _local(act, act.asked_at)),
        (gettext("Holds until"), _local(act, act.not_after)),
    ]
    if act.taken_at:
        found.append((gettext("Fetched at"), _local(act, act.taken_at)))
    found.append((gettext("In this state since"), _local(act, act.state_at)))
    if act.cancelled_by:
        found.append((gettext("Called off by"), f"{act.cancelled_by} · {act.cancel_reason}"))
    return found


def findings(act: RemoteAct) -> list[dict[str, Any]]:
    return [
        {
            "about": ROLES.get(one["about"]) or SUBJECTS.get(one["about"], one["about"]),
            "tone": _LEVELS.get(one["level"], ""),
            "what": Text(**one["what"]),
            "remedy": Text(**one["remedy"]) if one.get("remedy") else None,
        }
        for one in act.findings
    ]


SUBJECTS = {
    "config": _("Configuration"),
    "enrolment": _("Pairing"),
    "server": _("Server"),
    "clock": _("Clock"),
    "journal": _("Journal"),
    "space": _("Free space"),
    "fonts": _("Fonts"),
    "display": _("Screen"),
    "voice": _("Voice"),
    "test_payment": _("Test payment"),
}


def _shown(name: str, value: Any, currency: str) -> str:
    if name == CARD_LIMIT:
        return money(value, currency)
    if name.startswith("look.night_"):
        return f"{time.fromisoformat(value):%H:%M}"
    if value in THEMES:
        return str(THEMES[value])
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return str(value)


def _local(act: RemoteAct, at: datetime) -> str:
    return f"{local_time(at, act.kiosk.community.time_zone):%m-%d %H:%M:%S}"
