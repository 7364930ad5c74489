"""What is traced, and told to a real collector's address; and that nothing of residents is in it."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from server import request_id, tracing
from server.configuration import ConfigMistake, Configuration, parse_section
from tests.device_drivers.waiting import wait_until
from tests.server.staff_accounts import create_staff, signed_in
from tests.server.web.test_serving import lives, serving


@pytest.fixture
def spans(monkeypatch):
    """Those that ended, newest last."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("lobbypay"))
    return kept.get_finished_spans


@pytest.fixture
def collector():
    """Its address, and what it was sent."""
    taken = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    at = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=at.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{at.server_port}", taken
    at.shutdown()
    at.server_close()


@pytest.mark.django_db
def test_a_page_and_its_statements_are_one_trace_without_what_was_typed(spans):
    page = signed_in(create_staff("company"))
    head = {"X-Request-Id": "of-this-request"}
    assert page.get("/staff/", {"q": "Zhang 13800138000"}, headers=head).status_code == 200
    *inner, request = [span for span in spans() if span.context.trace_id]
    inner = [span for span in inner if span.context.trace_id == request.context.trace_id]
    assert request.name.startswith("GET ")
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes[tracing.REQUEST_NAME] == "of-this-request"
    assert {span.name for span in inner} >= {"SELECT"}
    assert all(span.attributes["db.system.name"] for span in inner)
    said = " ".join(str(dict(span.attributes)) for span in (*inner, request))
    assert "13800138000" not in said and "Zhang" not in said


def test_a_caller_names_the_trace_that_goes_on(spans, client):
    named = "0af7651916cd43dd8448eb211c80319c"
    client.get("/healthz", headers={"traceparent": f"00-{named}-b7ad6b7169203331-01"})
    assert f"{spans()[-1].context.trace_id:032x}" == named
    client.get("/healthz", headers={"traceparent": "no such thing"})
    assert f"{spans()[-1].context.trace_id:032x}" != named


def test_what_is_asked_of_a_channel_is_in_it_and_the_channel_hears_of_no_trace(spans, collector):
    address, taken = collector
    with request_id.named("of-this-request"):
        answer = tracing.TracedSession().post(f"{address}/v3/pay?number=LP77", data=b"secret")
    (span,) = spans()
    assert span.attributes["server.address"] == "127.0.0.1"
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes[tracing.REQUEST_NAME] == "of-this-request"
    assert "LP77" not in str(dict(span.attributes)) + span.name
    assert len(taken) == 1
    assert "traceparent" not in {name.lower() for name in answer.request.headers}


def test_a_failure_is_told_without_the_words_of_a_library(spans):
    with pytest.raises(requests.ConnectionError):
        tracing.TracedSession().get("http://127.0.0.1:1/orders/LP77", timeout=1)
    (span,) = spans()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    assert span.attributes["error.type"] == "ConnectionError"
    assert "LP77" not in str((dict(span.attributes), span.events, span.name))


def test_the_server_sends_them_to_its_collector(tmp_path, collector):
    address, taken = collector
    more = f'[tracing]\ncollector = "{address}"\nshare = 1\n'
    with serving(tmp_path, more=more) as (process, port):
        lives(port).close()
        process.terminate()
        assert process.wait(60) == 0
    assert wait_until(lambda: taken)
    path, body = taken[0]
    told = ExportTraceServiceRequest.FromString(body).resource_spans[0]
    resource = {one.key: one.value.string_value for one in told.resource.attributes}
    assert (path, resource["service.name"]) == ("/v1/traces", "lobbypay-server")
    assert {span.name for scope in told.scope_spans for span in scope.spans} == {"GET healthz"}


@pytest.mark.parametrize("line", ['collector = "4318"', "share = 2", "port = 1"])
def test_a_mistake_is_named(line):
    key, _, value = line.partition(" = ")
    with pytest.raises(ConfigMistake, match=f"server.toml: tracing.{key}"):
        table = {"tracing": {key: value.strip('"') if '"' in value else int(value)}}
        parse_section(Configuration, table, "server.toml")


@pytest.mark.django_db
def test_nothing_that_a_stranger_writes_in_the_heads_or_the_method_is_told(spans, client):
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    heads = {"traceparent": parent, "tracestate": "who=13800138000"}
    client.generic("ZHANG", "/", headers=heads)
    request = spans()[-1]
    assert request.context.trace_id == int("a" * 32, 16), "it goes on"
    assert not request.context.trace_state
    assert request.attributes["http.request.method"] == "_OTHER"
    assert request.name.startswith("_OTHER ")
