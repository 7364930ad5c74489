"""The simulated channel as a web server: its API, the resident's phone, and a view of its books."""

import argparse
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract.messages import Method
from simulators.control import ENDINGS, host_and_port
from simulators.http_door import HttpDoor, Request, Response
from simulators.payment_channel import browser
from simulators.payment_channel.books import NotPossible
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.faults import Faults
from simulators.payment_channel.notifier import Notifier
from simulators.payment_channel.phone import page

Answer = tuple[int, dict[str, str], bytes]
Bridge = Callable[[dict[str, Any]], tuple[dict[str, str], str]]  # its answer, and the order's code
Api = Callable[[str, str, dict[str, str], bytes], Answer]  # method, path with query, headers, body


def wallet_options(description: str) -> argparse.Namespace:
    """What every channel is started with. ``password_above``: yuan."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bind", default="127.0.0.1:0")
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--password-above", type=int, default=1000, help="yuan; charged phones ask")
    return parser.parse_args()


class Site:
    """Serves until told to stop. ``api`` speaks the channel's own protocol."""

    def __init__(
        self,
        method: Method,
        books: ChargingBooks,
        faults: Faults,
        notifier: Notifier,
        api: Api,
        tells_of_refunds: bool = False,
    ) -> None:
        self.method, self.books = method, books
        self.faults, self.notifier, self.api = faults, notifier, api
        self.tells_of_refunds = tells_of_refunds
        self.bridge: Bridge | None = None

    def serve(self, address: str) -> None:
        """Prints one JSON line when ready, then serves until SIGTERM or SIGINT."""
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)  # before any thread
        door = HttpDoor(*host_and_port(address), self._respond)
        door.start()
        url = f"http://127.0.0.1:{door.port}"
        ready = {"simulator": self.method.value, "port": door.port, "phone": f"{url}/phone"}
        print(json.dumps(ready), flush=True)
        signal.sigwait(ENDINGS)
        door.close()

    def _respond(self, asked: Request) -> Response | None:
        """As ``answer``, and as badly as the faults that are set want it."""
        is_api = not asked.path.startswith(("/phone", "/admin"))
        if is_api:
            self.faults.wait()
            if self.faults.take("silent"):
                return None
            if self.faults.take("http_500"):
                return Response(500, {"Content-Type": "text/html"}, b"<h1>502</h1>")
        status, headers, content = self.answer(
            asked.method, asked.target, asked.headers, asked.body
        )
        if is_api and self.faults.take("lose_response"):
            return None
        if is_api and self.faults.take("garbage"):
            content = b"\x00\xff not what you expect"
        return Response(status, headers, content)

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path = urlsplit(target).path
        if path.startswith("/phone"):
            return self._phone(method, path, urlsplit(target).query, headers, body)
        if path == "/admin/orders":
            return _json(200, {"orders": [o.as_json() for o in self.books.all()]})
        if path == "/admin/refund" and method == "POST":
            return self._safely(lambda: self._refund(json.loads(body or b"{}")))
        if path == "/admin/faults" and method == "POST":
            return self._safely(lambda: self.faults.set(json.loads(body or b"{}")))
        if path == "/admin/password" and method == "POST":
            return self._safely(lambda: self._ask_above(json.loads(body or b"{}")))
        return self.api(method, target, headers, body)

    def _refund(self, told: dict[str, Any]) -> dict[str, Any]:
        """In the merchant's console; the channel tells of it as of a payment, where it does."""
        order = self.books.refund_in_console(str(told["out_trade_no"]), int(told["amount_minor"]))
        if self.tells_of_refunds:
            self.notifier.tell(order)
        return order.as_json()

    def _ask_above(self, told: dict[str, Any]) -> dict[str, Any]:
        """Above which amount a charged phone asks for the password; 0: always."""
        above_minor = int(told["above_minor"])
        if above_minor < 0:
            raise ValueError("above_minor must be 0 or more")
        self.books.password_above_minor = above_minor
        return {"above_minor": above_minor}

    def _safely(self, act: Callable[[], dict[str, Any]]) -> Answer:
        try:
            return _json(200, act())
        except (ValueError, KeyError) as error:
            return _json(400, {"error": str(error)})
        except NotPossible as error:
            return _json(409, {"error": error.code})

    def _phone(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        if method == "GET":
            at_browser = path == browser.PATH
            came_from = headers.get("referer", "")
            shown = self._browser(query, came_from) if at_browser else page(self.method, self.books)
            return 200, {"Content-Type": "text/html; charset=utf-8"}, shown.encode()
        is_form = "form" in headers.get("content-type", "")
        what = path.rpartition("/")[2]
        told = dict(parse_qsl(body.decode())) if is_form else json.loads(body or b"{}")
        if what == "bridge" and self.bridge is not None:
            return self._safely(lambda: self._through_bridge(told))
        answer = self._safely(lambda: self._touch(what, str(told.get("code_url", ""))))
        by_button = is_form and what != "code"
        back = str(told.get("back") or "/phone")
        return (303, {"Location": back}, b"") if by_button else answer

    def _browser(self, query: str, came_from: str) -> str:
        """The channel's page in a browser; WeChat Pay's merchants add where to go back to, and it opens
        only from a page of theirs, by the Referer."""
        asked = dict(parse_qsl(query))
        back = asked.get("redirect_url", "")
        if self.method is Method.WECHAT and not came_from:
            return browser.refused(self.method, back)
        return browser.page(self.method, self.books, asked.get("code", ""), back)

    def _through_bridge(self, told: dict[str, Any]) -> dict[str, Any]:
        """A page calls the app's bridge, and whoever holds the phone pays (``do``) or closes it."""
        assert self.bridge is not None
        said, code_url = self.bridge(told)
        if code_url:
            self._touch("pay", code_url)
        return said

    def _touch(self, what: str, code_url: str) -> dict[str, Any]:
        """The resident scans, pays, refuses, shows the payment code, or puts the phone away."""
        if what == "code":
            return {"code": self.books.phone_code()[0]}
        order = self.books.by_code(code_url)
        if what == "scan":
            return self.books.scan(order.out_trade_no).as_json()
        if what == "refuse":
            return self.books.refuse(order.out_trade_no).as_json()
        if what == "decline":
            return order.as_json()  # nothing happens: the code stays payable until it is closed
        if what != "pay":
            raise ValueError(f"a phone cannot {what!r}; it can code, scan, pay, refuse or decline")
        self.books.scan(order.out_trade_no)
        late = self.faults.pay_after_close
        order = self.books.pay(order.out_trade_no, even_if_closed=late)
        self.notifier.tell(order)
        return order.as_json()


def _json(status: int, content: dict[str, Any]) -> Answer:
    body = json.dumps(content, ensure_ascii=False).encode()
    return status, {"Content-Type": "application/json; charset=utf-8"}, body
