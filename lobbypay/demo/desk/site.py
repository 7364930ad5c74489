"""The desk as a web server on a thread of its own: one page, the acts, what is so (server-sent events),
the window (a WebSocket), and the way in to the staff pages."""

import asyncio
import contextlib
import sqlite3
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from contract.message import Text
from contract.methods import METHODS
from lobbypay.demo.desk import back_office, tour, window
from lobbypay.demo.desk.access import Access, is_this_machine
from lobbypay.demo.desk.act import NotNow
from lobbypay.demo.desk.acts import Acts
from lobbypay.demo.desk.stage import Stage
from lobbypay.demo.desk.terminal import BEHAVIOURS
from lobbypay.demo.desk.watch import Watch
from lobbypay.demo.desk.words import WORDS, in_both
from lobbypay.demo.processes import DidNotStart

PAGE = Path(__file__).parent / "page"
NOVNC = Path("/usr/share/novnc")
VIEWS = ("kiosk", "desk")  # the page's parts, each for a window of its own
STILL_THERE_S = 15.0
STARTS_WITHIN_S = 20.0
LANGUAGES = {"zh": "zh-hans", "en": "en"}
_SESSION_COOKIE, _LANGUAGE_COOKIE = "sessionid", "django_language"
_TROUBLE = (OSError, ValueError, KeyError, LookupError, sqlite3.Error, DidNotStart)


