"""The dead man's switch: each minute an address outside is called. When the calls stop, whoever is there
raises the alarm; and while they do not get through, this server says so itself."""

import logging
from datetime import datetime, timedelta

import requests
from django.conf import settings

from server.on_call.models import OutsidePing

TIMEOUT_S = (5.0, 10.0)
SILENT = timedelta(minutes=3)  # not reached for longer: said on the pages and in /readyz
log = logging.getLogger(__name__)


def call(now: datetime, wrong: str = "") -> bool:
    """Calls the address of the configuration; nothing where there is none. Whether it was reached.
    ``wrong``: what keeps this server from telling anybody; then it is not called."""
    address = settings.LOBBYPAY.alerts.watcher_url
    if not address:
        return False
    said = wrong[:120] or _asked(address)
    known = OutsidePing.objects.order_by("pk").first() or OutsidePing()
    known.tried_at, known.said = now, said
    if said:
        known.failing_since = known.failing_since or now
        log.warning("the watcher outside was not reached: %s", said)
    else:
        known.reached_at, known.failing_since = now, None
    known.save()
    return not said


def _asked(address: str) -> str:
    """What went wrong; empty: nothing. Of the answer only its status is read."""
    try:
        with requests.get(address, timeout=TIMEOUT_S, allow_redirects=False, stream=True) as answer:
            well = 200 <= answer.status_code < 300
            return "" if well else f"HTTP {answer.status_code}"
    except requests.RequestException as error:
        return type(error).__name__


def trouble(now: datetime) -> str:
    """In English for monitoring: empty when the watcher was reached lately, or none is configured."""
    if not settings.LOBBYPAY.alerts.watcher_url:
        return ""
    known = OutsidePing.objects.order_by("pk").first()
    if known is None or known.reached_at is None:
        return "never reached"
    silent = now - known.reached_at
    return f"not reached for {silent.total_seconds():.0f} s" if silent > SILENT else ""
