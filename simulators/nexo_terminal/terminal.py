"""The terminal itself: takes messages, runs one payment at a time, and fails on command.

A payment goes on when the sale system is gone, as in a real terminal. What the bank approved and the
answer to it are in the books before anything is told.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract.currency import EXPONENTS
from simulators.nexo_terminal import notifications, responses
from simulators.nexo_terminal.books import Books
from simulators.nexo_terminal.sealing import CannotOpen, Seal

REFUSALS = {
    "decline": ("Refusal", "Refused", "NOT_ENOUGH_BALANCE"),
    "wrong_pin": ("WrongPIN", "Invalid Pin", "WRONG_PIN"),
    "invalid_card": ("InvalidCard", "Card expired", "CARD_EXPIRED"),
    "restricted": ("PaymentRestriction", "Restricted card", "RESTRICTED"),
    "card_left_inside": ("InsertedCard", "Card inserted", "INSERTED"),
    "host_unreachable": ("UnreachableHost", "Acquirer unreachable", "HOST"),
    "device_out": ("DeviceOut", "Reader", "DEVICE_OUT"),
    "abort_by_resident": ("Cancel", "Cancelled", "CANCELLED"),
    "timeout": ("Cancel", "Shopper did not present card", "126"),
    "busy": ("Busy", "Busy", "ADMIN_MENU"),
}
BEHAVIOURS = (
    "approve",
    *REFUSALS,
    "partial",  # only a part of the amount is approved
    "wrong_amount",
    "silent",  # takes the request and forgets it: nothing is booked, nothing answered
    "silent_after_approve",  # approved and booked, and never answered
    "answer_lost",  # approved and booked, the line ends without an answer
    "late",  # still at the bank for long; then approved, answered and known
    "garbage",  # approved; the answer is noise
    "bad_hmac",  # approved; the answer is sealed wrongly
    "clear",  # approved; the answer is not sealed
    "other_message",  # approved; the answer names another message
    "server_error",  # approved; the answer has HTTP status 500
    "reboot",  # the line ends before the bank was asked and stays away for a while
    "reboot_after_approve",
)
CARD_S, REBOOT_S, SILENCE_S, DEFAULT_LATE_S = 60.0, 2.0, 600.0, 10.0
_SOON = ("silent_after_approve", "answer_lost", "reboot_after_approve", "server_error")


@dataclass(frozen=True)
class Reply:
    """What goes back over the line; ``content`` None: the line just ends."""

    content: bytes | None
    status: int = 200


class Terminal:
    def __init__(
        self,
        books: Books,
        seal: Seal,
        poi_id: str,
        step_delay_s: float,
        close_port: Callable[[float], None],
    ) -> None:
        self._books, self._seal, self._poi_id = books, seal, poi_id
        self._close_port = close_port
        self.step_delay_s, self.late_s = step_delay_s, DEFAULT_LATE_S
        self.wait_for_card, self.forgets, self.refuse_reversals = False, False, False
        self.host_reachable, self.global_status, self.unsent = True, "OK", 0
        self.display, self.display_url = "idle", ""
        self.count: Callable[[], None] = lambda: None  # told of each payment that begins
        self._planned: queue.Queue[str] = queue.Queue()
        self._keys: queue.Queue[str] = queue.Queue()
        self._busy, self._running = threading.Lock(), ""

    # --- control ---

    def plan(self, behaviour: str, count: int = 1, *, instead: bool = False) -> None:
        """For the next payments, after what is planned or ``instead`` of it. Raises ValueError for a
        behaviour that there is not."""
        if behaviour not in BEHAVIOURS:
            raise ValueError(f"no behaviour {behaviour!r}; there are {', '.join(BEHAVIOURS)}")
        if instead:
            self.unplan()
        for _ in range(count):
            self._planned.put(behaviour)

    def unplan(self) -> None:
        while not self._planned.empty():
            self._planned.get()

    def press(self, key: str) -> None:
        if key not in ("card", "stop"):
            raise ValueError(f"no key {key!r}; there are card, stop")
        self._keys.put(key)

    def state(self) -> dict[str, Any]:
        return {
            "transactions": [t.as_json() for t in self._books.all()],
            "in_progress": self._busy.locked(),
            "display": self.display,
            "planned": list(self._planned.queue),
        }

    # --- the line ---

    def hear(self, raw: bytes) -> Reply:
        try:
            request = self._seal.open(raw)
            header = request["MessageHeader"]
            category = str(header["MessageCategory"])
            body = request[f"{category}Request"]
        except (CannotOpen, KeyError) as problem:
            return Reply(b'{"errors": ["At SaleToPOIRequest: %s"]}' % str(problem).encode(), 400)
        if not self._books.first_time(str(header["SaleID"]), str(header["ServiceID"])):
            return self._reply(
                header, responses.failure("NotAllowed", message="Duplicate ServiceID")
            )
        match category:
            case "Payment":
                return self._payment(header, body)
            case "Abort":
                self._abort(body["MessageReference"])
                return Reply(b"")
            case "TransactionStatus":
                return self._reply(header, self._status(body["MessageReference"]))
            case "Reversal":
                return self._reply(header, self._reversal(header, body))
            case "Diagnosis":
                return self._reply(header, self._diagnosis(bool(body.get("HostDiagnosisFlag"))))
        return self._reply(header, responses.failure("UnavailableService"))

    def _reply(self, header: dict[str, Any], body: dict[str, Any], damage: str = "") -> Reply:
        own = {**header, "MessageType": "Response", "POIID": self._poi_id}
        if damage == "other_message":
            own["ServiceID"] = "0000000000"
        inner = {"MessageHeader": own, f"{header['MessageCategory']}Response": body}
        return Reply(self._seal.close("SaleToPOIResponse", inner, damage))

    def _diagnosis(self, with_host: bool) -> dict[str, Any]:
        status = "Busy" if self._busy.locked() else self.global_status
        return responses.diagnosis(
            self._poi_id, status, self.host_reachable, with_host, self.unsent
        )

    def _abort(self, reference: dict[str, Any]) -> None:
        if reference.get("ServiceID") == self._running:
            self._keys.put("aborted")

    def _status(self, reference: dict[str, Any]) -> dict[str, Any]:
        service_id = str(reference["ServiceID"])
        if service_id == self._running:
            return responses.failure("InProgress", message="Transaction in progress")
        category, sale_id = str(reference["MessageCategory"]), str(reference["SaleID"])
        answer = self._books.answer(category, sale_id, service_id)
        if answer is None or self.forgets:
            return responses.failure("NotFound", message="Transaction not found")
        return responses.repeated(reference, answer)

    def _reversal(self, header: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        name = body["OriginalPOITransaction"]["POITransactionID"]["TransactionID"]
        found = self._books.named(str(name))
        if found is None:
            return responses.failure("NotFound", message="Original not found")
        if self.refuse_reversals or found.state != "approved":
            answer = responses.failure("NotAllowed", message="Cannot be reversed")
        else:
            self._books.mark(found.number, "reversed")
            answer = responses.reversed_(found, found.at)
        self._books.keep_answer(header, answer)
        return answer

    # --- a payment ---

    def _payment(self, header: dict[str, Any], body: dict[str, Any]) -> Reply:
        if body["PaymentTransaction"]["AmountsReq"]["Currency"] not in EXPONENTS:
            return self._reply(header, responses.failure("MessageFormat", message="Currency"))
        if not self._busy.acquire(blocking=False):
            busy = responses.failure("Busy", message="Service Dialogue", serviceId=self._running)
            return self._reply(header, busy)
        self.count()
        behaviour = "approve" if self._planned.empty() else self._planned.get()
        while not self._keys.empty():
            self._keys.get()
        self._running = str(header["ServiceID"])
        try:
            return self._runs(header, body, behaviour)
        finally:
            self._running, self.display = "", "idle"
            self._busy.release()

    def _runs(self, header: dict[str, Any], body: dict[str, Any], behaviour: str) -> Reply:
        self._notify(header, "TENDER_CREATED")
        if behaviour == "silent":
            self._running = ""
            return self._never()
        if behaviour == "busy":
            return self._ends(header, responses.failure("Busy", message="ADMIN_MENU"))
        refused = self._card_comes(behaviour)
        if behaviour == "reboot":
            self._close_port(REBOOT_S)
            return Reply(None)
        if refused:
            return self._ends(header, refused)
        for event in ("CARD_INSERTED", "WAIT_FOR_PIN", "PIN_ENTERED"):
            self._notify(header, event)
        self.display = "asking_bank"
        if self._wait(self.late_s if behaviour == "late" else self.step_delay_s) == "aborted":
            return self._ends(header, responses.failure("Aborted", message="Merchant cancelled"))
        if behaviour in REFUSALS:
            condition, reason, message = REFUSALS[behaviour]
            self._book(header, body, "declined")
            told = responses.failure(condition, refusalReason=reason, message=message)
            return self._ends(header, told)
        return self._approves(header, body, behaviour)

    def _notify(self, header: dict[str, Any], event: str) -> None:
        if self.display_url:
            told = notifications.display_request(header, self._poi_id, event)
            notifications.post(self.display_url, self._seal.close("SaleToPOIRequest", told))

    def _card_comes(self, behaviour: str) -> dict[str, Any] | None:
        """None when it came; else why there is none."""
        self.display = "present_card"
        key = self._wait(CARD_S if self.wait_for_card else self.step_delay_s)
        if key == "aborted":
            return responses.failure("Aborted", message="Merchant cancelled")
        if key == "stop" or (self.wait_for_card and key == ""):
            return responses.failure("Cancel", refusalReason="Cancelled", message="CANCELLED")
        if behaviour in ("timeout", "abort_by_resident", "card_left_inside", "device_out"):
            condition, reason, message = REFUSALS[behaviour]
            return responses.failure(condition, refusalReason=reason, message=message)
        return None

    def _approves(self, header: dict[str, Any], body: dict[str, Any], behaviour: str) -> Reply:
        done = self._book(header, body, "approved")
        amount = body["PaymentTransaction"]["AmountsReq"]["RequestedAmount"]
        told = {"wrong_amount": amount + 1, "partial": amount / 2}.get(behaviour, amount)
        answer = responses.paid(done, told, "Partial" if behaviour == "partial" else "Success")
        self._books.keep_answer(header, answer)
        if behaviour in _SOON:
            return self._without_answer(behaviour)
        if behaviour == "garbage":
            return Reply(b'{"SaleToPOIResponse": \xff\x00garbage')
        if behaviour == "clear":
            own = {**header, "MessageType": "Response"}
            inner = {"MessageHeader": own, "PaymentResponse": answer}
            return Reply(responses.plain("SaleToPOIResponse", inner))
        damage = {"bad_hmac": "hmac", "other_message": "other_message"}.get(behaviour, "")
        return self._reply(header, answer, damage)

    def _without_answer(self, behaviour: str) -> Reply:
        self._running = ""
        if behaviour == "silent_after_approve":
            return self._never()
        if behaviour == "reboot_after_approve":
            self._close_port(REBOOT_S)
        if behaviour == "server_error":
            return Reply(b"Internal Server Error", 500)
        return Reply(None)

    def _never(self) -> Reply:
        """Says nothing for long, and is ready for another payment meanwhile."""
        self._busy.release()
        try:
            threading.Event().wait(SILENCE_S)
        finally:
            self._busy.acquire(timeout=SILENCE_S)
        return Reply(None)

    def _book(self, header: dict[str, Any], body: dict[str, Any], state: str) -> Any:
        asked = body["PaymentTransaction"]["AmountsReq"]
        reference = body["SaleData"]["SaleTransactionID"]["TransactionID"]
        return self._books.book(
            str(header["ServiceID"]),
            str(reference),
            asked["RequestedAmount"],
            str(asked["Currency"]),
            state,
        )

    def _ends(self, header: dict[str, Any], answer: dict[str, Any]) -> Reply:
        self._books.keep_answer(header, answer)
        return self._reply(header, answer)

    def _wait(self, seconds: float) -> str:
        """Until a key is pressed or an abort comes; "" when the time is over."""
        try:
            return self._keys.get(timeout=seconds)
        except queue.Empty:
            return ""
