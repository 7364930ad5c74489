"""Tells the merchant about a payment until it is acknowledged, a few times, as channels do."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from simulators.payment_channel.books import Ordered
from simulators.payment_channel.faults import Faults

PAUSES_S = (0.0, 1.0, 3.0, 8.0, 20.0)
Message = Callable[[Ordered], tuple[dict[str, str], bytes]]


class Notifier:
    """``message`` makes headers and body anew for every attempt; ``accepted`` judges the answer."""

    def __init__(
        self, message: Message, accepted: Callable[[int, bytes], bool], faults: Faults
    ) -> None:
        self._message, self._accepted, self._faults = message, accepted, faults

    def tell(self, order: Ordered) -> None:
        if order.notify_url and not self._faults.no_notification:
            threading.Thread(target=self._tell, args=(order,), daemon=True).start()

    def _tell(self, order: Ordered) -> None:
        wanted = 2 if self._faults.duplicate_notification else 1
        for pause in PAUSES_S:
            time.sleep(pause)
            headers, body = self._message(order)
            request = urllib.request.Request(order.notify_url, body, headers)
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    if self._accepted(answer.status, answer.read()):
                        wanted -= 1
            except (urllib.error.URLError, OSError):
                continue
            if wanted <= 0:
                return
