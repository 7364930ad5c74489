"""Traces by OpenTelemetry, where the configuration names a collector: a request, what it asks of the
database and what is asked of a payment channel for it, each with its time.

What a trace holds is of our own making: the program's name of the address, methods, status codes,
statements without their values, hosts, and the request's name, which kiosk, log and channel have too.
Never what anybody wrote, nor an address with its ids. No channel is told of a trace; whoever calls may
name the trace that goes on, but adds nothing to it ("tracestate") and does not decide how many are kept.

Names of attributes: OpenTelemetry's semantic conventions for HTTP and databases, 1.40.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import connection
from django.http import HttpRequest, HttpResponse
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from server import request_id
from server.configuration import TracingSection

STATEMENT_MAX = 500  # characters; a statement of many rows repeats itself
REQUEST_NAME = "lobbypay.request_id"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
OTHER = "_OTHER"  # anything else is a stranger's own word
_named = TraceContextTextMapPropagator()  # W3C Trace Context, the head "traceparent"
_tracer = trace.get_tracer("lobbypay")


def start(section: TracingSection) -> None:
    """Once in a process, after it was forked. Without a collector nothing is traced."""
    if not section.collector:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

    ours = TraceIdRatioBased(section.share)
    sampler = ParentBased(ours, remote_parent_sampled=ours, remote_parent_not_sampled=ours)
    named = {"service.name": "lobbypay-server", "service.version": version("lobbypay")}
    provider = TracerProvider(resource=Resource.create(named), sampler=sampler)
    exporter = OTLPSpanExporter(f"{section.collector}/v1/traces", timeout=10)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def _begun() -> bool:
    """Whether anybody is told: what is not would still be prepared for each request."""
    told = not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
    return told or not isinstance(_tracer, trace.ProxyTracer)


@contextmanager
def _span(name: str, kind: SpanKind, context: Context | None = None, **said: Any) -> Iterator[Span]:
    """What is raised in it is told as an error without its words: those of a library may hold an address
    with its ids, or values of a row."""
    with _tracer.start_as_current_span(
        name,
        context=context,
        kind=kind,
        record_exception=False,
        set_status_on_exception=False,
        attributes=said,
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR))
            raise


class Traced:
    """Django's middleware: a span for each request, with one for each statement."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _begun():
            return self._get_response(request)
        method = request.method if request.method in METHODS else OTHER
        told = _named.extract({"traceparent": request.headers.get("traceparent", "")})
        with _span(method, SpanKind.SERVER, told) as span:
            if not span.is_recording():
                return self._get_response(request)
            with connection.execute_wrapper(_statement):
                response = self._get_response(request)
            match = request.resolver_match
            call = (match.view_name or "unnamed") if match else "none"
            span.update_name(f"{method} {call}")
            span.set_attributes(
                {
                    "http.request.method": method,
                    "http.route": match.route if match else "",
                    "http.response.status_code": response.status_code,
                    REQUEST_NAME: request_id.current(),
                }
            )
            if response.status_code >= 500:
                span.set_status(Status(StatusCode.ERROR))
            return response


def _statement(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """For Django's execute_wrapper."""
    text = str(sql)
    said = {"db.system.name": context["connection"].vendor, "db.query.text": text[:STATEMENT_MAX]}
    with _span(text.lstrip(" (").partition(" ")[0].upper() or "SQL", SpanKind.CLIENT, **said):
        return execute(sql, params, many, context)


class TracedSession(requests.Session):
    """A span for each request that leaves, with the host that is asked and the status of its answer."""

    def send(self, request: requests.PreparedRequest, **named: Any) -> requests.Response:
        host = urlsplit(request.url or "").hostname or ""
        asked = {
            "http.request.method": request.method or "",
            "server.address": host,
            REQUEST_NAME: request_id.current(),
        }
        with _span(f"{request.method} {host}", SpanKind.CLIENT, **asked) as span:
            answer = super().send(request, **named)
            span.set_attribute("http.response.status_code", answer.status_code)
            return answer
