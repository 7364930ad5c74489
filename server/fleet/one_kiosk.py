"""One kiosk as its page shows it: how it stands, its devices, its day, its faults. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from contract.business_day import zone
from contract.messages import PaymentState, Text
from server.alerts.models import Alert
from server.estate.models import Community
from server.fleet import texts
from server.fleet.dashboard import KioskView, heartbeat_of, kiosk_view
from server.fleet.kiosk_figures import (
    Fact,
    Running,
    Today,
    machine_facts,
    release_facts,
    running,
    today,
)
from server.fleet.models import Kiosk
from server.fleet.states import State, classified, turned_away_since
from server.payments import reports
from server.payments.models import PaymentOrder

HISTORY, HAPPENED_MAX = timedelta(days=30), 40


@dataclass(frozen=True, slots=True)
class Happening:
    """A fault with its end (None: it lasts); ``alert``: the key of its page."""

    alert: int
    at: datetime
    what: Text
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class KioskPage:
    """``share_paid``: of the payments begun in the last day, in percent; None where there was none."""

    kiosk: Kiosk
    community: Community
    zone: ZoneInfo
    state: str
    tone: str
    since: datetime | None
    view: KioskView
    money: bool
    begun: int
    share_paid: int | None
    journal_here: int
    journal_there: int | None
    happenings: list[Happening]
    turned_away: (
        int | None
    )  # since the present fault began; None: it needs nobody, or does not count
    today: Today
    machine: list[Fact]
    releases: list[Fact]
    running: Running | None


def page_of(
    kiosk_id: UUID, communities: QuerySet[Community], money: QuerySet[Community], now: datetime
) -> KioskPage | None:
    """None where there is none among these communities."""
    rows = Kiosk.objects.filter(pk=kiosk_id, community__in=communities)
    kiosk = classified(rows.select_related("community"), now).first()
    if kiosk is None:
        return None
    community, key = kiosk.community, (kiosk.community_id, kiosk.code)
    taken = reports.takings_of([community], [kiosk.code], now).get(key, {})
    unresolved = reports.open_of([community], [kiosk.code]).get(key, 0)
    state = State(kiosk.standing)  # type: ignore[attr-defined]
    begun, paid = _last_day(kiosk, now)
    beat = kiosk.heartbeat or {}
    of_money = money.filter(pk=community.pk).exists()
    return KioskPage(
        kiosk=kiosk,
        community=community,
        zone=zone(community.time_zone),
        state=texts.STANDINGS[state],
        tone=texts.TONES[state],
        since=kiosk.since,  # type: ignore[attr-defined]
        view=kiosk_view(kiosk, now, community.currency, taken, unresolved),
        money=of_money,
        begun=begun,
        share_paid=round(100 * paid / begun) if begun else None,
        journal_here=kiosk.journal_sequence,
        journal_there=beat.get("journal_last"),
        happenings=_happenings(kiosk, now),
        turned_away=turned_away_since(kiosk, state),
        today=today(kiosk, community, now, with_money=of_money),
        machine=machine_facts(heartbeat_of(kiosk)),
        releases=release_facts(kiosk, heartbeat_of(kiosk)),
        running=running(kiosk),
    )


def _last_day(kiosk: Kiosk, now: datetime) -> tuple[int, int]:
    orders = PaymentOrder.objects.filter(
        community=kiosk.community_id,
        kiosk_code=kiosk.code,
        created_at__gte=now - timedelta(days=1),
    )
    return orders.count(), orders.filter(state=PaymentState.APPROVED.value).count()


def _happenings(kiosk: Kiosk, now: datetime) -> list[Happening]:
    """Its alerts of the last weeks, the newest first."""
    alerts = Alert.objects.filter(
        community=kiosk.community_id, kiosk_code=kiosk.code, raised_at__gte=now - HISTORY
    )
    return [
        Happening(alert.pk, alert.raised_at, alert.text, alert.resolved_at)
        for alert in alerts.order_by("-raised_at")[:HAPPENED_MAX]
    ]
