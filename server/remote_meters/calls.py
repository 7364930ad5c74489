"""The API of remote meters, version 1: a provider sends readings, and hears of each what became of it."""

from decimal import Decimal
from typing import Annotated

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle
from pydantic import AwareDatetime, ConfigDict, Field

from server.remote_meters import intake, keys
from server.remote_meters.intake import Outcome, Sent
from server.remote_meters.models import MeterKey

READINGS_MAX = 500  # in one call
CALLS = "60/m"  # by one key, in each process of the server

Counter = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ByKey(HttpBearer):
    """``Authorization: Bearer lpm_...``"""

    def authenticate(self, request: HttpRequest, token: str) -> MeterKey | None:
        return keys.of(token)


class EachKey(AuthRateThrottle):
    """Counts by key, not by what the key is called."""

    def get_cache_key(self, request: HttpRequest) -> str | None:
        key: MeterKey | None = getattr(request, "auth", None)
        return None if key is None else f"meters-{key.pk}"


class Message(Schema):
    """A field that is not known is refused: it may have meant something."""

    model_config = ConfigDict(extra="forbid")


class Replaced(Message):
    """It was exchanged since the reading before: of the old the last counter, of the new the first."""

    old_final: Counter
    new_first: Counter


class Reading(Message):
    """``counter``: as the meter shows it, before its multiplier. ``read_at``: with its offset."""

    meter: Annotated[str, Field(min_length=1, max_length=30)]
    counter: Counter
    read_at: AwareDatetime
    replaced: Replaced | None = None


class Readings(Message):
    """Of one or many meters, in any order; a call may be repeated."""

    readings: Annotated[list[Reading], Field(min_length=1, max_length=READINGS_MAX)]


class Result(Schema):
    """What became of one reading. ``message``: why it was refused."""

    meter: str
    outcome: Outcome
    message: str


class Results(Schema):
    """In the order in which the readings were sent."""

    results: list[Result]


api = NinjaAPI(
    title="LobbyPay remote meters API",
    version="1",
    urls_namespace="remote_meters",
    auth=ByKey(),
    throttle=[EachKey(CALLS)],
    docs_decorator=staff_member_required(login_url="login"),
)


@api.post("/readings", response=Results)
def readings(request: HttpRequest, body: Readings) -> Results:
    """Each reading is taken or refused by itself. Of a month the last reading counts; one that is sent
    again changes nothing, and an earlier one that comes late is left aside."""
    key: MeterKey = request.auth  # type: ignore[attr-defined]
    now, told = timezone.now(), []
    for one in body.readings:
        replaced = (one.replaced.old_final, one.replaced.new_first) if one.replaced else None
        result = intake.receive(key, Sent(one.meter, one.counter, one.read_at, replaced), now)
        told.append(Result(meter=one.meter, outcome=result.outcome, message=result.message))
    return Results(results=told)
