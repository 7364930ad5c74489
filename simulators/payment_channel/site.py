"""The simulated channel as a web server: its API, the resident's phone, and a view of its books."""

import json
import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from simulators.control import host_and_port
from simulators.payment_channel.books import NotPossible
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.faults import Faults
from simulators.payment_channel.notifier import Notifier
from simulators.payment_channel.phone import page

Answer = tuple[int, dict[str, str], bytes]
Api = Callable[[str, str, dict[str, str], bytes], Answer]  # method, path with query, headers, body


class Site:
    """Serves until told to stop. ``api`` speaks the channel's own protocol."""

    def __init__(
        self,
        name: str,
        color: str,
        books: ChargingBooks,
        faults: Faults,
        notifier: Notifier,
        api: Api,
    ) -> None:
        self.name, self.color, self.books = name, color, books
        self.faults, self.notifier, self.api = faults, notifier, api

    def serve(self, address: str) -> None:
        """Prints one JSON line when ready, then serves until SIGTERM or SIGINT."""
        endings = {signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, endings)  # before any thread
        server = ThreadingHTTPServer(host_and_port(address), _handler(self))
        server.daemon_threads = True
        port = server.server_address[1]
        url = f"http://127.0.0.1:{port}"
        print(
            json.dumps({"simulator": self.name, "port": port, "phone": f"{url}/phone"}), flush=True
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        signal.sigwait(endings)
        server.shutdown()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path = urlsplit(target).path
        if path.startswith("/phone"):
            return self._phone(method, path, headers, body)
        if path == "/admin/orders":
            return _json(200, {"orders": [o.as_json() for o in self.books.all()]})
        if path == "/admin/faults" and method == "POST":
            return self._safely(lambda: self.faults.set(json.loads(body or b"{}")))
        return self.api(method, target, headers, body)

    def _safely(self, act: Callable[[], dict[str, Any]]) -> Answer:
        try:
            return _json(200, act())
        except (ValueError, KeyError) as error:
            return _json(400, {"error": str(error)})
        except NotPossible as error:
            return _json(409, {"error": error.code})

    def _phone(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET":
            shown = page(self.name, self.color, self.books)
            return 200, {"Content-Type": "text/html; charset=utf-8"}, shown.encode()
        is_form = "form" in headers.get("content-type", "")
        what = path.rpartition("/")[2]
        told = dict(parse_qsl(body.decode())) if is_form else json.loads(body or b"{}")
        answer = self._safely(lambda: self._touch(what, str(told.get("code_url", ""))))
        by_button = is_form and what != "code"
        return (303, {"Location": "/phone"}, b"") if by_button else answer

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


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), 1_000_000)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            is_api = not self.path.startswith(("/phone", "/admin"))
            if is_api:
                site.faults.wait()
                if site.faults.take("silent"):
                    self.close_connection = True
                    return
                if site.faults.take("http_500"):
                    self._send(500, {"Content-Type": "text/html"}, b"<h1>502</h1>")
                    return
            status, extra, content = site.answer(self.command, self.path, headers, body)
            if is_api and site.faults.take("lose_response"):
                self.close_connection = True
                return
            if is_api and site.faults.take("garbage"):
                content = b"\x00\xff not what you expect"
            self._send(status, extra, content)

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _send(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Silent: the first line of a simulator's output is the JSON that it is ready."""

    return Handler
