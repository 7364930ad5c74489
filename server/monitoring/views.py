"""Liveness, readiness and figures for monitoring. They show no row of anybody."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from server.monitoring import figures
from server.monitoring.readiness import readiness


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody: a database that is away is no reason to start this anew."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    found = readiness(timezone.now())
    said = {"ready": found.ready, "checks": found.checks}
    return JsonResponse(said, status=200 if found.ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """In Prometheus's text format, for whoever has the token of the configuration; 404 for all others."""
    token = settings.LOBBYPAY.server.metrics_token
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=404)
    content, content_type = figures.exposition(timezone.now())
    return HttpResponse(content, content_type=content_type)
