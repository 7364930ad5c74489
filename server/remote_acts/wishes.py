"""What each kind of act takes, who may ask for it, and how long it holds. Decides; writes nothing."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ValidationError

from contract.kiosk_settings import ChangedSettings
from contract.remote_acts import ActKind, MessageWish, OutOfServiceWish
from server.staff.roles import Deed

LIVES = {
    10: _("10 minutes"),
    60: _("1 hour"),
    8 * 60: _("8 hours"),
    24 * 60: _("1 day"),
    7 * 24 * 60: _("7 days"),
}
LIFE_USUAL = 60  # minutes
CARD_LIMIT = "payments.offline_card_limit_minor"
SETTING_NAMES = {
    "look.theme": _("Theme"),
    "look.night_from": _("Night theme from"),
    "look.night_until": _("Night theme until"),
    "look.moving": _("Things move on the screen"),
    CARD_LIMIT: _("Most by card while the server is away"),
    "payments.offline_bills_max_age_h": _("Hours for which bills are offered without the server"),
}
UNTIL_MAX = timedelta(days=31)
_DEEDS = {ActKind.SETTINGS: Deed.SET_KIOSK, ActKind.NEW_KEY: Deed.PAIR_KIOSK}
_WISHES: dict[ActKind, type[BaseModel]] = {
    ActKind.OUT_OF_SERVICE: OutOfServiceWish,
    ActKind.MESSAGE: MessageWish,
    ActKind.SETTINGS: ChangedSettings,
}


class NotPossible(Exception):
    """``text`` says why, in the page's language."""

    def __init__(self, text: Any) -> None:
        super().__init__(str(text))
        self.text = text


def deed_of(kind: ActKind) -> Deed:
    return _DEEDS.get(kind, Deed.OPERATE_KIOSK)


def checked(kind: ActKind, parameters: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What the kiosk gets, in JSON. Raises NotPossible."""
    model = _WISHES.get(kind)
    if model is None:
        return {}
    try:
        wish = model.model_validate(parameters)
        if isinstance(wish, ChangedSettings):
            wish = wish.checked()
    except (ValidationError, KeyError) as error:
        raise NotPossible(
            _("A value is not possible here: %(which)s") % {"which": _where(error)}
        ) from error
    match wish:
        case OutOfServiceWish(until=until) | MessageWish(until=until) if until is not None:
            if not now < until <= now + UNTIL_MAX:
                raise NotPossible(_("The time lies ahead, within 31 days"))
        case MessageWish(words=words) if words is not None:
            raise NotPossible(_("A message needs a time until which it is shown"))
    return wish.model_dump(mode="json", exclude_defaults=True)


def _where(error: Exception) -> str:
    """Which, by the names on the form; a name that is on no form as it was sent."""
    if not isinstance(error, ValidationError):
        return str(error)
    called = {name.partition(".")[2]: words for name, words in SETTING_NAMES.items()}
    called |= {"words": _("Words on the screen"), "until": _("Until")}
    found = [next((str(one) for one in error["loc"]), "") for error in error.errors()]
    return ", ".join(str(called.get(one, one)) for one in dict.fromkeys(found))
