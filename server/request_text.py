"""Refuses addresses that hold what no database can be asked for, before anybody asks one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contract.plain_text import is_keepable
from server.api import errors


class KeepableAddress:
    """Django's middleware: 404 for NUL in the path or in the query, on every database alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = [request.path_info, *request.GET]
        told += [value for values in request.GET.lists() for value in values[1]]
        if all(map(is_keepable, told)):
            return self._get_response(request)
        if request.path_info.startswith("/api/"):
            return errors.response(errors.ErrorCode.NOT_FOUND)
        return render(request, "404.html", status=404)
