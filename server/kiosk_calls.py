"""A kiosk's call goes its own way: it has no session, no cookie, no page, and chooses no language."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation

CALLS = "/api/v1/"
_OF_STAFF = ("/api/v1/docs", "/api/v1/openapi.json")  # and the root, which leads there


_resolved = lru_cache(maxsize=256)(resolve)  # most calls go to the same few addresses


class KioskCalls:
    """Django's middleware. What stands after it in the settings is for pages only."""

    def __init__(self, pages: Callable[[HttpRequest], HttpResponse]) -> None:
        self._pages = pages

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.startswith(CALLS) or path == CALLS or path.startswith(_OF_STAFF):
            return self._pages(request)
        try:
            match = _resolved(path, settings.ROOT_URLCONF)
        except Resolver404:  # what is said of it is a page
            return self._pages(request)
        translation.activate(settings.LANGUAGE_CODE)  # not that of a page before in this thread
        request.resolver_match = match
        answer = match.func(request, *match.args, **match.kwargs)
        if not answer.streaming and not answer.has_header("Content-Length"):
            answer["Content-Length"] = str(len(answer.content))  # one that is cut short shows
        return answer
