"""Takes residents' requests to the server and brings back how earlier ones stand. What they wrote, their
unit and their number are kept nowhere on this machine and stand in no log."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from pydantic import ValidationError

from contract.messages import ErrorCode
from contract.service_requests import RequestsAsked, RequestWish
from kiosk.central.client import CentralClient, Refused, ServerAway, with_retries
from kiosk.core.asking import Fault
from kiosk.core.effects import FindRequests, PrintSlip, SendRequest
from kiosk.core.events import Event, RequestSent, RequestsSeen, SlipPrinted
from kiosk.runtime.receipts import Receipts
from kiosk.runtime.request_slip import slip

log = structlog.get_logger("requests")

SEND_FOR_S, FIND_FOR_S = 15.0, 8.0  # then the resident is told to call
_FAULTS = {
    ErrorCode.UNIT_NOT_FOUND: Fault.NO_UNIT,
    ErrorCode.RATE_LIMITED: Fault.TOO_MANY,
}


class RequestsLine:
    def __init__(
        self, client: CentralClient, receipts: Receipts, post: Callable[[Event], None]
    ) -> None:
        self._client, self._receipts, self._post = client, receipts, post
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="requests")
        self._stop = threading.Event()

    def send(self, wish: SendRequest) -> None:
        self._pool.submit(self._send, wish)

    def find(self, wish: FindRequests) -> None:
        self._pool.submit(self._find, wish)

    def print(self, wish: PrintSlip) -> None:
        def ended(outcome: str, causes: str) -> None:
            if outcome != "printed":
                log.warning("slip_not_printed", outcome=outcome, causes=causes)
            self._post(SlipPrinted(wish.job_id, outcome == "printed"))

        self._receipts.print_page(slip(wish), ended)

    def close(self) -> None:
        self._stop.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _send(self, wish: SendRequest) -> None:
        """The same wish is told again until it is answered: the server keeps it once."""
        try:
            told = RequestWish(
                wish_id=wish.wish_id,
                topic=wish.topic,
                unit=wish.unit,
                text=wish.text,
                phone=wish.phone,
                invoice=wish.invoice,
            )
            taken = with_retries(
                lambda: self._client.send_request(told), for_s=SEND_FOR_S, stop=self._stop
            )
        except Exception as error:
            self._post(RequestSent(wish.visit, fault=_fault(error)))
        else:
            self._post(RequestSent(wish.visit, taken.number, taken.url))

    def _find(self, wish: FindRequests) -> None:
        try:
            asked = RequestsAsked(unit=wish.unit, key=wish.key)
            found = with_retries(
                lambda: self._client.find_requests(asked), for_s=FIND_FOR_S, stop=self._stop
            ).requests
        except Exception as error:
            self._post(RequestsSeen(wish.visit, fault=_fault(error)))
        else:
            fault = Fault.NONE if found else Fault.NONE_FOUND
            self._post(RequestsSeen(wish.visit, tuple(found), fault))


def _fault(error: Exception) -> Fault:
    """Never with what was sent: an error of a message names the field, not what stood in it."""
    if isinstance(error, ServerAway):
        log.warning("request_not_answered", error=type(error).__name__)
        return Fault.AWAY
    if isinstance(error, Refused):
        log.warning("request_refused", code=error.error.code)
        return _FAULTS.get(error.error.code, Fault.NOT_TAKEN)
    if isinstance(error, ValidationError):
        fields = {str(one["loc"][0]) for one in error.errors() if one["loc"]}
        log.warning("request_not_sent", fields=sorted(fields))
        return Fault.NO_UNIT if fields == {"unit"} else Fault.NOT_TAKEN
    log.error("request_failed", error=type(error).__name__)
    return Fault.AWAY
