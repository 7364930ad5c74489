"""One name for one request, from the kiosk through the server's log to the channel.

A kiosk names each call in ``X-Request-Id``; whoever does not gets a name here. It is no secret and proves
nothing: it stands in the log's lines, in the answer's head, and in what the server asks of a channel.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from contract.request_name import FORM, HEADER, request_name

NONE = "-"
_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def current() -> str:
    """Of the request that this thread is at; ``NONE`` outside of any."""
    return _current.get()


@contextmanager
def about(reference: str) -> Iterator[None]:
    """What is done meanwhile is done by itself, for the payment of that number."""
    with named(request_name(reference)):
        yield


@contextmanager
def named(name: str) -> Iterator[None]:
    """What is done meanwhile is done for that request."""
    token = _current.set(name)
    try:
        yield
    finally:
        _current.reset(token)


class RequestId:
    """Django's middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if FORM.fullmatch(given) else request_name()
        with named(name):
            response = self._get_response(request)
        response[HEADER] = name
        return response


class Named(logging.Filter):
    """Gives each line of the log the name of its request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current()
        return True