class DeskSite:
    """Serves between ``start`` and ``close``. ``vnc`` is the socket of the kiosk's display."""

    def __init__(self, stage: Stage, vnc: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self._stage, self._vnc, self._host, self._port = stage, vnc, host, port
        self.access = Access()
        self._acts, self._watch = Acts(stage), Watch(stage, self._tell)
        self._sessions: dict[str, str] = {}
        self._signing_in = threading.Lock()
        self._listeners: set[asyncio.Queue[str]] = set()
        self._loop = asyncio.new_event_loop()
        self._over, self._up = asyncio.Event(), threading.Event()
        self._problem: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    @property
    def url(self) -> str:
        """The one address: with its token, so it is for whoever started the demo."""
        return self._address(self.access.token)

    def ticket_url(self, view: str) -> str:
        """An address that opens once. ``view``: one of VIEWS."""
        return self._address(self.access.ticket(), view)

    def _address(self, token: str, view: str = "") -> str:
        shown = "127.0.0.1" if self._host in ("0.0.0.0", "::") else self._host
        return f"http://{shown}:{self.access.port}/{view}?token={token}"

    def start(self) -> None:
        """Raises OSError when it cannot listen there."""
        self._thread.start()
        self._up.wait(STARTS_WITHIN_S)
        if self._problem is not None:
            raise self._problem
        self._watch.start()

    def close(self) -> None:
        self._watch.close()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join(timeout=10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        application = web.Application(middlewares=[self.access.middleware])
        application.on_response_prepare.append(self.access.on_prepare)
        application.add_routes(self._routes())
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        try:
            site = web.TCPSite(runner, self._host, self._port)
            await site.start()
            self.access.port = runner.addresses[0][1]
        except OSError as problem:
            self._problem = problem
            self._up.set()
            await runner.cleanup()
            return
        self._up.set()
        await self._over.wait()
        await runner.cleanup()

    def _routes(self) -> list[web.AbstractRouteDef]:
        return [
            *(web.get(f"/{view}", _file(PAGE / "index.html")) for view in ("", *VIEWS)),
            web.static("/page", PAGE),
            web.static("/novnc", NOVNC),
            web.get("/desk.json", self._description),
            web.get("/events", self._events),
            web.get("/window", self._window),
            web.get("/camera.jpg", self._camera),
            web.get(r"/receipts/{name:receipt-\d{3,9}\.png}", self._receipt),
            web.post("/acts/{name}", self._perform),
            web.get("/staff/{account}/{page}", self._staff),
        ]

    # --- what is so ---

    def _tell(self, state: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._tell_all, state)

    def _tell_all(self, state: str) -> None:
        for queue in self._listeners:
            while not queue.empty():
                queue.get_nowait()  # only what is so now matters
            queue.put_nowait(state)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            state = self._watch.newest
            while not self._over.is_set():
                await stream.write(f"data: {state}\n\n".encode() if state else b": here\n\n")
                try:
                    state = await asyncio.wait_for(queue.get(), STILL_THERE_S)
                except TimeoutError:
                    state = ""
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._listeners.discard(queue)
        return stream

    async def _description(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "words": {name: text.model_dump() for name, text in all_words().items()},
                "acts": [
                    {
                        "name": act.name,
                        "tab": act.tab,
                        "tone": act.tone,
                        "label": act.label.model_dump(),
                        "expects": act.expects.model_dump(),
                    }
                    for act in self._acts.here
                ],
                "tour": tour.as_json({act.name for act in self._acts.here}),
                "staff": self._staff_links() if is_this_machine(request) else [],
                "size": list(self._stage.house.size),
            }
        )

    async def _camera(self, request: web.Request) -> web.StreamResponse:
        """What the camera sees at the end of what is held there."""
        pictures = sorted((self._stage.folder / "camera").glob("g*.jpg"))
        with contextlib.suppress(IndexError, FileNotFoundError):  # unplugged; replaced just now
            data = pictures[-1].read_bytes()
            return web.Response(body=data, content_type="image/jpeg")
        return web.Response(status=204)

    async def _receipt(self, request: web.Request) -> web.StreamResponse:
        path = self._stage.folder / "receipts" / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def _window(self, request: web.Request) -> web.StreamResponse:
        return await window.carry(request, self._vnc)

    # --- what is done ---

    async def _perform(self, request: web.Request) -> web.StreamResponse:
        act = self._acts.named(request.match_info["name"])
        if act is None:
            raise web.HTTPNotFound
        try:
            await asyncio.to_thread(self._acts.perform, act)
        except NotNow as no:
            return web.json_response({"done": False, "text": no.why.model_dump()}, status=409)
        except _TROUBLE as problem:
            print(f"lobbypay demo: {act.name}: {problem}", file=sys.stderr)
            return web.json_response(
                {"done": False, "text": WORDS["failed"].model_dump()}, status=500
            )
        return web.json_response({"done": True, "text": act.expects.model_dump()})

    # --- staff ---

    def _staff_links(self) -> list[dict[str, Any]]:
        return [
            {
                "role": role.model_dump(),
                "pages": [
                    {"href": f"/staff/{account}/{page}", "label": label.model_dump()}
                    for page, _, label in back_office.PAGES
                ],
            }
            for account, role in back_office.ROLES
        ]

    async def _staff(self, request: web.Request) -> web.StreamResponse:
        """A signed-in staff page: the session is made as the operator of the demo's own database, and
        reaches this machine's browser only. Cookies know no ports, so the server finds it there."""
        account = request.match_info["account"]
        paths = {page: path for page, path, _ in back_office.PAGES}
        accounts = {name for name, _ in back_office.ROLES}
        if account not in accounts or request.match_info["page"] not in paths:
            raise web.HTTPNotFound
        if not is_this_machine(request):
            raise web.HTTPForbidden(text="staff pages: on this machine only\n")
        try:
            session = await asyncio.to_thread(self._session, account)
        except _TROUBLE as problem:
            print(f"lobbypay demo: signing in: {problem}", file=sys.stderr)
            raise web.HTTPServiceUnavailable(text=in_both("no_database")) from problem
        host = request.host.rpartition(":")[0]
        answer = web.HTTPFound(
            f"http://{host}:{self._stage.house.server_port}{paths[request.match_info['page']]}"
        )
        answer.set_cookie(_SESSION_COOKIE, session, httponly=True, samesite="Lax", path="/")
        language = LANGUAGES.get(request.query.get("lang", ""), LANGUAGES["zh"])
        answer.set_cookie(_LANGUAGE_COOKIE, language, samesite="Lax", path="/")
        raise answer

    def _session(self, account: str) -> str:
        with self._signing_in:
            if account not in self._sessions:
                names = [name for name, _ in back_office.ROLES]
                self._sessions |= back_office.sign_in(self._stage.house, names)
            return self._sessions[account]

    def sign_in_ahead(self) -> None:
        """So that the first link opens at once; failing that, it is done when it is wanted."""

        def sign_in() -> None:
            with contextlib.suppress(*_TROUBLE):
                self._session(back_office.ROLES[0][0])

        threading.Thread(target=sign_in, name="signing_in", daemon=True).start()


def all_words() -> dict[str, Text]:
    """The page's own, and what the terminal can have planned."""
    methods = {f"method.{method}": shown.name for method, shown in METHODS.items()}
    return WORDS | methods | {f"behaviour.{name}": label for name, label in BEHAVIOURS.items()}


def _file(path: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def send(request: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return send
