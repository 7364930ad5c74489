"""Counts and times what is answered."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from server.monitoring.figures import REQUESTS, SECONDS

_METHODS = ("GET", "HEAD", "POST")


class Counted:
    """Django's middleware. A call is named as the program names its address: what a caller wrote into it
    makes no new series."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self._get_response(request)
        match = request.resolver_match
        call = (match.view_name or "unnamed") if match else "none"
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(call, method, str(response.status_code)).inc()
        SECONDS.labels(call).observe(time.perf_counter() - started)
        return response
