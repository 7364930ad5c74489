"""Readings that wait until the server has answered for them: kept over a line that fails, sent again.

Whether a call arrived whose answer was lost nobody knows, so it is sent once more: the server counts a
reading once however often it comes.
"""

import random
from collections import Counter
from typing import Any

import requests

AT_A_TIME, TIMEOUT_S = 500, 30.0


class Outbox:
    """``lose_answers``: so many of the next answers are thrown away, as a line does that breaks after the
    server has read the call."""

    def __init__(self, url: str, key: str, seed: int = 0) -> None:
        self._url, self._key = url.rstrip("/") + "/meters/v1/readings", key
        self._random = random.Random(seed)
        self.waiting: list[dict[str, Any]] = []
        self.held: list[dict[str, Any]] = []
        self.outcomes: Counter[str] = Counter()
        self.refused: list[str] = []
        self.lose_answers = 0
        self.failures = 0

    def put(self, reading: dict[str, Any], *, hold: bool = False) -> None:
        (self.held if hold else self.waiting).append(reading)

    def release(self) -> None:
        """What was held back comes late, after all else."""
        self.waiting += self.held
        self.held = []

    def send(self, *, order: str = "read", times: int = 1) -> bool:
        """All that waits, each ``times`` times. ``order``: read, reversed, shuffled. False when a call
        failed; what it held goes on waiting."""
        queue = [one for one in self.waiting for _ in range(times)]
        if order == "reversed":
            queue.reverse()
        elif order == "shuffled":
            self._random.shuffle(queue)
        elif order != "read":
            raise ValueError(f"order: read, reversed or shuffled, not {order!r}")
        while queue:
            batch, rest = queue[:AT_A_TIME], queue[AT_A_TIME:]
            results = self._call(batch)
            if results is None:
                self.failures += 1
                self.waiting = [one for one in self.waiting if one in queue]
                return False
            for result in results:
                self.outcomes[result["outcome"]] += 1
                if result["message"]:
                    self.refused.append(f"{result['meter']}: {result['message']}")
            queue = rest
        self.waiting = []
        return True

    def _call(self, batch: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            answer = requests.post(
                self._url, json={"readings": batch}, headers=headers, timeout=TIMEOUT_S
            )
        except requests.RequestException:
            return None
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        if answer.status_code == 429 or answer.status_code >= 500:
            return None
        if answer.status_code != 200:
            raise ValueError(f"{answer.status_code}: {answer.text[:300]}")
        return answer.json()["results"]
