"""Decides when a code that was seen is believed and reported. Pure: time comes in with each call.

A code is believed when it was read twice alike, and reported once until it was out of sight.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from device_drivers.scanners.interface import Scan

CODES_MAX = 32  # remembered at once; a picture full of codes must not fill the memory


@dataclass
class _Sighting:
    last_seen: float
    times: int = 1
    reported: bool = False


class Sightings:
    """``confirm_within_s``: how soon the second reading must follow the first."""

    def __init__(
        self, times: int = 2, confirm_within_s: float = 1.5, forget_after_s: float = 2.0
    ) -> None:
        self._times = times
        self._confirm_within_s = confirm_within_s
        self._forget_after_s = forget_after_s
        self._seen: dict[tuple[str, str], _Sighting] = {}

    def see(self, codes: Iterable[Scan], now: float) -> list[Scan]:
        """Takes the codes of one frame; returns those to report now."""
        for key, sighting in list(self._seen.items()):
            keep_s = self._forget_after_s if sighting.reported else self._confirm_within_s
            if now - sighting.last_seen > keep_s:
                del self._seen[key]
        news = []
        for code in {(c.text, c.kind): c for c in codes}.values():
            key = (code.text, code.kind)
            sighting = self._seen.get(key)
            if sighting is None:
                if len(self._seen) >= CODES_MAX:
                    continue
                sighting = self._seen[key] = _Sighting(now)
            else:
                sighting.last_seen = now
                sighting.times += 1
            if sighting.times >= self._times and not sighting.reported:
                sighting.reported = True
                news.append(code)
        return news

    def clear(self) -> None:
        self._seen.clear()
