"""A provider of messages, or WeChat's account, that fails whoever asks is one alert: raised when several
calls in a row had no success between them, over when one has, or when nobody has tried for a while."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from server.alerts.damping import seems_over, still_wrong
from server.alerts.models import Alert
from server.alerts.raising import PROVIDER_FAILING, keep_up
from server.gateways.outcome import in_words, without_addresses
from server.language import both
from server.outbox.models import ProviderTrouble, Way

FAILS, WITHIN = 3, timedelta(minutes=20)  # so many in a row, none later after the one before
FORGOTTEN = timedelta(minutes=60)
_in_words = lazy(in_words, str)


def wechat(appid: str) -> str:
    """The name of an official account here."""
    return f"{Way.WECHAT} {appid}"


def failed(community: int, provider: str, said: str, now: datetime) -> None:
    """It did nothing for somebody, which says nothing of who asked. ``said``: in its own words."""
    with transaction.atomic():
        held = ProviderTrouble.objects.select_for_update(no_key=True)
        fresh = {"failures": 0, "last_at": now}
        row, _new = held.get_or_create(community_id=community, provider=provider, defaults=fresh)
        if now - row.last_at > WITHIN:
            row.failures = 0
        row.failures, row.last_at = row.failures + 1, max(now, row.last_at)
        row.said = without_addresses(said)
        row.save()
    if row.failures >= FAILS:
        _tell(row, now)


def answered(community: int, provider: str) -> None:
    """It did what it was asked for."""
    rows = ProviderTrouble.objects.filter(community=community, provider=provider)
    rows.filter(failures__gt=0).update(failures=0)


def look(now: datetime) -> None:
    """Ends what is over."""
    troubles = {
        (row.community_id, row.provider): row
        for row in ProviderTrouble.objects.filter(failures__gte=FAILS, last_at__gt=now - FORGOTTEN)
    }
    for alert in Alert.objects.filter(kind=PROVIDER_FAILING, resolved_at=None):
        if (alert.community_id, alert.subject) in troubles:
            still_wrong(alert)
        else:
            seems_over(alert, now)


def _tell(row: ProviderTrouble, now: datetime) -> None:
    way, _space, account = row.provider.partition(" ")
    words = both(
        _("%(way)s %(account)s: %(said)s"),
        way=Way(way).label,
        account=account,
        said=_in_words(row.said),
    )
    faults = [words.model_dump()]
    keep_up(row.community_id, PROVIDER_FAILING, row.provider, now, kiosk_code="", faults=faults)
