"""A provider of remote meters as a process of its own, over a real socket: late, twice, out of order,
past the last digit, implausible, exchanged. Whatever the line does, of each month the last reading is
kept."""

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from server.alerts.models import Alert
from server.billing.meters import Meter, MeterReading
from server.estate.models import Community
from server.remote_meters import keys
from server.staff.people import Person
from simulators.control import call
from tests.server.billing_runs.hamlet import create_hamlet

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).parents[3]
FIRST, SECOND = "W1-1-101", "W1-1-102"


@pytest.fixture
def hamlet() -> Community:
    return create_hamlet(buildings=1)


class Steered:
    """The process, by what its control server says."""

    def __init__(self, server: str, key: str) -> None:
        words = [sys.executable, "-m", "simulators.meter_provider", "--to", server, "--key", key]
        for meter in (FIRST, SECOND):
            words += ["--meter", f"{meter}=117/6"]
        self.process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self._url = json.loads(self.process.stdout.readline())["control"]

    def __call__(self, action: str, **body: Any) -> dict[str, Any]:
        return call(f"{self._url}/{action}", body)

    def state(self) -> dict[str, Any]:
        return call(f"{self._url}/state")


@pytest.fixture
def provider(live_server, hamlet: Community) -> Iterator[Steered]:
    MeterReading.objects.all().delete()
    Meter.objects.update(first_counter=Decimal(117), digits=6)
    key = keys.make(hamlet, "Remote Co", Person("Li Lei"), "contract 7", timezone.now())
    steered = Steered(live_server.url, key)
    yield steered
    steered.process.terminate()
    steered.process.wait(10)


def at(day: str) -> str:
    return f"2026-{day}T23:30:00+08:00"


def kept(meter: str) -> dict[str, Decimal]:
    rows = MeterReading.objects.filter(meter__code=meter, in_review=False)
    return dict(rows.values_list("period", "counter"))


def month(provider: Steered, day: str, amount: int = 10, **more: Any) -> None:
    for meter in (FIRST, SECOND):
        provider("use", meter=meter, amount=amount)
    provider("read", at=at(day), **more)


def test_whatever_the_line_does_the_last_reading_of_each_month_is_kept(provider: Steered):
    month(provider, "08-10")
    month(provider, "08-31", hold=True)  # late
    month(provider, "09-30")
    assert provider("send", times=3)["sent"]  # each three times
    provider("release")
    month(provider, "10-15")
    month(provider, "10-31")
    provider("lose", answers=1)  # the server has read it, nobody knows
    assert not provider("send", order="reversed")["sent"]
    assert provider.state()["waiting"] == 6
    done = provider("send", order="shuffled", times=2)
    assert done["sent"] and done["waiting"] == 0 and done["refused"] == []
    for meter in (FIRST, SECOND):
        assert kept(meter) == {
            "2026-08": Decimal(137),
            "2026-09": Decimal(147),
            "2026-10": Decimal(167),
        }
    assert set(done["outcomes"]) == {"taken", "unchanged", "older"}
    assert not Alert.objects.exists()


def test_it_goes_on_over_a_server_that_is_away(provider: Steered, monkeypatch):
    from server.remote_meters import calls

    month(provider, "08-31")

    def away(*_args: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(calls.intake, "receive", away)
    assert not provider("send")["sent"]
    monkeypatch.undo()
    assert provider("send")["sent"] and kept(FIRST) == {"2026-08": Decimal(127)}


def test_past_its_last_digit_and_an_exchanged_meter_are_counted_through(provider: Steered):
    provider("use", meter=FIRST, amount=999_800)
    provider("read", meters=[FIRST], at=at("08-31"))
    provider("use", meter=FIRST, amount=100)
    provider("read", meters=[FIRST], at=at("09-30"))
    provider("use", meter=SECOND, amount=10)
    provider("read", meters=[SECOND], at=at("08-31"))
    provider("use", meter=SECOND, amount=5)
    provider("exchange", meter=SECOND, first="0")
    provider("use", meter=SECOND, amount=3)
    provider("read", meters=[SECOND], at=at("09-30"))
    assert provider("send", order="reversed")["sent"]
    round_trip = MeterReading.objects.get(meter__code=FIRST, period="2026-09")
    assert round_trip.rolled_over and round_trip.counter == Decimal(17)
    exchanged = MeterReading.objects.get(meter__code=SECOND, period="2026-09")
    assert (exchanged.old_final, exchanged.new_first) == (Decimal(132), Decimal(0))
    assert exchanged.counter == Decimal(3)


def test_nonsense_waits_or_is_refused_and_staff_are_told(provider: Steered):
    for day in ("07-31", "08-31", "09-30"):
        month(provider, day)
    provider("misread", meter=FIRST, counter="9999", at=at("10-30"))  # jumps
    provider("misread", meter=SECOND, counter="1", at=at("10-30"))  # went back
    said = provider("send")
    assert said["outcomes"]["in_review"] == 1 and said["outcomes"]["refused"] == 1
    assert "2026-10" not in kept(FIRST) and "2026-10" not in kept(SECOND)
    [alert] = Alert.objects.filter(resolved_at=None)
    assert alert.kind == "meter_readings_refused" and SECOND in str(alert.details)
    provider("read", meters=[SECOND], at=at("10-31"))
    provider("send")
    assert not Alert.objects.filter(resolved_at=None).exists()
    assert kept(SECOND)["2026-10"] == Decimal(147)


def test_a_revoked_key_sends_nothing(provider: Steered, hamlet: Community):
    keys.revoke(hamlet, "Remote Co", Person("Li Lei"), "contract over", timezone.now())
    month(provider, "08-31")
    with pytest.raises(ValueError, match="401"):
        provider("send")
    assert provider.state()["waiting"] == 2 and not MeterReading.objects.exists()
