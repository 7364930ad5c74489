"""Why residents were turned away, in words of the page's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the names that kiosks count them under (kiosk.core.visit_counts; contract.day_tally.TURNED_AWAY).
REASONS: dict[str, str | Promise] = {
    "no_way_to_pay": _("No way to pay worked"),
    "server_away": _("The server could not be reached"),
    "cannot_record": _("The kiosk could not record anything"),
    "starting": _("The kiosk was starting"),
    "closed": _("It was closed by its hours"),
    "cabinet_open": _("The cabinet was open"),
    "stopped_switched_off": _("It was switched off on purpose"),
    "way_missing": _("A way to pay was missing"),
    "declined": _("The card or the wallet was declined"),
    "channel_unavailable": _("WeChat Pay or Alipay did not answer"),
    "terminal_silent": _("The card terminal did not answer"),
    "payment_reversed": _("The payment was taken back"),
    "unit_not_found": _("No such unit"),
    "phone_wrong": _("The digits of the phone were wrong"),
    "too_many_tries": _("Too many tries"),
    "code_not_ours": _("The code was of no bill of ours"),
    "code_other_community": _("The bill was of another community"),
    "code_forged": _("The bill's code could not be verified"),
    "code_expired": _("The bill's code is too old"),
    "code_unknown_version": _("The bill's code is newer than the kiosk"),
    "code_not_for_paying": _("The code on the phone was none for paying"),
    "code_used": _("The code on the phone was used before"),
    "bill_gone": _("The bill is not there any more"),
    "bill_leased": _("Somebody else was paying the bill"),
    "amount_changed": _("The amount had changed"),
    "credit_too_little": _("The credit was used elsewhere meanwhile"),
    "no_method": _("No way to pay fitted"),
    "night_limit": _("It was more than is taken at night"),
}
STOPPED = _("The server had stopped the kiosk")
OTHER = _("Another reason")


def reason(name: str) -> str | Promise:
    """In words, also of a name that a newer kiosk uses."""
    return REASONS.get(name) or (STOPPED if name.startswith("stopped_") else OTHER)
