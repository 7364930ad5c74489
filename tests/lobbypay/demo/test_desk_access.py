"""The desk is for whoever has the printed address, from this machine's own pages, and nobody else."""

import asyncio
import re

import pytest
from aiohttp import ClientSession, CookieJar, web

from lobbypay.demo.desk.access import Access, is_this_machine


@pytest.fixture
def asked():
    """Asks a site behind the access: ``asked(path, **headers)`` gives status, headers and text; cookies
    are kept."""
    access, loop = Access(), asyncio.new_event_loop()

    async def here(request):
        return web.Response(text=f"here {is_this_machine(request)}")

    async def begin():
        application = web.Application(middlewares=[access.middleware])
        application.on_response_prepare.append(access.on_prepare)
        application.add_routes([web.get("/", here), web.post("/acts/one", here)])
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        access.port = runner.addresses[0][1]
        return runner, ClientSession(cookie_jar=CookieJar(unsafe=True))

    runner, session = loop.run_until_complete(begin())

    def ask(path, method="GET", **headers):
        async def once():
            address = f"http://127.0.0.1:{access.port}{path}"
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with session.request(method, address, headers=named) as answer:
                return answer.status, answer.headers, await answer.text(), str(answer.url)

        return loop.run_until_complete(once())

    ask.access = access
    yield ask
    loop.run_until_complete(session.close())
    loop.run_until_complete(runner.cleanup())
    loop.close()


def test_without_the_token_nothing_is_shown(asked):
    for path in ("/", "/?token=", "/?token=guess", "/anything"):
        assert asked(path)[0] == 403
    assert asked("/acts/one", "POST")[0] == 403


def test_the_token_becomes_a_cookie_and_leaves_the_address(asked):
    status, _, text, url = asked(f"/?token={asked.access.token}")
    assert (status, text) == (200, "here True")
    assert asked.access.token not in url
    status, headers, *_ = asked("/")
    assert status == 200
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert not re.search("unsafe|\\*", headers["Content-Security-Policy"])
    assert headers["Referrer-Policy"] == "no-referrer"


def test_pages_of_others_and_borrowed_names_are_refused(asked):
    asked(f"/?token={asked.access.token}")
    assert asked("/acts/one", "POST")[0] == 200
    own = f"http://127.0.0.1:{asked.access.port}"
    assert asked("/acts/one", "POST", Origin=own)[0] == 200
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1"):
        assert asked("/acts/one", "POST", Origin=origin)[0] == 403
    assert asked("/", Host="evil.example")[0] == 403
    assert asked("/", Host=f"localhost:{asked.access.port}")[0] == 200


def test_a_ticket_opens_once(asked):
    ticket = asked.access.ticket()
    assert asked(f"/?token={ticket}")[0] == 200
    assert asked(f"/?token={ticket}")[0] == 403
    assert asked("/")[0] == 200, "the cookie stays good"
